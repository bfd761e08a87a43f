"""One SQLite file behind one thread of its own, so that the event loop never waits for a disk.

What was kept is on the disk when the call returns (write-ahead log, synchronous=FULL, if its
`Layout` says no other). Calls that arrive together share a transaction, see `turns`. The
statements stand in ``sql/``, each under its name.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from cellblock.store.migrations import form, migrate, steps
from cellblock.store.statements import queries, several
from cellblock.store.turns import Fault, Job, Kind, Row, Turns

_Result = TypeVar("_Result")
_BUSY_TIMEOUT_S = 5.0
_LOG_BYTES = 32_000_000
"""Size to which the write-ahead log is cut once a large one was copied into the file."""
_CACHED_STATEMENTS = 256
"""More than any file has: none is parsed twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a file is."""

    application: int
    """Tells whose file it is."""
    steps: str
    """Its form: ``sql/steps_<steps>.sql``."""
    statements: tuple[str, ...]
    """The files of its statements; every name in them is there once."""
    synchronous: str = "FULL"
    """``NORMAL`` loses nothing if processes die, but the last moments if the machine does."""
    rows: str = ""
    """The statement of `Database.put`."""
    shrinks: bool = False
    """Whether ``PRAGMA incremental_vacuum`` gives room back."""


def said(error: BaseException) -> str:
    """Tell an error of SQLite in words that are true about what was kept."""
    words = str(error) or "out of memory"
    if getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_FSYNC":
        # It is in the log, and after a crash it may be found there.
        words += "; a change may have been kept all the same"
    return words


def make_private_file(path: Path) -> None:
    """Make it if it is not there, for nobody else to read; SQLite would make it for all.

    What SQLite lays beside it has the same rights. Raises: OSError.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    os.close(os.open(path, flags, 0o600))


class Database:
    """An open file. Make it with `open`; whatever is done with it may raise sqlite3.Error."""

    def __init__(
        self, connection: sqlite3.Connection, thread: ThreadPoolExecutor, layout: Layout
    ) -> None:
        self.connection = connection
        self._thread = thread
        self._turns = Turns(connection, thread, self._keep)
        self._rows = layout.rows
        self.sql: dict[str, str] = {}
        for name in layout.statements:
            self.sql |= queries(name)

    @classmethod
    async def open(cls, path: Path, layout: Layout) -> Database:
        """Open or create the file, and bring it to its newest form.

        Raises: sqlite3.Error, also for the database of another program, which is left as it is;
        OSError; OperatorFault("newer-file").
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix="cellblock-store")
        loop = asyncio.get_running_loop()
        try:
            connection = await loop.run_in_executor(thread, _connect, path, layout)
        except BaseException:
            thread.shutdown()
            raise
        return cls(connection, thread, layout)

    def run(self, query: str, **values: Any) -> list[Any]:
        """Run one named statement, and give its rows; to be called in a job."""
        return self.connection.execute(self.sql[query], values).fetchall()

    async def read(self, work: Callable[[], _Result]) -> _Result:
        """Call *work* in the file's thread: it sees the file as of one moment, changes nothing."""
        return await self._queue(work, Kind.READ)

    async def write(self, work: Callable[[], _Result]) -> _Result:
        """Call *work* in the file's thread: what it changes is kept whole or not at all.

        It must begin and end no transaction, and may be called a second time after its changes
        were undone. Whatever it raises undoes them.
        """
        return await self._queue(work, Kind.WRITE)

    def put(self, row: Row, fault: Fault) -> asyncio.Future[None]:
        """Keep a row by the statement that `Layout.rows` names; the future ends when it is kept.

        Rows that wait together are kept by one statement. A row whose future was cancelled before
        its turn is not kept. *fault* puts an error in other words.
        Raises: sqlite3.ProgrammingError if the file was closed.
        """
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.put(Job(partial(self._keep, (row,)), Kind.WRITE, answer, row, fault))
        return answer

    def _keep(self, rows: Sequence[Row]) -> None:
        statement = several(self.sql[self._rows], len(rows))
        self.connection.execute(statement, [value for row in rows for value in row])

    async def work(self, work: Callable[[], _Result]) -> _Result:
        """Call *work* in the file's thread, outside any transaction."""
        return await self._queue(work, Kind.ALONE)

    async def close(self) -> None:
        """Let go of the file. Raises: sqlite3.Error; the thread is ended all the same."""
        try:
            # Shielded, for a connection whose closing is given up before it began stays open.
            loop = asyncio.get_running_loop()
            await asyncio.shield(loop.run_in_executor(self._thread, self.connection.close))
        finally:
            self._thread.shutdown(wait=False)  # it ends by itself, after what it does now

    async def _queue(self, work: Callable[[], _Result], kind: Kind) -> _Result:
        answer: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._turns.put(Job(work, kind, answer))
        return await answer


def _connect(path: Path, layout: Layout) -> sqlite3.Connection:
    # isolation_level None: the transactions are those of `turns`, and none begins by itself.
    connection = sqlite3.connect(
        path,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    try:
        _prepare(connection, layout)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, layout: Layout) -> None:
    """Look whose database it is before anything in it is changed, then make it ready."""
    connection.execute(f"PRAGMA synchronous = {layout.synchronous}")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    connection.execute("BEGIN")  # both are read as of one moment, whoever else is opening it
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    connection.execute("COMMIT")
    if found != layout.application and tables:
        raise sqlite3.DatabaseError("it is a database of another program")
    form(connection, known := steps(layout.steps))
    if layout.shrinks and not tables:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # it must be the first of all
    deadline = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            # The change to write-ahead logging needs the file alone, and does not wait for it.
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, layout.application, known)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
