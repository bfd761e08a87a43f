"""A plugin: ``ctx.ledger`` writes down what a worker did, in a file that only grows.

It runs in the host, so what stands in the file was done as far as the host knew, whoever was
killed afterwards. `install` lays it where the service finds it, as an installed package is found.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import msgspec

from cellblock.plugin import Kind, Place


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it writes."""

    path: str


class Ledger:
    """The adapter of one worker."""

    def __init__(self, settings: Settings, place: Place) -> None:
        self._path = settings.path
        self._place = place

    async def begin(self, n: int, before: int) -> None:
        """Note that a tick begins, and the count that it found."""
        await self._note("begin", n, before)

    async def done(self, n: int, after: int) -> None:
        """Note that the count was kept, as the worker was told."""
        await self._note("done", n, after)

    async def said(self, n: int, after: int) -> None:
        """Note that the host has what was logged before: both come by one pipe, in order."""
        await self._note("said", n, after)

    async def _note(self, what: str, n: int, count: int) -> None:
        turn = self._place.turn
        entry = {
            "what": what,
            "worker": self._place.worker,
            "n": n,
            "planned_at": turn.planned_at,
            "count": count,
            "at": time.time(),
            "host": os.getpid(),
        }
        await asyncio.to_thread(self._write, json.dumps(entry).encode() + b"\n")

    def _write(self, line: bytes) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, line)
            os.fsync(file)
        finally:
            os.close(file)


LEDGER = Kind(name="ledger", summary="Writes down what was done.", settings=Settings, worker=Ledger)

WORKER = """
def tick(ctx):
    n, before = ctx.tick.n, ctx.state.get("count", 0)
    ctx.ledger.begin(n, before)
    ctx.state.set("count", before + 1)
    ctx.ledger.done(n, before + 1)
    ctx.log.info(f"tick {n} count {before + 1}")
    ctx.log.flush()
    ctx.ledger.said(n, before + 1)
"""


def install(site: Path) -> Path:
    """Lay the plugin into a folder that is to be on the path of Python."""
    site.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(__file__, site / "cellblock_storm_ledger.py")
    metadata = site / "cellblock_storm_ledger-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: cellblock-storm-ledger\nVersion: 1.0\n"
    )
    (metadata / "entry_points.txt").write_text(
        "[cellblock.adapters]\nledger = cellblock_storm_ledger:LEDGER\n"
    )
    return site
