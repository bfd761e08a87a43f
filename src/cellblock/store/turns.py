"""Whose turn it is at one SQLite file: jobs that wait together share one transaction.

In: jobs from the event loop. Out: their answers, once what they changed is kept. One flush to the
disk serves all that waited for the one before, and rows that wait together are one statement: each
step of SQLite lets go of the interpreter and takes it back. A job that fails is undone alone.
"""

from __future__ import annotations

import asyncio
import enum
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import groupby
from typing import Any

_SHARED_S = 0.05
"""No job joins a transaction that has lasted so long: the first in it waits for its end."""
_JOINED_JOBS = 1_000
"""Jobs of one transaction."""
_ROWS = 64
"""Rows of one statement."""
_GATHER_S = 0.002
"""Where several write at once, a transaction begins so long after the one before: a flush costs a
tenth of a millisecond of processor time, whether for one job or for ten."""
Row = tuple[Any, ...]
Fault = Callable[[BaseException], BaseException]


class Kind(enum.Enum):
    """How a job is run."""

    READ = enum.auto()
    WRITE = enum.auto()
    ALONE = enum.auto()
    """Outside any transaction."""


class Job:
    """A piece of work with the future of whoever waits for it."""

    __slots__ = ("answer", "apart", "asked_s", "error", "fault", "kind", "result", "row", "work")

    def __init__(
        self,
        work: Callable[[], Any],
        kind: Kind,
        answer: asyncio.Future[Any],
        row: Row | None = None,
        fault: Fault | None = None,
    ) -> None:
        self.work = work
        self.kind = kind
        self.answer = answer
        self.row = row
        """What the work keeps, if that is all it does."""
        self.fault = fault
        self.asked_s = time.monotonic()
        self.apart = False
        """Whether it has a transaction of its own, as one in company was lost."""
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> bool:
        """Do the work; False if it failed."""
        self.error = None
        try:
            self.result = self.work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self.error = error
            return False
        return True

    def tell(self) -> None:
        """Answer; to be called in the loop of the one who waits."""
        if self.answer.done():  # given up meanwhile
            return
        if self.error is not None:
            self.answer.set_exception(self.fault(self.error) if self.fault else self.error)
        else:
            self.answer.set_result(self.result)


class Turns:
    """The queue of one file. *keep* keeps the rows of several jobs, all or none."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        thread: ThreadPoolExecutor,
        keep: Callable[[list[Row]], None],
    ) -> None:
        self._connection = connection
        self._thread = thread
        self._keep = keep
        self._careful = False
        """Whether the next transaction is to undo alone each job that fails."""
        self._jobs: deque[Job] = deque()
        self._lock = threading.Lock()
        self._busy = False

    def put(self, job: Job) -> None:
        """Queue a job. Raises: sqlite3.ProgrammingError if the file was closed."""
        with self._lock:
            if not self._busy:
                try:
                    self._thread.submit(self._drain)
                except RuntimeError as error:
                    raise sqlite3.ProgrammingError("the file was closed") from error
                self._busy = True
            self._jobs.append(job)

    def _drain(self) -> None:
        while self._more():
            begun_s = time.monotonic()
            jobs = self._turn()
            _answer(jobs)
            if len(jobs) > 1 and jobs[0].kind is Kind.WRITE:
                time.sleep(max(0.0, begun_s + _GATHER_S - time.monotonic()))

    def _more(self) -> bool:
        with self._lock:
            self._busy = bool(self._jobs)
            return self._busy

    def _turn(self) -> list[Job]:
        """Run what may be run together; gives those that have their answer."""
        head = self._head()
        if head is None:
            return []
        self._undo()  # what could not be undone before
        if head.kind is Kind.ALONE:
            self._jobs.popleft().run()
            self._undo()  # what it began, if it failed before it ended it
            return [head]
        return self._read() if head.kind is Kind.READ else self._write()

    def _head(self) -> Job | None:
        """Give the first that is still waited for."""
        while self._jobs and self._jobs[0].answer.cancelled():
            self._jobs.popleft()
        return self._jobs[0] if self._jobs else None

    def _read(self) -> list[Job]:
        """Run the jobs up to the first that writes."""
        jobs: list[Job] = []
        try:
            begun_s = time.monotonic()
            self._connection.execute("BEGIN")
            until = begun_s + _SHARED_S
            while (job := self._head()) and job.kind is Kind.READ and _joins(job, jobs, until):
                if job.asked_s > begun_s:  # what another connection kept before it asked is newer
                    break
                jobs.append(self._jobs.popleft())
                job.run()
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, all are told
            self._undo()
            return _fail(jobs or self._pop(Kind.READ), error)
        return jobs

    def _write(self) -> list[Job]:
        """Run what waits in one transaction; gives those that are kept and those that failed."""
        careful, self._careful = self._careful, False
        if not careful and (rows := self._rows()):
            if not self._jobs:
                return self._keep_at_once(rows)
            self._jobs.extendleft(reversed(rows))
        jobs: list[Job] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            if careful:
                self._fill_carefully(jobs)
            elif not self._fill(jobs):
                return self._redo(jobs)
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")
                return jobs
        except Exception as error:  # noqa: BLE001 - whatever it is, all are told
            self._undo()
            if not _is_full(error) or len(jobs) < 2:  # of many each may find room by itself
                return _fail(jobs or self._pop(Kind.WRITE), error)
        return self._again(jobs)

    def _rows(self) -> list[Job]:
        """Take the first jobs, as long as each keeps a row and may do so with others."""
        jobs: list[Job] = []
        while (job := self._head()) and job.row is not None and not job.apart:
            if len(jobs) == _ROWS:
                break
            jobs.append(self._jobs.popleft())
        return jobs

    def _keep_at_once(self, jobs: list[Job]) -> list[Job]:
        """Keep rows by one statement, which is a transaction by itself."""
        try:
            self._keep([job.row for job in jobs if job.row is not None])
        except Exception as error:  # noqa: BLE001 - whatever it is, all are told
            self._undo()
            # What the disk or a lock refuses is not asked for again: that may not be true by then.
            hopeless = isinstance(error, sqlite3.OperationalError) and not _is_full(error)
            return _fail(jobs, error) if hopeless or len(jobs) < 2 else self._redo(jobs)
        return jobs

    def _redo(self, jobs: list[Job]) -> list[Job]:
        """Undo a transaction in which one of many failed, and queue them to find which."""
        self._undo()
        self._jobs.extendleft(reversed(jobs))
        self._careful = True
        return []

    def _fill(self, jobs: list[Job]) -> bool:
        """Run jobs until none waits; False if one failed that had company."""
        until = time.monotonic() + _SHARED_S
        while (job := self._head()) and _joins(job, jobs, until):
            if rows := self._rows():
                jobs += rows
                try:
                    self._keep([job.row for job in rows if job.row is not None])
                except Exception:  # noqa: BLE001 - it is met again, and told then
                    return False
                continue
            jobs.append(self._jobs.popleft())
            if job.run():
                continue
            if len(jobs) > 1:
                return False
            self._undone()
            break
        return True

    def _fill_carefully(self, jobs: list[Job]) -> None:
        """Run jobs until none waits; the transaction may be gone at the end."""
        until = time.monotonic() + _SHARED_S
        while (job := self._head()) and _joins(job, jobs, until):
            jobs.append(self._jobs.popleft())
            if len(jobs) == 1:
                if not job.run():
                    return self._undone()
                continue
            self._connection.execute("SAVEPOINT job")
            if not job.run() and self._connection.in_transaction:
                self._connection.execute("ROLLBACK TO job")
            if not self._connection.in_transaction:  # some errors end it by themselves
                return None
            self._connection.execute("RELEASE job")
        return None

    def _again(self, jobs: list[Job]) -> list[Job]:
        """Queue anew, each by itself, what was undone with another; gives those that failed."""
        for job in reversed(jobs):
            if job.error is None and job.apart:
                _fail([job], sqlite3.OperationalError("the transaction was ended"))
            elif job.error is None:
                job.apart = True
                self._jobs.appendleft(job)
        return [job for job in jobs if job.error is not None]

    def _pop(self, kind: Kind) -> list[Job]:
        """Take the first jobs, as long as they are of that kind."""
        jobs = []
        while (job := self._head()) and job.kind is kind:
            jobs.append(self._jobs.popleft())
        return jobs

    def _undone(self) -> None:
        """Undo. Raises: sqlite3.OperationalError if that failed, for nothing is to be kept then."""
        self._undo()
        if self._connection.in_transaction:
            raise sqlite3.OperationalError("what failed cannot be undone now")

    def _undo(self) -> None:
        with suppress(Exception):  # a connection that is closed has nothing to undo
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _joins(job: Job, jobs: list[Job], until: float) -> bool:
    if not jobs:
        return True
    apart = job.apart or jobs[0].apart or job.kind is Kind.ALONE
    return not apart and len(jobs) < _JOINED_JOBS and time.monotonic() < until


def _is_full(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _fail(jobs: list[Job], error: BaseException) -> list[Job]:
    for job in jobs:
        job.error = job.error or error
    return jobs


def _answer(jobs: Iterable[Job]) -> None:
    for loop, some in groupby(jobs, key=lambda job: job.answer.get_loop()):
        with suppress(RuntimeError):  # it was closed, and nobody waits
            loop.call_soon_threadsafe(_tell, list(some))


def _tell(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.tell()
