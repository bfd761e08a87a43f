"""State in one SQLite file: the default that survives.

A `set` that returned is on the disk; see `database`.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.limits import QUARANTINE_SOURCES, STATE_WORKER_BYTES
from cellblock.names import WorkerId
from cellblock.store.database import Database, Layout, said
from cellblock.store.glance import Glance, look_at
from cellblock.store.ports import Seizure, StoreFault, StoreReport, WouldWait

_Result = TypeVar("_Result")
_LAYOUT = Layout(
    application=0x43454C4C,  # "CELL"
    steps="state",
    statements=("state", "quarantine", "renders"),
    rows="set",
)
_LITTLE_BYTES = 2 * STATE_WORKER_BYTES
"""Less room on its disk than this is worth a word: one worker and the log of its writes."""


class SqliteState:
    """A `StateStore`, a `QuarantineStore` and a `RenderStore` in one file. Make it with `open`."""

    def __init__(self, database: Database, glance: Glance | None) -> None:
        self._database = database
        self._glance = glance

    @classmethod
    async def open(cls, path: Path) -> SqliteState:
        """Open or create the file.

        Raises: OperatorFault("bad-state-file") if it cannot be written or is something else.
        """
        try:
            database = await Database.open(path, _LAYOUT)
            try:
                reading = await database.work(partial(look_at, path))
            except BaseException:
                await database.close()
                raise
            return cls(database, Glance(reading, database.sql["get"]) if reading else None)
        except (sqlite3.Error, OSError) as error:
            raise OperatorFault(
                "bad-state-file",
                f"the state file {path} cannot be used: {error}",
                "name a file in a folder that you can write, as in sqlite:///worker.db",
            ) from error

    async def get(self, worker: WorkerId, key: str) -> bytes | None:
        """See `StateStore`."""
        rows = await self._read("get", worker=worker, key=key)
        value: bytes | None = rows[0][0] if rows else None
        if self._glance is not None:
            self._glance.note(worker, key, value)
        return value

    def get_now(self, worker: WorkerId, key: str) -> bytes | None:
        """See `PromptStore`."""
        if self._glance is None:
            raise WouldWait
        return self._glance.get(worker, key)

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        """See `StateStore`."""
        await self.set_now(worker, key, value)

    def set_now(self, worker: WorkerId, key: str, value: bytes) -> asyncio.Future[None]:
        """See `PromptStore`."""
        try:
            return self._database.put((worker, key, value), _fault)
        except sqlite3.Error as error:
            raise _fault(error) from error

    async def delete(self, worker: WorkerId, key: str) -> None:
        """See `StateStore`."""
        await self._write("delete", worker=worker, key=key)

    async def keys(self, worker: WorkerId) -> list[str]:
        """See `StateStore`."""
        return [row[0] for row in await self._read("keys", worker=worker)]

    async def page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        """See `StateStore`."""
        return await self._told(self._database.read(partial(self._page, worker, after, max_bytes)))

    async def sizes(self, worker: WorkerId) -> dict[str, int]:
        """See `StateStore`."""
        return dict(await self._read("sizes", worker=worker))

    async def replace(self, worker: WorkerId, values: Mapping[str, bytes]) -> None:
        """See `BulkStore`."""
        try:
            await self._told(self._database.write(partial(self._replace, worker, values)))
        except StoreFault as fault:
            sure = "" if "may have been kept" in str(fault) else "; nothing was changed"
            raise StoreFault(f"{fault}{sure}") from fault

    async def seize(self, seizure: Seizure) -> None:
        """See `QuarantineStore`."""
        await self._told(self._database.write(partial(self._seize, seizure)))

    async def seized(self, version: str) -> Seizure | None:
        """See `QuarantineStore`."""
        rows = await self._read("seized", version=version)
        return Seizure(*rows[0]) if rows else None

    async def seizures(self) -> list[Seizure]:
        """See `QuarantineStore`."""
        return [Seizure(*row) for row in await self._read("all")]

    async def release(self, version: str) -> bool:
        """See `QuarantineStore`."""
        return bool(await self._write("release", version=version))

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """See `RenderStore`."""
        await self._write("draw", worker=worker, render=render)

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """See `RenderStore`."""
        rows = await self._read("drawn", worker=worker)
        return rows[0][0] if rows else None

    async def forget(self, worker: WorkerId) -> None:
        """See `RenderStore`."""
        await self._write("forget_render", worker=worker)

    async def report(self) -> StoreReport:
        """See `ReportingStore`."""
        return await self._told(self._database.work(self._report))

    async def close(self) -> None:
        """See `StateStore`."""
        if self._glance is not None:
            self._glance.close()  # first, for the last that closes a file tidies up its log
        await self._database.close()

    async def _read(self, query: str, **values: Any) -> list[Any]:
        return await self._told(self._database.read(partial(self._database.run, query, **values)))

    async def _write(self, query: str, **values: Any) -> list[Any]:
        return await self._told(self._database.write(partial(self._database.run, query, **values)))

    def _seize(self, seizure: Seizure) -> None:
        self._database.run("seize", **structs.asdict(seizure))
        self._database.run("forget_sources", kept=QUARANTINE_SOURCES)

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

    def _replace(self, worker: WorkerId, values: Mapping[str, bytes]) -> None:
        self._database.run("clear", worker=worker)
        rows = ({"worker": worker, "key": key, "value": values[key]} for key in values)
        self._database.connection.executemany(self._database.sql["set"], rows)

    def _report(self) -> StoreReport:
        connection = self._database.connection
        path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.execute("BEGIN IMMEDIATE")  # fails if the file cannot be written
        connection.execute("ROLLBACK")
        free = shutil.disk_usage(path.parent).free
        worries = []
        if mode != "wal":
            worries.append(
                f"the journal mode of {path} is {mode}, not wal, so a write waits for whoever "
                "reads; put the file on a disk of this machine"
            )
        if free < _LITTLE_BYTES:
            worries.append(f"the disk of {path} has {free:,} bytes left, and state may not fit")
        facts = {"place": str(path), "journal": f"{mode}, on the disk before it is acknowledged"}
        return StoreReport(facts=facts | {"free": f"{free:,} bytes"}, worries=tuple(worries))

    async def _told(self, job: Awaitable[_Result]) -> _Result:
        try:
            return await job
        except (sqlite3.Error, MemoryError) as error:
            raise _fault(error) from error


def _fault(error: BaseException) -> BaseException:
    """Tell an error of the file in the words of the port."""
    if not isinstance(error, (sqlite3.Error, MemoryError)):
        return error
    fault = StoreFault(f"the state could not be read or kept: {said(error)}")
    fault.__cause__ = error
    return fault
