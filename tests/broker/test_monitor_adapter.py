from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from cellblock.broker.adapter import CallRefused, HostError
from cellblock.broker.adapters.monitor import KIND
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.methods import Methods
from cellblock.broker.secret import HIDDEN, Scrubber, Secret
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.limits import ADAPTER_ARGUMENTS_BYTES, MONITOR_WRITE_S
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import RenderStore
from cellblock.store.sqlite import SqliteState
from cellblock.wire.messages import AdapterCall

BOT = WorkerId("bot")
START = 1_700_000_000.0


class Watched(MemoryRenders):
    """A store that tells when something is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.draws: list[bytes] = []
        self.drew = asyncio.Event()

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        await asyncio.sleep(0)  # so that others run meanwhile, as with a real disk
        await super().draw(worker, render)
        self.draws.append(render)
        self.drew.set()


def opened(
    store: RenderStore,
    worker: str = "bot",
    clock: HandClock | None = None,
    scrub: Scrubber | None = None,
) -> Methods:
    surroundings = Surroundings(
        clock=clock or HandClock(START), scrub=scrub or Scrubber(), web=None
    )
    known = Connections({"monitor": KIND}, [Connection("monitor", "main", {})], surroundings)
    guest = Guest(WorkerId(worker), Turn(), None, store)
    adapter = known.adapter("monitor", "main", guest)
    assert isinstance(adapter, Methods)
    return adapter


async def call(adapter: Methods, method: str, *arguments: Any) -> Any:
    text = json.dumps([arguments, {}]).encode()
    answer = await adapter.answer(AdapterCall("monitor", method, text))
    assert answer is not None
    return json.loads(answer)


async def shown(store: RenderStore, worker: str = "bot") -> Any:
    kept = await store.drawn(WorkerId(worker))
    return None if kept is None else json.loads(kept)


def metric(value: Any, **more: Any) -> dict[str, Any]:
    return {"type": "metric", "label": "m", "value": value, **more}


def test_the_newest_render_is_kept_with_its_time():
    async def scenario():
        store, clock = MemoryRenders(), HandClock(START)
        adapter = opened(store, clock=clock)
        assert await call(adapter, "render", [metric(1, id="a"), metric(2)]) == {"widgets": 2}
        found = await shown(store)
        assert found["at"] == START
        assert [item["value"] for item in found["widgets"]] == [1, 2]
        clock.advance(5)
        assert await call(adapter, "update", "a", metric(3)) == {"widgets": 2}
        await adapter.close()
        found = await shown(store)
        assert found["at"] == START + 5
        assert [(item["id"], item["value"]) for item in found["widgets"]] == [("a", 3), (None, 2)]

    asyncio.run(scenario())


def test_clear_shows_nothing_and_so_do_updates_after_it():
    async def scenario():
        store = MemoryRenders()
        adapter = opened(store)
        await call(adapter, "render", [metric(1, id="a")])
        assert await call(adapter, "clear") == {"widgets": 0}
        answer = await call(adapter, "update", "a", metric(2))
        assert answer["code"] == "not_found"
        await adapter.close()
        assert await shown(store) == {"at": START, "widgets": []}

    asyncio.run(scenario())


def test_what_is_refused_changes_nothing():
    async def scenario():
        store = MemoryRenders()
        adapter = opened(store)
        await call(adapter, "render", [metric(1, id="a")])
        before = await shown(store)
        for method, arguments in (
            ("render", [[5]]),
            ("render", [[metric(1), {"type": "gauge"}]]),
            ("render", ["text"]),
            ("render", []),
            ("update", ["a", 5]),
            ("update", ["", metric(1)]),
            ("update", [5, metric(1)]),
            ("update", ["a", metric(2, id="b")]),
            ("clear", [1]),
        ):
            with pytest.raises(CallRefused):
                await call(adapter, method, *arguments)
        for method, arguments in (
            ("render", [[metric("x" * 501)]]),
            ("render", [[metric(1)] * 101]),
            ("update", ["zz", metric(1)]),
        ):
            assert (await call(adapter, method, *arguments))["code"] in {"too_large", "not_found"}
        await adapter.close()
        assert await shown(store) == before

    asyncio.run(scenario())


def test_arguments_over_the_limit_of_all_adapters_are_refused_unread():
    async def scenario():
        with pytest.raises(CallRefused) as caught:
            await call(opened(MemoryRenders()), "render", "[" * ADAPTER_ARGUMENTS_BYTES)
        assert caught.value.kind == "ValueError"

    asyncio.run(scenario())


def test_each_worker_has_a_picture_of_its_own():
    async def scenario():
        store = MemoryRenders()
        first, second = opened(store), opened(store, "other")
        await call(first, "render", [metric(1)])
        await call(second, "render", [metric(2)])
        for adapter in (first, second):
            await adapter.close()
        assert (await shown(store))["widgets"][0]["value"] == 1
        assert (await shown(store, "other"))["widgets"][0]["value"] == 2

    asyncio.run(scenario())


def test_a_flood_of_updates_is_kept_seldom_and_the_newest_always():
    async def scenario():
        store = Watched()
        adapter = opened(store)
        await call(adapter, "render", [metric(0, id="a")])
        begun_s = time.monotonic()
        for n in range(1, 300):
            await call(adapter, "update", "a", metric(n))
        kept = len(store.draws)
        assert kept <= 2 + (time.monotonic() - begun_s) / MONITOR_WRITE_S
        async with asyncio.timeout(30):  # with no further call
            while json.loads(store.draws[-1])["widgets"][0]["value"] != 299:
                store.drew.clear()
                await store.drew.wait()
        await adapter.close()
        assert len(store.draws) <= 3 + (time.monotonic() - begun_s) / MONITOR_WRITE_S

    asyncio.run(scenario())


def test_what_was_drawn_last_is_kept_when_the_worker_ends_at_once():
    async def scenario():
        store = Watched()
        adapter = opened(store)
        for n in range(3):
            await call(adapter, "render", [metric(n)])
        await adapter.close()
        assert (await shown(store))["widgets"][0]["value"] == 2
        kept = len(store.draws)
        await adapter.close()
        assert len(store.draws) == kept

    asyncio.run(scenario())


def test_a_call_that_is_given_up_half_way_loses_no_picture():
    async def scenario():
        store = Watched()
        adapter = opened(store)
        giving_up = asyncio.create_task(call(adapter, "render", [metric(1)]))
        await asyncio.sleep(0)
        giving_up.cancel()
        await asyncio.wait({giving_up})
        assert giving_up.cancelled()
        await adapter.close()
        assert (await shown(store))["widgets"][0]["value"] == 1

    asyncio.run(scenario())


def test_in_a_file_a_picture_can_be_updated_after_the_host_began_anew(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        adapter = opened(store)
        await call(adapter, "render", [metric(1, id="a"), metric(2)])
        await adapter.close()
        await store.close()
        store = await SqliteState.open(tmp_path / "state.db")
        adapter = opened(store)
        assert await call(adapter, "update", "a", metric(3)) == {"widgets": 2}
        await adapter.close()
        assert [item["value"] for item in (await shown(store))["widgets"]] == [3, 2]
        await store.close()

    asyncio.run(scenario())


def test_a_store_that_cannot_keep_it_is_told_and_the_next_picture_is_tried_anew(tmp_path, caplog):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        connection = store._database.connection
        adapter = opened(store)
        connection.execute("PRAGMA query_only = ON")
        with pytest.raises(HostError, match="the picture could not be kept: the state") as told:
            await call(adapter, "render", [metric(1)])
        assert told.value.code == "io"
        connection.execute("PRAGMA query_only = OFF")
        assert await call(adapter, "render", [metric(2)]) == {"widgets": 1}
        connection.execute("PRAGMA query_only = ON")
        assert await call(adapter, "render", [metric(3)]) == {"widgets": 1}  # kept in a while
        await adapter.close()
        assert "the picture of worker bot could not be kept" in caplog.text
        assert (await shown(store))["widgets"][0]["value"] == 2
        await store.close()
        with pytest.raises(CallRefused):  # what is refused does not even ask the store
            await call(opened(store), "render", [5])

    asyncio.run(scenario())


def test_a_store_that_is_gone_does_not_stand_in_the_way_of_a_workers_end(tmp_path, caplog):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        adapter = opened(store)
        for n in range(2):
            await call(adapter, "render", [metric(n)])
        await store.close()
        await adapter.close()
        assert "could not be kept" in caplog.text

    asyncio.run(scenario())


def test_what_a_store_says_as_it_fails_is_logged_without_the_hosts_secrets(caplog):
    scrub = Scrubber()
    scrub.add(Secret("hunter2-hunter2"))

    class Failing(Watched):
        async def draw(self, worker: WorkerId, render: bytes) -> None:
            if self.draws:
                raise OSError("redis://bot:hunter2-hunter2@127.0.0.1 went away")
            await super().draw(worker, render)

    async def scenario():
        adapter = opened(Failing(), scrub=scrub)
        for n in range(2):
            await call(adapter, "render", [metric(n)])
        await adapter.close()

    asyncio.run(scenario())
    assert "the picture of worker bot could not be kept\nTraceback" in caplog.text
    assert f"OSError: redis://bot:{HIDDEN}@127.0.0.1 went away" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_monitor_has_no_settings():
    with pytest.raises(OperatorFault) as caught:
        Connections(
            {"monitor": KIND},
            [Connection("monitor", "main", {"colour": "red"})],
            Surroundings(clock=HandClock(), scrub=Scrubber(), web=None),
        ).open()
    assert caught.value.slug == "bad-connection"
