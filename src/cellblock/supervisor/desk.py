"""What is asked of one worker's loop from outside, and the bell that has it look.

In: wishes of an operator and events that came. Out: what the loop is to do next; it is never told
how, and nothing here waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cellblock.store.records import Cause, HookEvent
from cellblock.supervisor.bell import Bell
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

    def __init__(self, timetable: Timetable, bell: Bell, mail: Mail | None = None) -> None:
        self.timetable = timetable
        """May be replaced at any time; ring the bell then."""
        self.bell = bell
        self.mail = mail
        self.stopping = False
        """No further tick is to begin, for good."""
        self.held = False
        """No tick is to begin for now."""
        self.waiting = False
        """No slot is to be used for now, for many workers start; what is asked for is done."""
        self.hurried = False
        """The tick that ran as the loop was stopped was given no more time."""
        self._ticks = 0
        self._post = False

    def ask_ticks(self, count: int) -> None:
        """Ask for so many ticks at once."""
        self._ticks += count
        self.bell.ring()

    def tell_post(self) -> None:
        """Say that events wait."""
        self._post = True
        self.bell.ring()

    def stop(self) -> None:
        """Have the loop end after the tick that runs."""
        self.stopping = True
        self.bell.ring()

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
