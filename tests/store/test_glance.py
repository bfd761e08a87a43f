"""State read in the loop: what is there now, and only where no disk can be waited for."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading

import pytest

from cellblock.clock import HandClock
from cellblock.names import WorkerId
from cellblock.store import glance
from cellblock.store.glance import Glance, look_at
from cellblock.store.ports import WouldWait
from cellblock.store.sqlite import SqliteState

BOT = WorkerId("bot")


@pytest.fixture
def play(tmp_path):
    """Run a scenario with a store that keeps ``k``, and a clock for its glances."""

    def play(scenario):
        async def run():
            store = await SqliteState.open(tmp_path / "s.db")
            clock = HandClock()
            store._glance._now_s = clock.monotonic_s
            store._glance._turned_s = 0.0
            await store.set(BOT, "k", b"1")
            try:
                await scenario(store, clock)
            finally:
                await store.close()

        asyncio.run(run())

    return play


def at_hand(store: SqliteState, key: str = "k") -> bool:
    try:
        store.get_now(BOT, key)
    except WouldWait:
        return False
    return True


def test_a_key_waits_for_the_thread_until_it_was_read_there(play):
    async def scenario(store, _):
        assert not at_hand(store)
        assert await store.get(BOT, "k") == b"1"
        assert await store.get(BOT, "none") is None
        assert store.get_now(BOT, "k") == b"1"
        assert store.get_now(BOT, "none") is None
        with pytest.raises(WouldWait):
            store.get_now(WorkerId("other"), "k")

    play(scenario)


def test_what_is_read_is_what_stands_there_now_whoever_wrote_it(play, tmp_path):
    async def scenario(store, _):
        await store.get(BOT, "k")
        other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
        for number in range(20):
            await store.set(BOT, "k", b"own%d" % number)
            assert store.get_now(BOT, "k") == b"own%d" % number
            other.execute("UPDATE state SET value = ?", (b"foreign%d" % number,))
            assert store.get_now(BOT, "k") == b"foreign%d" % number
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE state SET value = x'39'")
        assert store.get_now(BOT, "k") == b"foreign19", "what is not kept yet is not there"
        other.execute("COMMIT")
        assert store.get_now(BOT, "k") == b"9"
        other.close()
        await store.replace(BOT, {})
        assert store.get_now(BOT, "k") is None

    play(scenario)


def test_a_key_cools_when_nobody_reads_it(play):
    async def scenario(store, clock):
        await store.get(BOT, "k")
        await store.get(BOT, "idle")
        for _ in range(4):
            clock.advance(50.0)
            assert at_hand(store)
        assert not at_hand(store, "idle")
        clock.advance(1_000.0)
        assert not at_hand(store)

    play(scenario)


def test_after_a_slow_reading_every_key_waits_for_the_thread(play):
    async def scenario(store, clock):
        await store.get(BOT, "k")
        await store.get(BOT, "more")
        whole = store._glance._connection

        class Slow:
            def execute(self, *given):
                clock.advance(0.03)
                return whole.execute(*given)

        store._glance._connection = Slow()
        assert store.get_now(BOT, "k") == b"1"
        store._glance._connection = whole
        assert not at_hand(store)
        assert not at_hand(store, "more")
        await store.get(BOT, "k")
        assert at_hand(store)

    play(scenario)


def test_a_long_value_waits_for_the_thread(play):
    async def scenario(store, _):
        await store.set(BOT, "long", b"x" * 70_000)
        await store.get(BOT, "long")
        assert not at_hand(store, "long")
        await store.get(BOT, "k")
        await store.set(BOT, "k", b"x" * 70_000)
        assert len(store.get_now(BOT, "k")) == 70_000
        assert not at_hand(store)

    play(scenario)


def test_what_cannot_be_read_at_once_is_read_by_the_thread(play):
    async def scenario(store, _):
        await store.get(BOT, "k")
        assert store._glance._connection.execute("PRAGMA busy_timeout").fetchone() == (0,)
        store._glance._connection.close()
        assert not at_hand(store)
        assert await store.get(BOT, "k") == b"1"

    play(scenario)


def test_the_loop_of_another_thread_waits(play):
    async def scenario(store, _):
        await store.get(BOT, "k")
        found = []

        async def elsewhere():
            found.append(at_hand(store))
            found.append(await store.get(BOT, "k"))

        thread = threading.Thread(target=lambda: asyncio.run(elsewhere()))
        thread.start()
        await asyncio.to_thread(thread.join, 10)
        assert found == [False, b"1"]

    play(scenario)


def test_warm_keys_are_bounded(play, monkeypatch):
    monkeypatch.setattr(glance, "_WARM_KEYS", 10)

    async def scenario(store, _):
        for number in range(100):
            await store.get(BOT, str(number))
            assert at_hand(store, str(number))
        assert len(store._glance._warm | store._glance._cooling) <= 22

    play(scenario)


def test_a_file_without_write_ahead_log_is_not_read_in_the_loop(tmp_path):
    connection = sqlite3.connect(tmp_path / "plain.db")
    connection.execute("CREATE TABLE state (worker, key, value)")
    connection.close()
    assert look_at(tmp_path / "plain.db") is None
    assert os.listdir(tmp_path) == ["plain.db"]


def test_a_closed_file_leaves_no_log_behind(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")
        await store.set(BOT, "k", b"1")
        await store.get(BOT, "k")
        assert at_hand(store)
        await store.close()
        assert not at_hand(store)

    asyncio.run(scenario())
    assert os.listdir(tmp_path) == ["s.db"]


def test_reading_changes_nothing(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")
        sneaking = Glance(look_at(tmp_path / "s.db"), "DELETE FROM state")
        await store.set(BOT, "k", b"1")
        sneaking.note(BOT, "k", None)
        with pytest.raises(WouldWait):
            sneaking.get(BOT, "k")
        sneaking.close()
        assert await store.get(BOT, "k") == b"1"
        await store.close()

    asyncio.run(scenario())
