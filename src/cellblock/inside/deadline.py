"""The soft deadline: a signal from the host becomes `TickTimeoutError` in the worker's own code.

The handler is set in the zygote, for the filter lets nobody set one later. It raises only while
worker code runs (`armed`); while bytes are on the wire (`shielded`) it waits for the last of them.
"""

from __future__ import annotations

import signal
from types import FrameType

SIGNAL = signal.SIGUSR1
"""What the host sends at the deadline."""
STOP_SIGNAL = signal.SIGUSR2
"""What the host sends when it stops, and gives the code no more time; a deadline like the other."""


class TickTimeoutError(BaseException):
    """The code is at its deadline; no `Exception`, so that catching those does not swallow it."""


class Deadline:
    """Whether a deadline signal means something now."""

    def __init__(self) -> None:
        self.shielded = False
        self._armed = False
        self._struck: signal.Signals | None = None

    def strike(self, number: int = SIGNAL, _frame: FrameType | None = None) -> None:
        """Handle the signal."""
        if not self._armed:
            return
        if self.shielded:
            self._struck = signal.Signals(number)
            return
        self._armed = False
        if number == STOP_SIGNAL:
            raise TickTimeoutError("the code was still running as the host stopped")
        raise TickTimeoutError("the code was still running at its deadline")

    def arm(self) -> None:
        """Worker code is about to run."""
        self._struck = None
        self._armed = True

    def disarm(self) -> None:
        """Worker code is over."""
        self._armed = False

    def unshield(self) -> None:
        """End a shield; raise for a signal that came under it."""
        self.shielded = False
        if self._struck is not None:
            struck, self._struck = self._struck, None
            self.strike(struck)


def install() -> Deadline:
    """Set the handler in this process and, by the fork, in its children."""
    deadline = Deadline()
    for number in (SIGNAL, STOP_SIGNAL):
        signal.signal(number, deadline.strike)
    return deadline
