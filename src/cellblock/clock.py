"""Time as a parameter: deadlines use the monotonic reading, people the wall reading.

What the host decides by the time, it decides by this module, so that tests can turn the hands.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where the host asks for the time."""

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary point, never backwards: for deadlines and durations."""

    def wall_s(self) -> float:
        """Seconds since 1970 (UTC), as set by the operator: for people and schedules' labels."""


class SystemClock:
    """The machine's own clocks; asked some twenty times a tick, so without a call in between."""

    monotonic_s = staticmethod(time.monotonic)
    """Read CLOCK_MONOTONIC."""
    wall_s = staticmethod(time.time)
    """Read CLOCK_REALTIME."""


class HandClock:
    """A clock that moves only when `advance` is called; for tests and simulations."""

    def __init__(self, wall_s: float = 1_700_000_000.0) -> None:
        self._elapsed_s = 0.0
        self._wall_s = wall_s

    def monotonic_s(self) -> float:
        """Return the seconds advanced so far."""
        return self._elapsed_s

    def wall_s(self) -> float:
        """Return the start plus the seconds advanced so far."""
        return self._wall_s + self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move both hands forward."""
        self._elapsed_s += seconds
