"""``cellblock quarantine``: which versions broke out, their source, and letting one go."""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec
from rich.table import Table
from rich.text import Text

from cellblock import compose
from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import printable
from cellblock.errors import OperatorFault
from cellblock.limits import QUARANTINE_SOURCES
from cellblock.store.ports import Seizure


def show(state: str, *, release: str | None, source: str | None, as_json: bool) -> int:
    """Show all versions, or one's source, or release one; 2 for a version that is not there."""
    return asyncio.run(_show(state, release=release, source=source, as_json=as_json))


async def _show(state: str, *, release: str | None, source: str | None, as_json: bool) -> int:
    store = await compose.open_state(state, there=True)
    try:
        if release is not None:
            if not await store.release(release):
                raise _unknown(release)
            print(f"version {release} is released; it can be started again")
            return 0
        seizures = await store.seizures()
    finally:
        await store.close()
    if source is not None:
        for item in seizures:
            if item.version == source:
                _print_source(item.source)
                return 0
        raise _unknown(source)
    if as_json:
        text = msgspec.json.format(msgspec.json.encode(seizures), indent=2)
        sys.stdout.buffer.write(text + b"\n")
    else:
        _print(seizures)
    return 0


def _print_source(source: str) -> None:
    """Print a hostile source: to a file as it is, to a terminal so that it cannot steer it."""
    if not source:
        raise OperatorFault(
            "no-source", f"only the newest {QUARANTINE_SOURCES} sources are kept, and this is none"
        )
    text = printable(source) if sys.stdout.isatty() else source
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def _print(seizures: list[Seizure]) -> None:
    console = PipedConsole(highlight=False)
    if not seizures:
        console.print("No version is quarantined.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("version", "worker", "since (UTC)", "what it did"):
        table.add_column(name)
    for item in seizures:
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(item.at))
        table.add_row(item.version, item.worker, since, Text(printable(item.what)))
    console.print(table)


def _unknown(version: str) -> OperatorFault:
    return OperatorFault(
        "no-version",
        f"version {version[:100]!r} is not quarantined",
        "`cellblock quarantine --state …` lists those that are",
    )
