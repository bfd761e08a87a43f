"""An event loop for scenarios that wait: its time is moved by waiting alone, and costs none."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

START_S = 1_700_000_000.0


class SkippingSelector(selectors.DefaultSelector):
    """Passes waiting time at once; who waits for an event still waits."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.passed_s += max(0.0, timeout)
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is moved by waiting alone."""

    def __init__(self) -> None:
        self._skipping = SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.passed_s


class LoopClock:
    """The clock of the loop that runs."""

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time()

    def wall_s(self) -> float:
        return START_S + asyncio.get_running_loop().time()


def play(scenario: Coroutine[Any, Any, Any]) -> float:
    """Run a scenario; gives the seconds it waited."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(scenario)
        return runner.get_loop().time()
