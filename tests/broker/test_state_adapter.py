from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters import state as state_module
from cellblock.broker.adapters.state import StateAdapter
from cellblock.limits import ADAPTER_VALUE_BYTES, STATE_KEY_BYTES, STATE_KEYS, STATE_VALUE_BYTES
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryState
from cellblock.store.sqlite import SqliteState
from cellblock.wire import messages as m

BOT, OTHER = WorkerId("bot"), WorkerId("other")


class State:
    """A worker's side of the adapter, without the wire."""

    def __init__(self, store: MemoryState | None = None) -> None:
        self.store = store or MemoryState()
        self.adapter = StateAdapter(self.store, BOT)

    async def set(self, key: str, text: bytes) -> None:
        assert await self.adapter.answer(m.StateSet(key, text)) is None

    async def get(self, key: str) -> bytes | None:
        return await self.adapter.answer(m.StateGet(key))

    async def delete(self, key: str) -> None:
        assert await self.adapter.answer(m.StateDelete(key)) is None

    async def keys(self, after: str = "") -> Any:
        return await self._passed(m.StateKeys(after))

    async def page(self, after: str = "") -> Any:
        return await self._passed(m.StatePage(after))

    async def _passed(self, call: m.Call) -> Any:
        answer = await self.adapter.answer(call)
        assert answer is not None
        assert len(answer) <= ADAPTER_VALUE_BYTES, "the broker lets no such answer pass"
        return json.loads(answer)


async def refusal(work: Coroutine[Any, Any, Any]) -> tuple[str, str]:
    with pytest.raises(CallRefused) as caught:
        await work
    return caught.value.kind, str(caught.value)


def text(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'


def test_values_come_back_and_go():
    async def scenario():
        state = State()
        assert await state.get("a") is None
        await state.set("b", b"[1, 2]")
        await state.set("a", b'"x"')
        await state.set("a", b"null")
        assert (await state.get("a"), await state.get("b")) == (b"null", b"[1, 2]")
        assert await state.keys() == ["a", "b"]
        assert await state.page() == {"a": None, "b": [1, 2]}
        assert await state.page("a") == {"b": [1, 2]}
        await state.delete("a")
        await state.delete("never")
        assert await state.keys() == ["b"]

    asyncio.run(scenario())


def test_a_worker_sees_only_its_own():
    async def scenario():
        state = State()
        await state.store.set(OTHER, "secret", b"1")
        assert await state.get("secret") is None
        assert (await state.keys(), await state.page()) == ([], {})
        await state.delete("secret")
        assert await state.store.get(OTHER, "secret") == b"1"

    asyncio.run(scenario())


def test_a_value_over_512_kb_names_both_sizes_and_the_old_one_stays():
    async def scenario():
        state = State()
        await state.set("k", text(STATE_VALUE_BYTES))
        assert await refusal(state.set("k", text(STATE_VALUE_BYTES + 1))) == (
            "ValueError",
            "the state value of 'k' has 512,001 bytes as JSON; the limit is 512,000",
        )
        assert await state.get("k") == text(STATE_VALUE_BYTES)

    asyncio.run(scenario())


def test_a_worker_keeps_64_mb_and_no_more():
    async def scenario():
        state = State()
        for number in range(124):
            await state.set(f"{number:03}", text(STATE_VALUE_BYTES))
        room = 64_000_000 - 124 * 512_003
        await state.set("last", text(room - 4))
        assert await refusal(state.set("k", b"1")) == (
            "ValueError",
            "the state of this worker would have 64,000,002 bytes; the limit is 64,000,000",
        )
        await state.set("last", text(room - 6))
        await state.set("k", b"1")
        await state.delete("000")
        await state.set("more", text(511_000))

    asyncio.run(scenario())


def test_a_worker_keeps_10_000_keys_and_no_more():
    async def scenario():
        state = State()
        for number in range(STATE_KEYS):
            await state.set(str(number), b"0")
        expected = "the state of this worker has 10,000 keys, which is the limit"
        assert await refusal(state.set("more", b"0")) == ("ValueError", expected)
        await state.set("7", b"1")
        await state.delete("8")
        await state.set("more", b"0")
        keys, after = [], ""
        while page := await state.keys(after):
            keys += page
            after = page[-1]
        assert len(set(keys)) == STATE_KEYS

    asyncio.run(scenario())


def test_what_the_store_holds_already_is_counted():
    async def scenario():
        store = MemoryState()
        for number in range(STATE_KEYS):
            await store.set(BOT, str(number), b"0")
        kind, said = await refusal(State(store).set("more", b"0"))
        assert (kind, "10,000 keys" in said) == ("ValueError", True)

    asyncio.run(scenario())


@pytest.mark.parametrize("key", ["", "x" * (STATE_KEY_BYTES + 1), "é" * (STATE_KEY_BYTES // 2 + 1)])
def test_a_key_has_1_to_512_bytes(key):
    async def scenario():
        state = State()
        for work in (state.set(key, b"1"), state.get(key), state.delete(key)):
            assert await refusal(work) == ("ValueError", "a state key has 1 to 512 bytes")
        await state.set("x" * STATE_KEY_BYTES, b"1")

    asyncio.run(scenario())


@pytest.mark.parametrize("value", [b"", b"{", b"NaN", b"1 2", b'"\xff"', b"[" * 100_000])
def test_a_value_that_is_not_json_is_never_kept(value):
    async def scenario():
        state = State()
        kind, said = await refusal(state.set("k", value))
        assert (kind, said.startswith("the state value of 'k' is not JSON: ")) == (
            "ValueError",
            True,
        )
        assert await state.get("k") is None

    asyncio.run(scenario())


async def all_pages(state: State) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while page := await state.page(max(found, default="")):
        assert not page.keys() & found.keys()
        found |= page
    return found


@pytest.mark.parametrize(
    ("key", "count", "size"),
    [
        ("{:04}", 30, STATE_VALUE_BYTES),
        ("{:0512}", STATE_KEYS, 3),
        ('"\\\0é{:04}', 10, 3),
        ("\1" * 500 + "{:04}", STATE_KEYS, 3),
    ],
    ids=["long values", "long keys", "hostile keys", "keys that grow as JSON"],
)
def test_all_that_may_be_kept_can_be_read_page_by_page(key, count, size):
    async def scenario():
        state = State()
        for number in range(count):
            await state.set(key.format(number), text(size))
        found = await all_pages(state)
        assert len(found) == count
        assert set(found.values()) == {"x" * (size - 2)}

    asyncio.run(scenario())


def test_all_keys_that_may_be_kept_can_be_listed():
    async def scenario():
        state = State()
        for number in range(STATE_KEYS):
            await state.set(f"{number:0512}", b"0")
        keys, after = [], ""
        while page := await state.keys(after):
            keys += page
            after = page[-1]
        assert len(set(keys)) == STATE_KEYS

    asyncio.run(scenario())


class GatedState(MemoryState):
    """Keeps a value only when its gate is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.reached = asyncio.Event()

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        self.reached.set()
        await self.gate.wait()
        await super().set(worker, key, value)


def test_a_set_given_up_half_way_is_still_kept_and_still_counted():
    async def scenario():
        store = GatedState()
        for number in range(STATE_KEYS - 1):
            await MemoryState.set(store, BOT, str(number), b"0")
        state = State(store)
        setting = asyncio.create_task(state.set("late", b"1"))
        await store.reached.wait()
        setting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await setting
        store.gate.set()
        await asyncio.sleep(0)
        assert await state.get("late") == b"1"
        kind, said = await refusal(state.set("more", b"1"))
        assert (kind, "10,000 keys" in said) == ("ValueError", True)

    asyncio.run(scenario())


def test_a_set_after_one_that_was_given_up_comes_after_it():
    async def scenario():
        store = GatedState()
        state = State(store)
        first = asyncio.create_task(state.set("k", b"1"))
        await store.reached.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.create_task(state.set("k", b"2"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not second.done(), "it overtook the first"
        store.gate.set()
        await second
        assert await store.get(BOT, "k") == b"2"

    asyncio.run(scenario())


def test_a_store_that_fails_is_told_as_a_runtime_error(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        adapter = StateAdapter(store, BOT)
        store._database.connection.close()
        kind, said = await refusal(adapter.answer(m.StateGet("k")))
        await store.close()
        assert kind == "RuntimeError"
        assert said.startswith("ctx.state: the state could not be read or kept: ")

    asyncio.run(scenario())


def test_calls_of_another_namespace_are_refused():
    async def scenario():
        said = await refusal(State().adapter.answer(m.FilesList("", "")))
        assert said == ("RuntimeError", "this is no call of ctx.state")

    asyncio.run(scenario())


def test_what_an_operator_writes_beside_the_worker_counts_after_some_writes(monkeypatch):
    monkeypatch.setattr(state_module, "_TRUSTED_WRITES", 3)

    async def work() -> None:
        state = State()
        await state.set("a", b"1")
        await state.store.replace(BOT, {f"k{n}": b"1" for n in range(STATE_KEYS)})
        await state.set("b", b"1")  # its sizes are those of before
        await state.set("c", b"1")
        kind, message = await refusal(state.set("d", b"1"))
        assert (kind, "keys, which is the limit" in message) == ("ValueError", True)

    asyncio.run(work())


def test_workers_that_started_together_read_their_sizes_anew_one_by_one():
    async def writes_until_read(name: str) -> int:
        store, read = MemoryState(), []
        whole = store.sizes
        store.sizes = lambda worker: read.append(worker) or whole(worker)  # type: ignore[method-assign]
        adapter = StateAdapter(store, WorkerId(name))
        for number in range(2 * state_module._TRUSTED_WRITES):
            await adapter.answer(m.StateSet("k", b"1"))
            if len(read) == 2:
                return number
        raise AssertionError("they were never read anew")

    async def work() -> None:
        found = [await writes_until_read(f"default/w{n}") for n in range(40)]
        assert len(set(found)) > 15
        assert max(found) <= state_module._TRUSTED_WRITES
        assert min(found) > state_module._TRUSTED_WRITES // 2

    asyncio.run(work())
