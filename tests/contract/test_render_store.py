"""What every `RenderStore` does, whichever it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cellblock.limits import MONITOR_RENDERS_KEPT
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import RenderStore, StoreFault
from cellblock.store.redis import RedisState
from cellblock.store.sqlite import SqliteState

BOT, OTHER = WorkerId("bot"), WorkerId("other")


async def in_memory(_request: pytest.FixtureRequest) -> RenderStore:
    return MemoryRenders()


async def in_sqlite(request: pytest.FixtureRequest) -> RenderStore:
    return await SqliteState.open(request.getfixturevalue("tmp_path") / "state.db")


async def in_redis(request: pytest.FixtureRequest) -> RenderStore:
    return await RedisState.open(request.getfixturevalue("redis_url"))


@pytest.fixture(params=[in_memory, in_sqlite, in_redis], ids=["memory", "sqlite", "redis"])
def play(request):
    """Run a scenario against a new store."""

    def play(scenario: Any) -> None:
        async def run() -> None:
            store = await request.param(request)
            assert isinstance(store, RenderStore)
            try:
                await scenario(store)
            finally:
                if not isinstance(store, MemoryRenders):
                    await store.close()

        asyncio.run(run())

    return play


def test_a_worker_that_drew_nothing_has_no_picture(play):
    async def scenario(store):
        assert await store.drawn(BOT) is None

    play(scenario)


def test_the_newest_picture_is_kept_byte_for_byte(play):
    async def scenario(store):
        for render in (b'{"at":1}', '{"at":2,"é\\u0000":"\0"}'.encode()):
            await store.draw(BOT, render)
            assert await store.drawn(BOT) == render

    play(scenario)


def test_each_worker_has_a_picture_of_its_own(play):
    async def scenario(store):
        await store.draw(BOT, b"1")
        await store.draw(OTHER, b"2")
        await store.draw(BOT, b"3")
        assert (await store.drawn(BOT), await store.drawn(OTHER)) == (b"3", b"2")

    play(scenario)


def test_a_worker_that_is_forgotten_has_no_picture_and_may_draw_again(play):
    async def scenario(store):
        await store.forget(BOT)  # who never drew
        await store.draw(BOT, b"1")
        await store.draw(OTHER, b"2")
        await store.forget(BOT)
        assert (await store.drawn(BOT), await store.drawn(OTHER)) == (None, b"2")
        await store.draw(BOT, b"3")
        assert await store.drawn(BOT) == b"3"

    play(scenario)


def test_memory_keeps_the_pictures_drawn_last():
    async def scenario():
        store = MemoryRenders()
        await store.draw(BOT, b"0")
        for n in range(1, MONITOR_RENDERS_KEPT):
            await store.draw(WorkerId(f"w{n}"), b"1")
        await store.draw(BOT, b"2")  # so that it is no longer the oldest
        await store.draw(OTHER, b"3")
        assert await store.drawn(WorkerId("w1")) is None
        assert await store.drawn(WorkerId("w2")) == b"1"
        assert (await store.drawn(BOT), await store.drawn(OTHER)) == (b"2", b"3")

    asyncio.run(scenario())


def test_in_a_file_it_is_read_by_another_and_outlives_the_process_and_a_fault_is_told(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        reader = await SqliteState.open(tmp_path / "state.db")
        await store.draw(BOT, b"1")
        assert await reader.drawn(BOT) == b"1"
        await reader.close()
        await store.close()
        again = await SqliteState.open(tmp_path / "state.db")
        again._database.connection.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreFault):
            await again.draw(BOT, b"2")
        assert await again.drawn(BOT) == b"1"
        await again.close()

    asyncio.run(scenario())
