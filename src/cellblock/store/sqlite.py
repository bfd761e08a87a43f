"""State in one SQLite file: the default that survives.

A `set` that returned is on the disk; see `database`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.limits import QUARANTINE_SOURCES
from cellblock.names import WorkerId
from cellblock.store.database import Database
from cellblock.store.ports import Seizure, StoreFault

_Result = TypeVar("_Result")
_APPLICATION_ID = 0x43454C4C  # "CELL"
_STATEMENTS = ("state", "quarantine", "renders")


class SqliteState:
    """A `StateStore`, a `QuarantineStore` and a `RenderStore` in one file. Make it with `open`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def open(cls, path: Path) -> SqliteState:
        """Open or create the file.

        Raises: OperatorFault("bad-state-file") if it cannot be written or is something else.
        """
        try:
            return cls(await Database.open(path, _APPLICATION_ID, _STATEMENTS))
        except (sqlite3.Error, OSError) as error:
            raise OperatorFault(
                "bad-state-file",
                f"the state file {path} cannot be used: {error}",
                "name a file in a folder that you can write, as in sqlite:///worker.db",
            ) from error

    async def get(self, worker: WorkerId, key: str) -> bytes | None:
        """See `StateStore`."""
        rows = await self._rows("get", worker=worker, key=key)
        return rows[0][0] if rows else None

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        """See `StateStore`."""
        await self._rows("set", worker=worker, key=key, value=value)

    async def delete(self, worker: WorkerId, key: str) -> None:
        """See `StateStore`."""
        await self._rows("delete", worker=worker, key=key)

    async def keys(self, worker: WorkerId) -> list[str]:
        """See `StateStore`."""
        return [row[0] for row in await self._rows("keys", worker=worker)]

    async def page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        """See `StateStore`."""
        return await self._in_thread(partial(self._page, worker, after, max_bytes))

    async def sizes(self, worker: WorkerId) -> dict[str, int]:
        """See `StateStore`."""
        return dict(await self._rows("sizes", worker=worker))

    async def seize(self, seizure: Seizure) -> None:
        """See `QuarantineStore`."""
        await self._rows("seize", **structs.asdict(seizure))
        await self._rows("forget_sources", kept=QUARANTINE_SOURCES)

    async def seized(self, version: str) -> Seizure | None:
        """See `QuarantineStore`."""
        rows = await self._rows("seized", version=version)
        return Seizure(*rows[0]) if rows else None

    async def seizures(self) -> list[Seizure]:
        """See `QuarantineStore`."""
        return [Seizure(*row) for row in await self._rows("all")]

    async def release(self, version: str) -> bool:
        """See `QuarantineStore`."""
        return bool(await self._rows("release", version=version))

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """See `RenderStore`."""
        await self._rows("draw", worker=worker, render=render)

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """See `RenderStore`."""
        rows = await self._rows("drawn", worker=worker)
        return rows[0][0] if rows else None

    async def close(self) -> None:
        """See `StateStore`."""
        await self._database.close()

    async def _rows(self, query: str, **values: Any) -> list[Any]:
        return await self._in_thread(partial(self._database.run, query, **values))

    def _page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        left = max_bytes
        cursor = self._database.connection.execute(
            self._database.sql["page"], {"worker": worker, "after": after}
        )
        for key, value in cursor:
            found[key] = value
            left -= len(key.encode()) + len(value)
            if left <= 0:
                break
        cursor.close()
        return found

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await self._database.work(work)
        except sqlite3.Error as error:
            raise StoreFault(f"the state could not be read or kept: {error}") from error
