"""Log lines and runs in one SQLite file: a `ChronicleStore`, and a `RecentStore`.

In: batches, kept whole or not at all. Out: the same by worker or workspace, in the order of their
ids. What is asked is looked for in spans of rows, and other jobs go between: however much there
is, nobody waits for the whole of it. Times may be wrong by LOG_CLOCK_SLACK_S, ids never.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cellblock.limits import LIVE_TEXT_CHARACTERS
from cellblock.names import WorkerRef
from cellblock.store.chronicle_forgetting import Forgetting
from cellblock.store.chronicle_keeping import (
    Keeping,
    beat_of,
    level_number,
    line_of,
    run_of,
)
from cellblock.store.chronicle_walk import SPAN_ROWS, STATISTICS_RUNS, Sight, Tally, Walk
from cellblock.store.database import Layout
from cellblock.store.ledger import MEMORY, Ledger, of
from cellblock.store.records import Beat, Line, Run, RunStatistics, Usage
from cellblock.store.service import LineQuery, RunQuery

LAYOUT = Layout(
    application=0x43454C4A,  # "CELJ"
    steps="journal",
    statements=("journal",),
    # A process may be killed without loss; a machine may take the last moments with it.
    synchronous="NORMAL",
    shrinks=True,
)
_WHAT = "log lines and runs"


class Chronicle:
    """A `ChronicleStore`. Make it with `open`."""

    def __init__(self, ledger: Ledger, readers: Ledger) -> None:
        self._ledger = ledger
        # Apart, for whoever searches long would keep the lines of now from the disk.
        self._readers = readers
        self._keeping = Keeping(ledger)
        self._forgetting = Forgetting(ledger)

    @classmethod
    async def open(cls, path: Path) -> Chronicle:
        """Open or create the file, for nobody else to read; `ledger.MEMORY` is none.

        Raises: OperatorFault("bad-service-file", "newer-file").
        """
        ledger = await Ledger.open(path, LAYOUT, _WHAT)
        if path == MEMORY:
            return cls(ledger, ledger)
        try:
            return cls(ledger, await Ledger.open(path, LAYOUT, _WHAT))
        except BaseException:
            await ledger.close()
            raise

    async def keep(
        self, lines: Sequence[Line], runs: Sequence[Run]
    ) -> tuple[list[Line], list[Run]]:
        """See `ChronicleStore`.

        Whatever text a worker wrote is kept: of a lone surrogate U+FFFD, of a time that is no
        number 0.
        """
        return await self._keeping.keep(lines, runs)

    async def lines(self, query: LineQuery) -> list[Line]:
        """See `ChronicleStore`. Raises: OperatorFault("bad-value") for an unknown level."""
        sight = _sight("lines", query.workspace, query.worker)
        values = {
            "level": level_number(query.level or "debug"),
            "contains": query.contains,
            **_times(query.since, query.until),
        }
        upwards = query.after is not None
        walk = Walk(self._readers, sight, values, upwards=upwards)
        rows = await walk.rows("oldest" if upwards else "newest", _bounds(query), query.limit)
        found = [line_of(row) for row in rows]
        return found if upwards else found[::-1]

    async def runs(self, query: RunQuery) -> list[Run]:
        """See `ChronicleStore`."""
        upwards = query.after is not None
        sight = _sight("runs", query.workspace, query.worker)
        walk = Walk(self._readers, sight, _asked(query), upwards=upwards)
        what = "oldest" if upwards else "newest"
        return [run_of(row) for row in await walk.rows(what, _bounds(query), query.limit)]

    async def recent(self, refs: Sequence[WorkerRef], most: int) -> dict[WorkerRef, list[Beat]]:
        """See `RecentStore`; a few dozen workers are a job of some milliseconds."""
        return await self._readers.read(partial(self._recent, refs, most))

    def _recent(self, refs: Sequence[WorkerRef], most: int) -> dict[WorkerRef, list[Beat]]:
        found: dict[WorkerRef, list[Beat]] = {}
        values = {"characters": LIVE_TEXT_CHARACTERS + 1, "limit": max(most, 0)}
        for ref in refs:
            rows = []
            if owner := self._readers.run("name", **of(ref)):
                rows = self._readers.run("recent_runs_of_worker", owner=owner[0][0], **values)
            found[ref] = [beat_of(row) for row in reversed(rows)]
        return found

    async def statistics(self, query: RunQuery) -> RunStatistics:
        """See `ChronicleStore`; percentiles are exact.

        Limits: the newest STATISTICS_RUNS of the runs that are asked for; `first_at` tells how
        far they reach.
        """
        walk = Walk(self._readers, _sight("runs", query.workspace, query.worker), _asked(query))
        rows = await walk.rows("measured", (0, None), STATISTICS_RUNS)
        tally = Tally()
        for first in range(0, len(rows), SPAN_ROWS):
            await self._readers.read(partial(tally.add, rows[first : first + SPAN_ROWS]))
        return await self._readers.read(tally.summed)

    async def usage(self, workspace: str) -> Usage:
        """See `ChronicleStore`."""
        rows = await self._readers.rows(tuple, "room", workspace=workspace)
        _, lines, runs, size = rows[0] if rows else (0, 0, 0, 0)
        return Usage(lines=lines, runs=runs, bytes=size)

    async def rooms(self) -> list[str]:
        """See `ChronicleStore`."""
        return await self._readers.rows(lambda row: str(row[0]), "filled_rooms")

    async def forget(self, workspace: str, before_at: float, max_bytes: int, step: int) -> int:
        """See `ChronicleStore`. A row waits for those that were kept before it."""
        work = partial(self._forgetting.oldest, workspace, before_at, max_bytes, step)
        return await self._ledger.write(work)

    async def forget_worker(self, ref: WorkerRef, step: int) -> int:
        """See `ChronicleStore`."""
        self._keeping.unlearn()
        return await self._ledger.write(partial(self._forgetting.worker, ref, step))

    async def close(self) -> None:
        """Let go; nothing that was kept is lost. Raises: StoreFault."""
        try:
            await self._readers.close()
        finally:
            if self._ledger is not self._readers:
                await self._ledger.close()


def _sight(table: str, workspace: str, worker: str | None) -> Sight:
    if worker is None:
        return Sight(table=table, by="room", finder="room", owner={"workspace": workspace})
    return Sight(table=table, by="worker", finder="name", owner=of(WorkerRef(workspace, worker)))


def _bounds(query: LineQuery | RunQuery) -> tuple[int, int | None]:
    return (0 if query.after is None else query.after), query.before


def _asked(query: RunQuery) -> dict[str, Any]:
    failed = query.outcome == "failed"
    return {
        "outcome": None if failed else query.outcome,
        "failed": failed,
        **_times(query.since, query.until),
    }


def _times(since: float | None, until: float | None) -> dict[str, float]:
    return {
        "since": float("-inf") if since is None else since,
        "until": float("inf") if until is None else until,
    }
