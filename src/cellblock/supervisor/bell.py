"""A bell that one waits for: it is rung, or the time is over, whichever comes first."""

from __future__ import annotations

import asyncio


class Bell:
    """Waited for by one at a time."""

    def __init__(self) -> None:
        self._rung = False
        self._waiting: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Have who waits look again, or who will."""
        self._rung = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def wait(self, seconds: float | None) -> None:
        """Wait for the bell, or for the time to pass; at once if it was rung since."""
        if not self._rung:
            loop = asyncio.get_running_loop()
            waiting = self._waiting = loop.create_future()
            # Half a millisecond more, for a timer that rounds must not wake before the slot.
            timer = None if seconds is None else loop.call_later(seconds + 0.0005, _end, waiting)
            try:
                await waiting
            finally:
                self._waiting = None
                if timer is not None:
                    timer.cancel()
        self._rung = False


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
