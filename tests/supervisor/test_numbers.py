from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.limits import NUMBERS_RESERVED
from cellblock.supervisor.numbers import Numbers


class Ledger:
    """Reserves at once, or never."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.reserved: list[int] = []

    def reserve(self, below: int) -> asyncio.Future[None]:
        done = asyncio.get_running_loop().create_future()
        if self.works:
            self.reserved.append(below)
            done.set_result(None)
        return done


def test_numbers_count_from_the_first_and_over_slots_that_were_skipped():
    async def work():
        numbers = Numbers()
        return [await numbers.take(skipped) for skipped in (0, 0, 3, 0)]

    assert asyncio.run(work()) == [0, 1, 5, 6]


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0), st.lists(st.integers(0, 200), max_size=50))
def test_no_number_is_used_that_was_not_reserved(first, seed, skips):
    async def work():
        ledger = Ledger()
        numbers = Numbers(first, ledger.reserve, seed)
        for skipped in skips:
            number = await numbers.take(skipped)
            assert number < max(ledger.reserved)
        assert ledger.reserved == sorted(ledger.reserved)

    asyncio.run(work())


def test_blocks_are_asked_for_ahead_and_seldom():
    async def work():
        ledger = Ledger()
        numbers = Numbers(0, ledger.reserve)
        numbers.prepare()
        await asyncio.sleep(0)
        for _ in range(10 * NUMBERS_RESERVED):
            await numbers.take(0)
            await asyncio.sleep(0)
        return ledger.reserved

    reserved = asyncio.run(work())
    assert len(reserved) <= 15
    assert reserved[0] == NUMBERS_RESERVED


def test_a_store_that_reserves_nothing_delays_one_tick_of_a_block_and_stops_none():
    async def work():
        numbers = Numbers(7, Ledger(works=False).reserve)
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        taken = [await numbers.take(0) for _ in range(100)]
        return taken, loop.time() - begun_s

    taken, took_s = asyncio.run(work())
    assert taken == list(range(7, 107))
    assert took_s < 10


def test_workers_that_begin_together_do_not_ask_for_the_next_block_together():
    async def work(seed):
        ledger = Ledger()
        numbers = Numbers(0, ledger.reserve, seed)
        numbers.prepare()
        await asyncio.sleep(0)
        while len(ledger.reserved) < 2:
            number = await numbers.take(0)
            await asyncio.sleep(0)
        return number

    asked = {asyncio.run(work(seed)) for seed in range(100)}
    assert len(asked) > 40
    assert max(asked) <= NUMBERS_RESERVED
