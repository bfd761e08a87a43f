"""What every `StandingStore` does."""

from __future__ import annotations

import asyncio

import pytest

from cellblock.errors import OperatorFault
from cellblock.names import WorkerRef
from service_samples import (
    BOT,
    ELSEWHERE,
    OTHER,
    ROOM,
    SURROGATE,
    TEXTS,
    draft,
    place,
    standing,
    workspace,
)


def test_a_standing_comes_back_as_it_was_kept_and_the_newest_is_there(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        assert await stores.standings.standing(BOT) is None
        whole = standing(
            state="paused",
            reason="5 errors",
            host="h",
            version=3,
            pid=77,
            restarts=2,
            errors=5,
            heeded=6,
            next_at=9.5,
            enforcement={"seccomp": {"mode": 2}, "layers": ["a", None]},
        )
        await stores.standings.stand([whole])
        assert await stores.standings.standing(BOT) == whole
        await stores.standings.stand([standing(), standing(state="stopped")])
        assert await stores.standings.standing(BOT) == standing(state="stopped")

    registry(scenario)


def test_all_of_a_workspace_or_of_all_are_given(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace(ELSEWHERE.workspace))
        refs = (BOT, ELSEWHERE, OTHER)
        for ref in refs:
            await stores.workers.deploy(draft(ref=ref))
        await stores.standings.stand([standing(ref, pid=k) for k, ref in enumerate(refs)])
        found = await stores.standings.standings(None)
        assert {ref: one.pid for ref, one in found.items()} == {BOT: 0, ELSEWHERE: 1, OTHER: 2}
        assert set(await stores.standings.standings(ROOM)) == {BOT, OTHER}
        assert await stores.standings.standings("x") == {}

    registry(scenario)


def test_those_of_unknown_workers_are_passed_over_and_the_others_kept(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        await stores.standings.stand([standing(OTHER), standing(BOT), standing(ELSEWHERE)])
        await stores.standings.settle([place(OTHER), place(BOT), place(ELSEWHERE)])
        assert set(await stores.standings.standings(None)) == {BOT}
        assert set(await stores.standings.places()) == {BOT}

    registry(scenario)


def test_a_place_is_kept_in_the_place_of_the_one_before(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        await stores.standings.settle([place(reserved=64)])
        await stores.standings.settle([place(reserved=128)])
        assert await stores.standings.places() == {BOT: place(reserved=128)}
        await stores.standings.settle([])
        await stores.standings.stand([])
        assert await stores.standings.places() == {BOT: place(reserved=128)}

    registry(scenario)


def test_the_standings_of_thousands_are_kept_at_once_beside_what_others_write(registry):
    async def scenario(stores):
        refs = [WorkerRef(ROOM, f"w{number}") for number in range(1_000)]
        await asyncio.gather(*(stores.workers.deploy(draft(ref=ref)) for ref in refs))
        rounds = [[standing(ref, pid=k) for ref in refs] for k in range(3)]
        await asyncio.gather(*(stores.standings.stand(one) for one in rounds))
        found = await stores.standings.standings(ROOM)
        assert set(found) == set(refs)
        assert {one.pid for one in found.values()} == {2}

    registry(scenario)


@pytest.mark.parametrize("text", [*TEXTS, "x" * 1_000_000])
def test_hostile_and_large_text_comes_back_as_it_was(registry, text):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        kept = standing(reason=text, enforcement={text: [text]})
        await stores.standings.stand([kept])
        assert await stores.standings.standing(BOT) == kept

    registry(scenario)


@pytest.mark.parametrize("values", [{"reason": SURROGATE}, {"pid": 1 << 64}])
def test_of_a_batch_with_what_no_file_can_hold_nothing_is_kept(registry, values):
    async def scenario(stores):
        for ref in (BOT, OTHER):
            await stores.workers.deploy(draft(ref=ref))
        with pytest.raises(OperatorFault, match="cannot be kept"):
            await stores.standings.stand([standing(OTHER), standing(BOT, **values)])
        assert await stores.standings.standings(None) == {}

    registry(scenario)
