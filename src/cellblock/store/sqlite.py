"""State in one SQLite file: the default that survives.

All access goes through one thread of its own, so that the event loop never waits for a disk. A
`set` that returned is on the disk (write-ahead log, synchronous=FULL).
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.limits import QUARANTINE_SOURCES
from cellblock.names import WorkerId
from cellblock.store.ports import Seizure, StoreFault

_Result = TypeVar("_Result")
_APPLICATION_ID = 0x43454C4C  # "CELL"
_BUSY_TIMEOUT_S = 5.0


def queries(name: str) -> dict[str, str]:
    """Read the named statements of ``sql/<name>.sql``."""
    text = resources.files("cellblock.store").joinpath(f"sql/{name}.sql").read_text("utf-8")
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


class SqliteState:
    """A `StateStore` and a `QuarantineStore` in one file. Make it with `open`."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._sql = queries("state") | queries("quarantine")

    @classmethod
    async def open(cls, path: Path) -> SqliteState:
        """Open or create the file.

        Raises: OperatorFault("bad-state-file") if it cannot be written or is something else.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="cellblock-state")
        loop = asyncio.get_running_loop()
        try:
            connection = await loop.run_in_executor(thread, _connect, path)
        except (sqlite3.Error, OSError) as error:
            thread.shutdown()
            raise OperatorFault(
                "bad-state-file",
                f"the state file {path} cannot be used: {error}",
                "name a file in a folder that you can write, as in sqlite:///worker.db",
            ) from error
        return cls(connection, thread)

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

    async def close(self) -> None:
        """See `StateStore`."""
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def _rows(self, query: str, **values: Any) -> list[Any]:
        statement = self._sql[query]
        return await self._in_thread(lambda: self._connection.execute(statement, values).fetchall())

    def _page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        left = max_bytes
        cursor = self._connection.execute(self._sql["page"], {"worker": worker, "after": after})
        for key, value in cursor:
            found[key] = value
            left -= len(key.encode()) + len(value)
            if left <= 0:
                break
        cursor.close()
        return found

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreFault(f"the state could not be read or kept: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: each statement is its own transaction, committed when it returns.
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Look whose database it is before anything in it is changed, then make it ready."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN")  # both are read as of one moment, whoever else is opening it
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    connection.execute("COMMIT")
    if application != _APPLICATION_ID and tables:
        raise sqlite3.DatabaseError("it is a database of another program")
    deadline = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            # The change to write-ahead logging needs the file alone, and does not wait for it.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            for name in ("state", "quarantine"):
                connection.execute(queries(name)["schema"])
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
