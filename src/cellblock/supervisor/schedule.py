"""When a worker ticks: a grid from an anchor, or the instants of a cron line. Pure.

Ticks never overlap and never drift. A slot that passed while the worker was busy is skipped and
counted; of several passed slots the newest is caught up, so there is never more than one. A grid
goes by the monotonic clock, cron by the wall clock; both are given with each question.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

import msgspec

from cellblock.intake.calendar import CronLine, check_interval, interval_of
from cellblock.intake.settings import Settings
from cellblock.limits import CRON_CATCH_UP

_LOOK_AGAIN_S = 60.0


class Now(msgspec.Struct, frozen=True):
    """Both hands of a clock, read together."""

    monotonic_s: float
    wall_s: float


class Slot(msgspec.Struct, frozen=True):
    """One place on a timetable."""

    place: float
    """Which one: the number on the grid, or the instant of the cron line."""
    wait_s: float
    """How long to wait and ask again; due at 0 or less, and then late by so much."""
    skipped: int
    """Slots passed over since the tick before."""
    left_s: float
    """How long until it is due, which may be longer than to wait."""


class Timetable(Protocol):
    """The slots of one worker."""

    def next(self, now: Now) -> Slot | None:
        """Give the next slot: the newest that is due, else the one to wait for; None for none."""

    def take(self, slot: Slot) -> None:
        """Note that *slot* was used; it and those before it are never given again."""

    def leave(self, now: Now) -> None:
        """Pass over all that is due by now, without a word: the next slot is in the future."""


class Grid:
    """``start + n * interval`` on the monotonic clock, from n = 0 on."""

    def __init__(self, start_s: float, interval_s: float) -> None:
        self._start_s = start_s
        self._interval_s = check_interval(interval_s)
        self._last = -1

    @classmethod
    def anchored(cls, anchor_at: float, interval_s: float, now: Now) -> Grid:
        """Lay the grid that has *anchor_at* of the wall clock as a slot, if it is read by *now*.

        Its first slot is strictly in the future. What the wall clock does later moves nothing.
        """
        grid = cls(now.monotonic_s - (now.wall_s - anchor_at), interval_s)
        grid.leave(now)
        return grid

    def next(self, now: Now) -> Slot:
        """Give the next slot: the newest that is due, else the one to wait for."""
        reached = math.floor((now.monotonic_s - self._start_s) / self._interval_s)
        place = max(self._last + 1, reached)
        left_s = self._start_s + place * self._interval_s - now.monotonic_s
        return Slot(place, left_s, place - self._last - 1, left_s)

    def take(self, slot: Slot) -> None:
        """Note that *slot* was used; it and those before it are never given again."""
        self._last = int(slot.place)

    def leave(self, now: Now) -> None:
        """Pass over all that is due by now."""
        self._last = math.floor((now.monotonic_s - self._start_s) / self._interval_s)


class Cron:
    """The instants of a cron line, by the wall clock; each at most once, whatever the clock does.

    Made at *now*, its first slot is strictly in the future. A clock that is put back makes no slot
    come again; one that is put forward by many slots has the newest caught up, if they are few.
    """

    def __init__(self, line: CronLine, now: Now) -> None:
        self._line = line
        self._used: list[tuple[float, float]] = []
        """Times of the wall clock that were lived through before it was put back: (after, up to].
        Kept for as long as the timetable, and joined where they meet."""
        self._since = self._seen = now.wall_s
        self._instants: Iterator[float] = line.after(now.wall_s)
        self._coming: float | None = None
        self._advance(now.wall_s)

    def next(self, now: Now) -> Slot | None:
        """Give the newest slot that is due, else the one to wait for; None if there are none."""
        if now.wall_s < self._seen:
            self._put_back(now.wall_s)
        self._seen = now.wall_s
        if self._coming is None:
            return None
        left_s = self._coming - now.wall_s
        if left_s > 0:
            return Slot(self._coming, min(left_s, _LOOK_AGAIN_S), 0, left_s)
        return self._due(now)

    def take(self, slot: Slot) -> None:
        """Note that *slot* was used; it and those before it are never given again."""
        self._advance(slot.place)

    def leave(self, now: Now) -> None:
        """Pass over all that is due by now."""
        if now.wall_s < self._seen:
            self._put_back(now.wall_s)
        self._seen = now.wall_s
        if self._coming is not None and self._coming <= now.wall_s:
            self._begin(now.wall_s)

    def _due(self, now: Now) -> Slot | None:
        newest, skipped = self._coming, 0
        assert newest is not None
        for instant in self._line.after(newest):
            if instant > now.wall_s:
                break
            if skipped == CRON_CATCH_UP:  # so long a sleep or so far a step is not caught up
                self._begin(now.wall_s)
                return self.next(now)
            if self._was_used(instant) is None:
                newest, skipped = instant, skipped + 1
        left_s = newest - now.wall_s
        return Slot(newest, left_s, skipped, left_s)

    def _put_back(self, wall_s: float) -> None:
        """Remember what was lived through, and begin again from *wall_s*."""
        self._used = _joined([*self._used, (self._since, max(self._seen, self._since))])
        self._since = wall_s
        self._begin(wall_s)

    def _begin(self, after: float) -> None:
        self._instants = self._line.after(after)
        self._advance(after)

    def _advance(self, past: float) -> None:
        """Find what comes after *past* and was not lived through before."""
        for instant in self._instants:
            if instant <= past:
                continue
            if (end := self._was_used(instant)) is not None:
                self._begin(end)
                return
            self._coming = instant
            return
        self._coming = None

    def _was_used(self, instant: float) -> float | None:
        """Give the end of the time lived through that holds *instant*."""
        for after, end in self._used:
            if after < instant <= end:
                return end
        return None


def _joined(times: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for after, end in sorted(times):
        if joined and after <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((after, end))
    return joined


def timetable(chosen: Settings, anchor_at: float, now: Now) -> Timetable:
    """Make the timetable of settings; *anchor_at* keeps the phase of an interval.

    Raises: OperatorFault, as `calendar.check_schedule`.
    """
    if chosen.cron is not None:
        return Cron(CronLine(chosen.cron, chosen.timezone), now)
    return Grid.anchored(anchor_at, interval_of(chosen), now)
