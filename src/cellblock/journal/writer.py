"""Log lines and runs on their way to the disk, so that no tick waits for it.

In: single lines and runs, taken at once. Out: batches that the chronicle keeps, then told to the
tail. Rows stay in their order. While the disk takes none they wait, up to a bound; of more the
oldest are dropped, and each worker that lost some gets a line which says how many.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections import Counter, deque
from collections.abc import Iterable
from itertools import islice

from cellblock.clock import Clock
from cellblock.journal.tail import Tail
from cellblock.limits import (
    JOURNAL_BATCH_ROWS,
    JOURNAL_CLOSE_S,
    JOURNAL_FLUSH_S,
    JOURNAL_HELD_BYTES,
    JOURNAL_HELD_ROWS,
)
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Line, Run
from cellblock.store.service import ChronicleStore

_RETRY_MAX_S = 5.0
_ROW_BYTES = 600
"""What a row takes in memory beside its text."""
_logger = logging.getLogger("cellblock.journal")


class Writer:
    """Takes rows in an event loop; `close` keeps what waits and ends it."""

    def __init__(self, chronicle: ChronicleStore, tail: Tail, clock: Clock) -> None:
        self._chronicle = chronicle
        self._tail = tail
        self._clock = clock
        self._rows: deque[Line | Run] = deque()
        self._bytes = 0
        self._flying = 0
        """Rows that are being written."""
        self._lost: Counter[WorkerRef] = Counter()
        self._waiters: list[asyncio.Future[bool]] = []
        self._there = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.lost = 0
        """Rows dropped since the start."""
        self.problem: str | None = None
        """Why rows wait, in a sentence with what to do; None while they are kept."""

    @property
    def backlog(self) -> int:
        """Rows that wait."""
        return len(self._rows) + self._flying

    def line(self, line: Line) -> None:
        """Take a log line; it is on the disk within `JOURNAL_FLUSH_S` and the time of a write.

        Limits: `JOURNAL_HELD_ROWS`, `JOURNAL_HELD_BYTES` of those that wait.
        """
        self._take(line)

    def run(self, run: Run) -> None:
        """Take a run, likewise."""
        self._take(run)

    async def flush(self) -> bool:
        """Try now to keep all that was taken; False if the disk takes none."""
        if self._task is None:
            return True
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._there.set()
        self._hurry.set()
        return bool(await waiter)

    async def close(self) -> None:
        """Try once more to keep what waits, and take nothing from now on.

        Limits: `JOURNAL_CLOSE_S`; what is not kept by then is given up, and logged.
        """
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(JOURNAL_CLOSE_S):
                await self.flush()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        _answer(self._waiters, kept=False)
        if self.backlog:
            _logger.error("%d log lines and runs could not be kept", self.backlog)

    def _take(self, row: Line | Run) -> None:
        if self._closed:
            self.lost += 1
            return
        self._rows.append(row)
        self._bytes += _size(row)
        self._hold()
        self._there.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="journal")

    def _hold(self) -> None:
        """Drop the oldest of what is too much."""
        while len(self._rows) > JOURNAL_HELD_ROWS or self._bytes > JOURNAL_HELD_BYTES:
            row = self._rows.popleft()
            self._bytes -= _size(row)
            self._lost[row.ref] += 1
            self.lost += 1

    async def _work(self) -> None:
        """Write again and again, with pauses: short ones, and longer ones after a fault."""
        pause_s = JOURNAL_FLUSH_S
        while True:
            await self._there.wait()
            await self._pause(pause_s)
            begun_s, waiters = self._clock.monotonic_s(), self._waiters
            self._waiters = []
            self._there.clear()
            kept = False
            try:
                kept = await self._write()
            finally:
                _answer(waiters, kept)
            if self._rows or self._lost:
                self._there.set()
            if kept:  # a long write has used up the time that the next rows may wait
                pause_s = JOURNAL_FLUSH_S - (self._clock.monotonic_s() - begun_s)
            else:
                pause_s = min(max(2 * pause_s, JOURNAL_FLUSH_S), _RETRY_MAX_S)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        self._hurry.clear()

    async def _write(self) -> bool:
        """Keep what waits now, batch by batch; False as soon as one cannot be kept."""
        left = len(self._rows)
        while self._lost or (left > 0 and self._rows):
            batch = list(islice(self._rows, max(0, min(left, JOURNAL_BATCH_ROWS))))
            for row in batch:
                self._rows.popleft()
                self._bytes -= _size(row)
            lost, self._lost = self._lost, Counter()
            notes = [self._note(ref, count) for ref, count in lost.items()]
            self._flying = len(batch)
            kept = await self._keep([*notes, *batch])
            self._flying = 0
            left -= len(batch)
            if kept < len(notes) + len(batch):
                for note in notes[kept:]:
                    self._lost[note.ref] += lost[note.ref]
                self._put_back(batch[max(0, kept - len(notes)) :])
                return False
        return True

    def _put_back(self, rows: list[Line | Run]) -> None:
        self._rows.extendleft(reversed(rows))
        self._bytes += sum(map(_size, rows))
        self._hold()

    async def _keep(self, rows: list[Line | Run]) -> int:
        """Give how many of *rows*, from the first on, need not be kept any more."""
        lines = [row for row in rows if isinstance(row, Line)]
        runs = [row for row in rows if isinstance(row, Run)]
        try:
            kept, _ = await self._chronicle.keep(lines, runs)
        except StoreFault as fault:
            self.problem = (
                f"log lines and runs wait in memory, for they cannot be kept: {fault}; "
                "see that the disk of the data directory has room and works"
            )
            return 0
        except Exception:  # whatever it is, one row must not hold up all others
            if len(rows) == 1:
                _logger.exception("a row of %s cannot be kept", rows[0].ref)
                self.lost += 1
                return 1
            half = len(rows) // 2
            done = await self._keep(rows[:half])
            return done if done < half else half + await self._keep(rows[half:])
        self.problem = None
        self._tell(kept)
        return len(rows)

    def _tell(self, lines: list[Line]) -> None:
        try:
            self._tail.tell(lines)
        except Exception:  # a follower's fault is not the journal's
            _logger.exception("a follower could not be told of log lines")

    def _note(self, ref: WorkerRef, count: int) -> Line:
        text = f"{count:,} log lines and runs were lost here: the disk was full or too slow"
        return Line(ref=ref, at=self._clock.wall_s(), level="warn", message=text)


def _answer(waiters: Iterable[asyncio.Future[bool]], kept: bool) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(kept)


def _size(row: Line | Run) -> int:
    """Tell what a row takes in memory, about."""
    if isinstance(row, Line):
        return _ROW_BYTES + sys.getsizeof(row.message)
    size = _ROW_BYTES + sys.getsizeof(row.traceback) + sys.getsizeof(row.error)
    return size if row.calls is None else size + len(row.calls)
