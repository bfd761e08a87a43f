"""The events from outside that wait for one worker: each is given to a tick at least once.

In: the store of hooks, and how ticks ended. Out: events for the next tick. An event is forgotten
when a tick that was given it ended by itself, or when it was in several whose process was lost.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from cellblock.limits import HOOK_DELIVERIES, HOOK_EVENTS_PER_TICK
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import HookEvent
from cellblock.store.service import HookStore

_logger = logging.getLogger("cellblock.supervisor")


class Post:
    """A `desk.Mail`. *said* hears what the worker's log should tell of an event."""

    def __init__(self, hooks: HookStore, ref: WorkerRef, said: Callable[[str], None]) -> None:
        self._hooks = hooks
        self._ref = ref
        self._said = said
        self._losses: Counter[int] = Counter()
        self._done: set[int] = set()
        """Given, and not forgotten by the store yet."""

    async def waiting(self) -> Sequence[HookEvent]:
        """Give the oldest, as many as one tick takes; none while they cannot be read."""
        try:
            await self._forget()
            return await self._hooks.waiting(self._ref, HOOK_EVENTS_PER_TICK)
        except StoreFault as fault:
            _logger.warning("events for %s cannot be read: %s", self._ref, fault)
            return ()

    async def ended(self, events: Sequence[HookEvent], *, lost: bool) -> None:
        """Note what became of the tick that was given them; *lost* ones are given again."""
        for event in events:
            if not lost:
                self._done.add(event.id)
                continue
            self._losses[event.id] += 1
            if self._losses[event.id] >= HOOK_DELIVERIES:
                self._done.add(event.id)
                self._said(
                    f"an event of hook {event.hook} is dropped: the worker's process was lost "
                    f"{HOOK_DELIVERIES} times in a tick that was given it"
                )
        for event in events:
            if event.id in self._done:
                del self._losses[event.id]
        try:
            await self._forget()
        except StoreFault as fault:
            # They are not given again by this host: what is done is known, and told again later.
            _logger.warning("events given to %s cannot be forgotten: %s", self._ref, fault)

    async def _forget(self) -> None:
        if self._done:
            done = tuple(self._done)
            await self._hooks.done(done)
            self._done.difference_update(done)
