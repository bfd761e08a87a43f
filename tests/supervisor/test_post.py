from __future__ import annotations

import asyncio

from cellblock.limits import HOOK_DELIVERIES, HOOK_EVENTS_PER_TICK
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import HookEvent
from cellblock.supervisor.post import Post

REF = WorkerRef("w", "a")


class Box:
    """The part of a `HookStore` that post goes through; may be shut."""

    def __init__(self, count: int) -> None:
        self.events = [HookEvent(id=n, ref=REF, hook="h", at=0.0, body=b"1") for n in range(count)]
        self.shut = False

    async def waiting(self, ref: WorkerRef, limit: int) -> list[HookEvent]:
        self._look()
        assert ref == REF
        return self.events[:limit]

    async def done(self, ids: tuple[int, ...]) -> None:
        self._look()
        self.events = [event for event in self.events if event.id not in ids]

    def _look(self) -> None:
        if self.shut:
            raise StoreFault("the disk is full")


def _post(box: Box, said: list[str]) -> Post:
    return Post(box, REF, said.append)  # type: ignore[arg-type]


def test_events_are_given_in_order_as_many_as_a_tick_takes_and_forgotten():
    async def work():
        box = Box(HOOK_EVENTS_PER_TICK + 5)
        post, given = _post(box, []), []
        while events := await post.waiting():
            given.append([event.id for event in events])
            await post.ended(events, lost=False)
        return given

    first, second = asyncio.run(work())
    assert first == list(range(HOOK_EVENTS_PER_TICK))
    assert second == list(range(HOOK_EVENTS_PER_TICK, HOOK_EVENTS_PER_TICK + 5))


def test_events_of_a_lost_process_are_given_again_but_not_for_ever():
    async def work():
        box, said, given = Box(1), [], 0
        post = _post(box, said)
        while events := await post.waiting():
            given += 1
            await post.ended(events, lost=True)
        return given, said

    given, said = asyncio.run(work())
    assert given == HOOK_DELIVERIES
    (dropped,) = said
    assert dropped.startswith(
        "an event of hook h is dropped: the worker's process was lost 3 times"
    )


def test_what_was_given_is_not_given_again_while_the_store_cannot_forget():
    async def work():
        box = Box(2)
        post = _post(box, [])
        events = await post.waiting()
        box.shut = True
        await post.ended(events, lost=False)
        assert await post.waiting() == ()
        box.shut = False
        assert await post.waiting() == []
        return box.events

    assert asyncio.run(work()) == []
