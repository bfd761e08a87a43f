"""One SQLite file behind one thread of its own, so that the event loop never waits for a disk.

What a statement kept is on the disk when it returns (write-ahead log, synchronous=FULL). The
statements stand in ``sql/``, each under its name.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_BUSY_TIMEOUT_S = 5.0


def queries(name: str) -> dict[str, str]:
    """Read the named statements of ``sql/<name>.sql``."""
    text = resources.files("cellblock.store").joinpath(f"sql/{name}.sql").read_text("utf-8")
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


class Database:
    """An open file. Make it with `open`; whatever is done with it may raise sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, thread: ThreadPoolExecutor, names: tuple[str, ...]
    ) -> None:
        self.connection = connection
        self._thread = thread
        self.sql: dict[str, str] = {}
        for name in names:
            self.sql |= queries(name)

    @classmethod
    async def open(cls, path: Path, application: int, names: tuple[str, ...]) -> Database:
        """Open or create the file, with the schemas of the statements *names*.

        *application* tells whose file it is. Raises: sqlite3.Error, also for the database of
        another program, which is left as it is; OSError.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="cellblock-store")
        loop = asyncio.get_running_loop()
        try:
            connection = await loop.run_in_executor(thread, _connect, path, application, names)
        except BaseException:
            thread.shutdown()
            raise
        return cls(connection, thread, names)

    def run(self, query: str, **values: Any) -> list[Any]:
        """Run one named statement, and give its rows; to be called in `work`."""
        return self.connection.execute(self.sql[query], values).fetchall()

    async def work(self, work: Callable[[], _Result]) -> _Result:
        """Call *work* in the file's thread, the only place where `connection` may be used."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Let go of the file. Raises: sqlite3.Error; the thread is ended all the same."""
        try:
            # Shielded, for a connection whose closing is given up before it began stays open.
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(self._thread, self.connection.close))
        finally:
            self._thread.shutdown(wait=False)  # it ends by itself, after what it does now


def _connect(path: Path, application: int, names: tuple[str, ...]) -> sqlite3.Connection:
    # isolation_level None: each statement is its own transaction, committed when it returns.
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection, application, names)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, application: int, names: tuple[str, ...]) -> None:
    """Look whose database it is before anything in it is changed, then make it ready."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN")  # both are read as of one moment, whoever else is opening it
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    connection.execute("COMMIT")
    if found != application and tables:
        raise sqlite3.DatabaseError("it is a database of another program")
    deadline = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            # The change to write-ahead logging needs the file alone, and does not wait for it.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA application_id = {application}")
            for name in names:
                connection.execute(queries(name)["schema"])
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
