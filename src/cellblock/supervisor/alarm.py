"""The deadline of one order: first a signal to the code, and after a grace the end of the process.

In: an order's times. Out: two calls, on time, or at once for a host that stops. Most orders end
long before their deadline, so one timer is left running over many of them: it looks when it rings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from signal import Signals

from cellblock.inside.deadline import SIGNAL, STOP_SIGNAL

_GRAIN_S = 0.001
"""So much before its time may a timer ring that rounds."""


class Alarm:
    """One deadline at a time. *ring* is called with the signal, *end* when the grace is over."""

    def __init__(self, ring: Callable[[Signals], None], end: Callable[[], None]) -> None:
        self._ring = ring
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._what = ""
        self._timeout_s = self._grace_s = 0.0
        self._due_s: float | None = None
        """By the loop's clock; None while there is no order, or its deadline is met."""
        self._timer: asyncio.TimerHandle | None = None
        """Rings at the deadline or before it."""
        self._ending: asyncio.TimerHandle | None = None
        """Ends the process."""
        self._hurried = False
        self.struck = False
        """Whether the order of now, or the last one, met its deadline."""

    @property
    def detail(self) -> str:
        """What a person is told of code that had to be ended."""
        if not self._what:
            return ""
        rest = "as the host stopped" if self._hurried else f"after {self._timeout_s:g} s"
        return f"{self._what} was still running {rest}"

    def set(self, what: str, timeout_s: float, grace_s: float) -> None:
        """Begin the deadline of *what*, such as ``tick``."""
        self.struck = self._hurried = False
        self._what, self._timeout_s, self._grace_s = what, timeout_s, grace_s
        self._due_s = due_s = self._loop.time() + timeout_s
        if self._timer is None or self._timer.when() > due_s:
            self._wind(due_s)

    def hurry(self, grace_s: float) -> None:
        """Meet the deadline now, because the host stops; nothing if there is none, or it is met."""
        if self._due_s is None:
            return
        self._hurried, self._grace_s = True, grace_s
        self._strike(STOP_SIGNAL)

    def clear(self) -> None:
        """The order has ended."""
        self._due_s = None
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def close(self) -> None:
        """Leave no timer behind."""
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wind(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at_s, self._look)

    def _look(self) -> None:
        """The timer rings: for the order of now, or for one that ended long ago."""
        self._timer = None
        if self._due_s is None:
            return
        if self._due_s > self._loop.time() + _GRAIN_S:
            self._wind(self._due_s)
        else:
            self._strike(SIGNAL)

    def _strike(self, number: Signals) -> None:
        self.struck = True
        self._due_s = None
        self._ending = self._loop.call_later(self._grace_s, self._end)
        self._ring(number)
