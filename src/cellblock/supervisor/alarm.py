"""The deadline of one order: first a signal to the code, and after a grace the end of the process.

In: an order's times. Out: two calls, on time, or at once for a host that stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from signal import Signals

from cellblock.inside.deadline import SIGNAL, STOP_SIGNAL


class Alarm:
    """One deadline at a time. *ring* is called with the signal, *end* when the grace is over."""

    def __init__(self, ring: Callable[[Signals], None], end: Callable[[], None]) -> None:
        self._ring = ring
        self._end = end
        self._what = ""
        self._timers: tuple[asyncio.TimerHandle, ...] = ()
        self.struck = False
        """Whether the order of now, or the last one, met its deadline."""
        self.detail = ""
        """What a person is told of code that had to be ended."""

    def set(self, what: str, timeout_s: float, grace_s: float) -> None:
        """Begin the deadline of *what*, such as ``tick``."""
        loop = asyncio.get_running_loop()
        self.struck = False
        self._what = what
        self.detail = f"{what} was still running after {timeout_s:g} s"
        self._timers = (
            loop.call_later(timeout_s, self._strike, SIGNAL),
            loop.call_later(timeout_s + grace_s, self._end),
        )

    def hurry(self, grace_s: float) -> None:
        """Meet the deadline now, because the host stops; nothing if there is none, or it is met."""
        if not self._timers or self.struck:
            return
        self.clear()
        self.detail = f"{self._what} was still running as the host stopped"
        self._timers = (asyncio.get_running_loop().call_later(grace_s, self._end),)
        self._strike(STOP_SIGNAL)

    def clear(self) -> None:
        """The order has ended."""
        for timer in self._timers:
            timer.cancel()
        self._timers = ()

    def _strike(self, number: Signals) -> None:
        self.struck = True
        self._ring(number)
