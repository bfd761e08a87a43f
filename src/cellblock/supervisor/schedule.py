"""When a worker ticks: a fixed grid from its start, ``start + n * interval``. Pure.

Ticks never overlap and never drift. A slot that passed while the worker was busy is skipped and
counted; of several passed slots the newest is caught up, so there is never more than one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cellblock.errors import OperatorFault
from cellblock.limits import INTERVAL_MAX_S, INTERVAL_MIN_S


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the grid."""

    n: int
    """0 for the first; counts skipped slots too."""
    planned_s: float
    """On the monotonic clock."""
    skipped: int
    """Slots passed over since the tick before."""


class Grid:
    """The slots of one worker; *start_s* and every *now_s* are on the same clock."""

    def __init__(self, start_s: float, interval_s: float) -> None:
        self._start_s = start_s
        self._interval_s = check_interval(interval_s)
        self._last = -1

    def next(self, now_s: float) -> Slot:
        """Give the next slot: the newest that is due, else the one to wait for."""
        reached = math.floor((now_s - self._start_s) / self._interval_s)
        n = max(self._last + 1, reached)
        return Slot(n, self._start_s + n * self._interval_s, n - self._last - 1)

    def take(self, slot: Slot) -> None:
        """Note that *slot* was used; it and those before it are never given again."""
        self._last = slot.n


def check_interval(interval_s: float) -> float:
    """Accept an interval.

    Limits: 1 s to 1 h. Raises: OperatorFault("bad-interval").
    """
    if not INTERVAL_MIN_S <= interval_s <= INTERVAL_MAX_S:
        raise OperatorFault(
            "bad-interval",
            f"an interval of {interval_s:g} s is outside what a worker can have",
            f"choose {INTERVAL_MIN_S:g} s to {INTERVAL_MAX_S / 3600:g} h",
        )
    return interval_s
