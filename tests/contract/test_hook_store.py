"""What every `HookStore` does."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from cellblock.store.service import Conflict
from service_samples import BOT, ELSEWHERE, OTHER, draft, event, hook


def test_a_hook_is_found_by_its_digest_and_listed_by_name(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        kept = [hook(name, signed=name == "a") for name in "ba"]
        for one in kept:
            await stores.hooks.add_hook(one)
        assert await stores.hooks.hook(b"a") == kept[1]
        assert await stores.hooks.hook(b"c") is None
        assert await stores.hooks.hooks(BOT) == kept[::-1]
        assert await stores.hooks.hooks(OTHER) == []

    registry(scenario)


def test_a_worker_has_a_name_once_and_an_unknown_worker_has_no_hook(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="no worker default/bot"):
            await stores.hooks.add_hook(hook())
        for ref in (BOT, OTHER):
            await stores.workers.deploy(draft(ref=ref))
        await stores.hooks.add_hook(hook())
        with pytest.raises(Conflict, match="a hook door already"):
            await stores.hooks.add_hook(hook(id="2", digest=b"2"))
        await stores.hooks.add_hook(hook(id="3", digest=b"3", ref=OTHER))
        assert len(await stores.hooks.hooks(BOT)) == len(await stores.hooks.hooks(OTHER)) == 1

    registry(scenario)


def test_a_hook_is_removed_by_its_own_worker_and_its_events_stay(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        await stores.hooks.add_hook(hook())
        await stores.hooks.enqueue(event(), 9)
        assert await stores.hooks.remove_hook(OTHER, "id-door") is False
        assert await stores.hooks.remove_hook(BOT, "id-door") is True
        assert await stores.hooks.remove_hook(BOT, "id-door") is False
        assert await stores.hooks.hook(b"door") is None
        assert len(await stores.hooks.waiting(BOT, 9)) == 1

    registry(scenario)


def test_events_wait_in_their_order_until_they_are_done(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        bodies = [b"%d" % k for k in range(5)] + [b"\xff\0", b"x" * 256_000]
        for body in bodies:
            assert await stores.hooks.enqueue(event(body), 9)
        first = await stores.hooks.waiting(BOT, 2)
        assert await stores.hooks.waiting(BOT, 2) == first
        assert [structs.replace(one, id=0) for one in first] == [event(b) for b in bodies[:2]]
        await stores.hooks.done([one.id for one in first])
        await stores.hooks.done([one.id for one in first])
        assert [one.body for one in await stores.hooks.waiting(BOT, 99)] == bodies[2:]
        assert await stores.hooks.waiting(BOT, 0) == []

    registry(scenario)


def test_of_events_at_the_same_time_no_more_wait_than_may(registry):
    async def scenario(stores):
        for ref in (BOT, OTHER):
            await stores.workers.deploy(draft(ref=ref))
        await stores.hooks.enqueue(event(ref=OTHER), 5)
        ends = await asyncio.gather(*(stores.hooks.enqueue(event(), 5) for _ in range(20)))
        kept = [one.id for one in await stores.hooks.waiting(BOT, 9)]
        assert [end for end in ends if end is not None] == kept
        assert len(kept) == 5
        assert await stores.hooks.awaited() == {BOT, OTHER}
        await stores.hooks.done([one.id for one in await stores.hooks.waiting(BOT, 5)])
        assert await stores.hooks.awaited() == {OTHER}
        assert await stores.hooks.enqueue(event(), 5) > kept[-1]
        assert await stores.hooks.enqueue(event(), 0) is None

    registry(scenario)


def test_an_event_of_an_unknown_worker_is_not_kept(registry):
    async def scenario(stores):
        assert await stores.hooks.enqueue(event(ref=ELSEWHERE), 5) is None
        assert await stores.hooks.awaited() == set()

    registry(scenario)
