"""Looking through log lines and runs span by span, so that no single job takes long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from cellblock.limits import LOG_CLOCK_SLACK_S
from cellblock.store.ledger import Ledger
from cellblock.store.records import RunStatistics

STATISTICS_RUNS = 100_000
"""Runs that statistics look at, the newest: a day of ticks a second, and a moment's work."""
SPAN_ROWS = 10_000
"""Rows that one job looks at; some milliseconds."""
_HIGHEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Whose rows of which table."""

    table: str
    by: str
    finder: str
    """The statement that gives the owner's number."""
    owner: Mapping[str, str]


class Walk:
    """One way through a table, from the newest down or from an id upwards."""

    def __init__(
        self, ledger: Ledger, sight: Sight, values: Mapping[str, Any], *, upwards: bool = False
    ) -> None:
        self._ledger = ledger
        self._sight = sight
        self._values = dict(values)
        self._upwards = upwards

    async def rows(self, what: str, bounds: tuple[int, int | None], limit: int) -> list[Any]:
        """Give at most *limit* rows of a statement, with ids between *bounds*, exclusive."""
        low, high = bounds[0], _HIGHEST if bounds[1] is None else bounds[1]
        found: list[Any] = []
        while len(found) < limit and low + 1 < high:
            work = partial(self._span, what, low, high, limit - len(found))
            some, reached = await self._ledger.read(work)
            found += some
            if reached is None:
                break
            low, high = (reached, high) if self._upwards else (low, reached)
        return found

    def _span(self, what: str, low: int, high: int, limit: int) -> tuple[list[Any], int | None]:
        """Look at one span; gives its rows, and the id that it reached, None at the end."""
        sight = self._sight
        owner = self._ledger.run(sight.finder, **sight.owner)
        if not owner:
            return [], None
        name = f"{sight.table}_of_{sight.by}"
        way, begin = ("up", low) if self._upwards else ("down", high)
        values = {"owner": owner[0][0], "from": begin, "span": SPAN_ROWS}
        reached, at, count = self._ledger.run(f"{name}_{way}", **values)[0]
        if not count:
            return [], None
        first, last = (low + 1, reached) if self._upwards else (reached, high - 1)
        values = {"low": max(first, low + 1), "high": min(last, high - 1), "limit": limit}
        rows = self._ledger.run(f"{name}_{what}", owner=owner[0][0], **values, **self._values)
        return rows, None if count < SPAN_ROWS or self._passed(at) else reached

    def _passed(self, at: float) -> bool:
        """Tell whether all that follows a row of that time is out of the times asked for.

        Ids follow the time at which rows were kept, from which theirs differs by the slack.
        """
        if self._upwards:
            return at - 2 * LOG_CLOCK_SLACK_S > float(self._values["until"])
        return at + 2 * LOG_CLOCK_SLACK_S < float(self._values["since"])


class Tally:
    """Measured runs summed up, so many at a time: to sort all of them at once would take long."""

    def __init__(self) -> None:
        self._runs = self._skipped = self._calls = 0
        self._cpu_ms = 0.0
        self._outcomes: Counter[str] = Counter()
        self._late: list[float] = []
        self._duration: list[float] = []
        self._times: list[float] = []

    def add(self, rows: list[Any]) -> None:
        """Count rows, at least one."""
        outcomes, skipped, late, duration, cpu, calls, started = zip(*rows, strict=True)
        self._runs += len(rows)
        self._outcomes.update(outcomes)
        self._skipped += sum(skipped)
        self._calls += sum(calls)
        self._cpu_ms += sum(cpu)
        self._times = [min(chain(self._times, started)), max(chain(self._times, started))]
        # What is sorted in parts is sorted quickly as a whole.
        self._late += sorted(late)
        self._duration += sorted(duration)

    def summed(self) -> RunStatistics:
        """Tell what they are together."""
        late, duration = sorted(self._late), sorted(self._duration)
        return RunStatistics(
            runs=self._runs,
            by_outcome=dict(sorted(self._outcomes.items())),
            skipped=self._skipped,
            late_ms_p50=_percentile(late, 50),
            late_ms_p99=_percentile(late, 99),
            duration_ms_p50=_percentile(duration, 50),
            duration_ms_p99=_percentile(duration, 99),
            cpu_ms=self._cpu_ms,
            ctx_calls=self._calls,
            first_at=min(self._times, default=None),
            last_at=max(self._times, default=None),
        )


def _percentile(values: list[float], percent: int) -> float | None:
    """Give the least of sorted values that is not below *percent* of them (nearest rank)."""
    return values[-(-len(values) * percent // 100) - 1] if values else None
