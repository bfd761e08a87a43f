"""One SQLite file of the service, and what may go wrong with it told in the words of the ports.

In: jobs that run named statements. Out: their results, or `StoreFault` with a sentence, or
OperatorFault("bad-value") for what no file can hold. Text is kept as it is, NUL included.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cellblock.errors import OperatorFault
from cellblock.names import WorkerRef
from cellblock.store.database import Database, Layout, make_private_file, said
from cellblock.store.ports import StoreFault
from cellblock.store.statements import several

_Result = TypeVar("_Result")
_ROWS = 64
"""Rows of one statement; what is left is halved, so there are few statements."""
MEMORY = Path(":memory:")
"""The path of a file that is none and is gone with its ledger: for trials and tests."""


class Ledger:
    """An open file. Make it with `open`."""

    def __init__(self, database: Database, what: str) -> None:
        self._database = database
        self._what = what

    @classmethod
    async def open(cls, path: Path, layout: Layout, what: str) -> Ledger:
        """Open or create the file, for nobody else to read; *what* names its content.

        Raises: OperatorFault("bad-service-file", "newer-file").
        """
        try:
            if path != MEMORY:
                make_private_file(path)
            return cls(await Database.open(path, layout), what)
        except (sqlite3.Error, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            raise OperatorFault(
                "bad-service-file",
                f"{path}, the file of {what}, cannot be used: {said}",
                "see to its rights and room, or name another folder with --data",
            ) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """What jobs may use, and nobody else."""
        return self._database.connection

    def run(self, query: str, **values: Any) -> list[Any]:
        """Run one named statement, and give its rows; to be called in a job."""
        return self._database.run(query, **values)

    def run_each(self, query: str, values: Iterable[Mapping[str, Any] | Sequence[Any]]) -> None:
        """Run one named statement for each of *values*; to be called in a job."""
        self.connection.executemany(self._database.sql[query], values)

    def run_together(self, query: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a named statement that keeps one row, for many by few steps; to be called in a job.

        Each step of SQLite lets go of the interpreter and takes it back, which the event loop pays.
        """
        begun, size = 0, _ROWS
        while size:
            statement = several(self._database.sql[query], size)
            while len(rows) - begun >= size:
                values = [*chain.from_iterable(rows[begun : begun + size])]
                self.connection.execute(statement, values)
                begun += size
            size //= 2

    async def rows(
        self, make: Callable[[Any], _Result], query: str, /, **values: Any
    ) -> list[_Result]:
        """Read the rows of one named statement, and make of each what it stands for."""
        return await self.read(lambda: [make(row) for row in self.run(query, **values)])

    async def read(self, work: Callable[[], _Result]) -> _Result:
        """See `Database.read`."""
        return await self._told(work, "read", self._database.read)

    async def write(self, work: Callable[[], _Result]) -> _Result:
        """See `Database.write`."""
        return await self._told(work, "kept", self._database.write)

    async def close(self) -> None:
        """Let go; nothing that was kept is lost. Raises: StoreFault."""
        try:
            await self._database.close()
        except sqlite3.Error as error:
            raise StoreFault(f"{self._what} could not be closed: {error}") from error

    async def _told(
        self, work: Callable[[], _Result], done: str, way: Callable[[Callable[[], _Result]], Any]
    ) -> _Result:
        try:
            result: _Result = await way(work)
        except (sqlite3.Error, MemoryError, msgspec.MsgspecError) as error:
            raise StoreFault(f"{self._what} could not be {done}: {said(error)}") from error
        except UnicodeEncodeError as error:
            raise _bad(f"a text has a lone surrogate at character {error.start}") from None
        except OverflowError:
            raise _bad("a number is beyond 64 bits") from None
        return result


def of(ref: WorkerRef) -> dict[str, str]:
    """Give the values by which statements know a worker."""
    return {"workspace": ref.workspace, "name": ref.name}


def text(value: Any) -> str:
    """Write JSON text. Raises: OperatorFault("bad-value")."""
    try:
        return msgspec.json.encode(value, order="deterministic").decode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _bad(f"what should be JSON is not: {error}") from error


def _bad(what: str) -> OperatorFault:
    return OperatorFault("bad-value", f"{what}, and cannot be kept", "write it without")
