"""What every `StateStore` does, whichever it is."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from typing import Any

import pytest

from cellblock.names import WorkerId
from cellblock.store.memory import MemoryState
from cellblock.store.ports import BulkStore, PromptStore, StateStore, WouldWait
from cellblock.store.redis import RedisState
from cellblock.store.sqlite import SqliteState

BOT, OTHER = WorkerId("bot"), WorkerId("other")
KEYS = sorted(["a", "B", "_", "é", "e\u0301", "a\0b", "a b", "\uffff", "🙂", "x" * 512, "%", "'"])


async def in_memory(_request: pytest.FixtureRequest) -> StateStore:
    return MemoryState()


async def in_sqlite(request: pytest.FixtureRequest) -> StateStore:
    return await SqliteState.open(request.getfixturevalue("tmp_path") / "state.db")


async def in_redis(request: pytest.FixtureRequest) -> StateStore:
    return await RedisState.open(request.getfixturevalue("redis_url"))


@pytest.fixture(params=[in_memory, in_sqlite, in_redis], ids=["memory", "sqlite", "redis"])
def play(request):
    """Run a scenario against a new store."""

    def play(scenario: Any) -> None:
        async def run() -> None:
            store = await request.param(request)
            try:
                await scenario(store)
            finally:
                await store.close()

        asyncio.run(run())

    return play


@pytest.mark.parametrize("kind", [MemoryState, SqliteState, RedisState])
def test_a_store_has_the_methods_of_the_port_with_their_arguments(kind):
    wanted = {name: f for name, f in vars(StateStore).items() if inspect.iscoroutinefunction(f)}
    assert set(wanted) == {"get", "set", "delete", "keys", "page", "sizes", "close"}
    for name, method in wanted.items():
        assert inspect.signature(getattr(kind, name)) == inspect.signature(method)


def test_a_new_store_is_empty(play):
    async def scenario(store):
        assert await store.get(BOT, "k") is None
        assert await store.keys(BOT) == []
        assert await store.page(BOT, "", 1_000) == {}
        assert await store.sizes(BOT) == {}

    play(scenario)


@pytest.mark.parametrize("value", [b"", b"null", b"\0\xff", "é".encode(), b"x" * 512_000])
def test_a_value_comes_back_byte_for_byte(play, value):
    async def scenario(store):
        await store.set(BOT, "k", value)
        assert await store.get(BOT, "k") == value
        assert await store.page(BOT, "", 1) == {"k": value}

    play(scenario)


def test_a_second_value_takes_the_place_of_the_first(play):
    async def scenario(store):
        await store.set(BOT, "k", b"long value")
        await store.set(BOT, "k", b"2")
        assert await store.get(BOT, "k") == b"2"
        assert await store.keys(BOT) == ["k"]
        assert await store.sizes(BOT) == {"k": 2}

    play(scenario)


def test_a_deleted_key_is_gone_and_deleting_a_missing_one_is_no_error(play):
    async def scenario(store):
        await store.set(BOT, "a", b"1")
        await store.set(BOT, "b", b"2")
        await store.delete(BOT, "a")
        await store.delete(BOT, "a")
        await store.delete(OTHER, "b")
        assert await store.get(BOT, "a") is None
        assert await store.page(BOT, "", 1_000) == {"b": b"2"}
        assert await store.sizes(BOT) == {"b": 2}

    play(scenario)


def test_workers_do_not_see_each_other(play):
    async def scenario(store):
        await store.set(BOT, "k", b"mine")
        await store.set(OTHER, "k", b"theirs")
        await store.set(OTHER, "more", b"0")
        assert (await store.get(BOT, "k"), await store.get(OTHER, "k")) == (b"mine", b"theirs")
        assert (await store.keys(BOT), await store.keys(OTHER)) == (["k"], ["k", "more"])
        assert await store.page(BOT, "", 1_000) == {"k": b"mine"}
        assert await store.sizes(BOT) == {"k": 5}
        await store.delete(BOT, "k")
        assert await store.get(OTHER, "k") == b"theirs"

    play(scenario)


def test_any_key_is_kept_apart_and_all_are_sorted_by_code_point(play):
    async def scenario(store):
        for key in reversed(KEYS):
            await store.set(BOT, key, key.encode())
        assert await store.keys(BOT) == KEYS
        assert list(await store.page(BOT, "", 10_000)) == KEYS
        assert {key: await store.get(BOT, key) for key in KEYS} == {k: k.encode() for k in KEYS}

    play(scenario)


def test_sizes_count_the_bytes_of_key_and_value(play):
    async def scenario(store):
        for key in KEYS:
            await store.set(BOT, key, b"123")
        assert await store.sizes(BOT) == {key: len(key.encode()) + 3 for key in KEYS}

    play(scenario)


@pytest.mark.parametrize(
    ("after", "max_bytes", "keys"),
    [
        ("", 1_000, "a b c d"),
        ("", 10, "a"),
        ("", 11, "a b"),
        ("", 20, "a b"),
        ("", 21, "a b c"),
        ("", 1, "a"),
        ("", 0, "a"),
        ("a", 20, "b c"),
        ("aa", 20, "b c"),
        ("c", 1_000, "d"),
        ("d", 1_000, ""),
    ],
)
def test_a_page_begins_after_its_key_and_ends_when_its_bytes_are_passed(
    play, after, max_bytes, keys
):
    async def scenario(store):
        for key in "dbca":
            await store.set(BOT, key, b"9 bytes..")
        page = await store.page(BOT, after, max_bytes)
        assert list(page) == keys.split()
        assert set(page.values()) <= {b"9 bytes.."}

    play(scenario)


@pytest.mark.parametrize("max_bytes", [1, 7, 600, 10_000])
def test_pages_one_after_the_other_give_everything_once(play, max_bytes):
    async def scenario(store):
        for key in KEYS:
            await store.set(BOT, key, b"1")
        found: list[str] = []
        while page := await store.page(BOT, found[-1] if found else "", max_bytes):
            found += page
            assert found == KEYS[: len(found)]
        assert found == KEYS

    play(scenario)


def test_calls_at_the_same_time_all_take_effect(play):
    async def scenario(store):
        keys = [f"{number:03}" for number in range(100)]
        await asyncio.gather(*(store.set(BOT, key, key.encode()) for key in keys))
        assert await store.keys(BOT) == keys
        await asyncio.gather(*(store.delete(BOT, key) for key in keys[::2]))
        assert await store.keys(BOT) == keys[1::2]

    play(scenario)


@pytest.mark.parametrize("count", [0, 1, 1_201])
def test_a_worker_is_replaced_as_a_whole_and_no_other(play, count):
    async def scenario(store):
        assert isinstance(store, BulkStore)
        await store.set(BOT, "old", b"1")
        await store.set(BOT, "0001", b"old")
        await store.set(OTHER, "k", b"theirs")
        values = {f"{number:04}": b"%d" % number for number in range(count)}
        await store.replace(BOT, values)
        assert await store.page(BOT, "", 10_000_000) == values
        assert await store.get(OTHER, "k") == b"theirs"
        await store.set(BOT, "new", b"1")
        assert await store.get(BOT, "new") == b"1"

    play(scenario)


def test_a_worker_as_large_as_any_is_replaced(play):
    async def scenario(store):
        values = {f"{number:03}": b"x" * 512_000 for number in range(20)} | {"é": b"1"}
        await store.replace(BOT, values)
        assert await store.sizes(BOT) == {k: len(k.encode()) + len(v) for k, v in values.items()}

    play(scenario)


def test_a_prompt_store_gives_and_keeps_the_same_as_its_port(play):
    async def scenario(store):
        if not isinstance(store, PromptStore):
            return
        for value in (b"1", b"", b"x" * 512_000, b"2"):
            if kept := store.set_now(BOT, "k", value):
                await kept
            assert await store.get(BOT, "k") == value
            with contextlib.suppress(WouldWait):
                assert store.get_now(BOT, "k") == value
        with contextlib.suppress(WouldWait):
            assert store.get_now(OTHER, "k") is None

    play(scenario)
