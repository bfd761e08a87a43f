"""What is asked of one worker's loop from outside, and the bell that has it look.

In: wishes of an operator and events that came. Out: what the loop is to do next; it is never told
how, and nothing here waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cellblock.store.records import Cause, HookEvent
from cellblock.supervisor.schedule import Timetable


class Mail(Protocol):
    """The events that wait for one worker."""

    async def waiting(self) -> Sequence[HookEvent]:
        """Give the oldest, as many as one tick takes; none while they cannot be read."""

    async def ended(self, events: Sequence[HookEvent], *, lost: bool) -> None:
        """Note what became of the tick that was given them; *lost* ones are given again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A tick at once, beside the schedule."""

    cause: Cause
    events: Sequence[HookEvent] = ()


class Desk:
    """The wishes for one loop, as they are now."""

    def __init__(self, timetable: Timetable, mail: Mail | None = None) -> None:
        self.timetable = timetable
        """May be replaced at any time."""
        self.mail = mail
        self.stopping = False
        """No further tick is to begin, for good."""
        self.held = False
        """No tick is to begin for now."""
        self.hurried = False
        """The tick that ran as the loop was stopped was given no more time."""
        self._ticks = 0
        self._post = False
        self._rung = False
        self._waiting: asyncio.Future[None] | None = None

    def ask_ticks(self, count: int) -> None:
        """Ask for so many ticks at once."""
        self._ticks += count
        self.ring()

    def tell_post(self) -> None:
        """Say that events wait."""
        self._post = True
        self.ring()

    def stop(self) -> None:
        """Have the loop end after the tick that runs."""
        self.stopping = True
        self.ring()

    @property
    def busy(self) -> bool:
        """Whether a tick at once is asked for."""
        return self._ticks > 0 or self._post

    async def errand(self) -> Errand | None:
        """Take what is asked for first."""
        if self._ticks:
            self._ticks -= 1
            return Errand("manual")
        self._post = False  # before looking: what comes meanwhile is looked for again
        events = await self.mail.waiting() if self.mail else ()
        if not events:
            return None
        self._post = True
        return Errand("event", events)

    def ring(self) -> None:
        """Have the loop look again."""
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
