"""How a service is and what it stands on, for operators: its health, and all of it.

In: the open parts. Out: plain values, each of them looked at when somebody asks.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import structs

import cellblock
from cellblock.api.doors import Health
from cellblock.clock import Clock
from cellblock.compose.cabinet import Cabinet
from cellblock.compose.station import Station
from cellblock.jail.plan import layers
from cellblock.limits import POOL_CELLS
from cellblock.store import redis_address
from cellblock.supervisor.cells import Cells
from cellblock.supervisor.gauge import resident_bytes

_FILES = {"records": "service.db", "journal": "journal.db", "connections": "connections.db"}
_BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a file, and the file itself."""


class Facts:
    """Those of one service; *state* is the store of state that was chosen."""

    def __init__(
        self,
        folder: Path,
        state: str,
        cabinet: Cabinet,
        station: Station,
        clock: Clock,
        warnings: tuple[str, ...],
    ) -> None:
        self._folder = folder
        self._state = state
        self._cabinet = cabinet
        self._station = station
        self._clock = clock
        self._warnings = warnings
        self._begun_s = clock.monotonic_s()

    async def health(self) -> Health:
        """Tell whether the service is well."""
        station = self._station
        state = await self._cabinet.problem()
        problems = (*station.problems(), *([state] if state else []))
        facts = {
            "version": cellblock.__version__,
            "uptime_s": self._uptime_s,
            "workers": dict(Counter(station.fleet.states)),
            "journal_backlog_rows": station.writer.backlog,
            "disk_free_bytes": station.disk.free_bytes,
            "missing_layers": [layer.layer for layer in station.host.plan.missing],
            "alerts": list(station.desk.problems()),
        }
        return Health(ok=not problems, problems=problems, facts=facts)

    async def system(self) -> dict[str, Any]:
        """Tell all; see `models_system.SystemView`."""
        station, health = self._station, await self.health()
        stores, disk = await asyncio.to_thread(self._on_disk)
        return {
            "at": self._clock.wall_s(),
            "ok": health.ok,
            "problems": [*health.problems, *station.desk.problems()],
            "warnings": self._warnings,
            "uptime_s": self._uptime_s,
            "versions": _versions(),
            "process": {
                "pid": os.getpid(),
                "memory_bytes": resident_bytes(os.getpid()),
                "cpu_s": round(time.process_time(), 2),
            },
            "layers": [_named(structs.asdict(one)) for one in layers(station.host.plan.missing)],
            "zygotes": [one for name, cells in self._cells() for one in _zygotes(name, cells)],
            "pool": [
                {"flavour": name, "waiting": len(cells.pool), "most": POOL_CELLS}
                for name, cells in self._cells()
            ],
            "stores": stores,
            "disk": disk | {"problem": station.disk.problem},
            "workers": dict(Counter(station.fleet.states)),
            "journal": {
                "backlog_rows": station.writer.backlog,
                "lost_rows": station.writer.lost,
                "forgotten_rows": station.sweeper.forgotten,
            },
        }

    @property
    def _uptime_s(self) -> float:
        return round(self._clock.monotonic_s() - self._begun_s, 1)

    def _cells(self) -> Iterator[tuple[str, Cells]]:
        flavours = self._station.host.flavours
        yield "laden", flavours.laden
        if flavours.lean is not None:
            yield "lean", flavours.lean

    def _on_disk(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Look at files; in a thread, for a network's file system may take its time."""
        found = [_file(name, self._folder / file) for name, file in _FILES.items()]
        kind, _, path = self._state.partition(":///")
        if kind == "sqlite":
            found.append(_file("state", Path(path)))
        else:
            place = redis_address.shown(self._state)
            found.append({"name": "state", "kind": "redis", "place": place, "bytes": None})
        disk: dict[str, Any] = {"place": str(self._folder), "total_bytes": None, "free_bytes": None}
        try:
            room = shutil.disk_usage(self._folder)
        except OSError:
            return found, disk
        return found, disk | {"total_bytes": room.total, "free_bytes": room.free}


def _zygotes(flavour: str, cells: Cells) -> Iterator[dict[str, Any]]:
    now_s = asyncio.get_running_loop().time()
    for place, (zygote, living) in enumerate(cells.zygotes):
        yield {
            "flavour": flavour,
            "pid": zygote.pid,
            "age_s": round(now_s - zygote.begun_s, 1),
            "forks": zygote.forks,
            "cells": living,
            "memory_bytes": resident_bytes(zygote.pid),
            "worn": place > 0,
        }


def _named(layer: dict[str, Any]) -> dict[str, Any]:
    return {"name": layer.pop("layer")} | layer


def _file(name: str, path: Path) -> dict[str, Any]:
    size = 0
    for ending in _BESIDE:
        try:
            size += path.with_name(path.name + ending).stat().st_size
        except OSError:
            continue
    return {"name": name, "kind": "sqlite", "place": str(path), "bytes": size}


def _versions() -> dict[str, str | None]:
    kernel = os.uname()
    return {
        "cellblock": cellblock.__version__,
        "python": platform.python_version(),
        "numpy": _installed("numpy"),
        "pandas": _installed("pandas"),
        "kernel": f"{kernel.sysname} {kernel.release}",
        "machine": kernel.machine,
        "sqlite": sqlite3.sqlite_version,
    }


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
