"""What every `QuarantineStore` does, whichever it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cellblock.limits import QUARANTINE_SOURCES
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryQuarantine
from cellblock.store.ports import QuarantineStore, Seizure, StoreFault
from cellblock.store.redis import RedisState
from cellblock.store.sqlite import SqliteState


def seizure(version: str, at: float = 1.0, what: str = "it called execve") -> Seizure:
    return Seizure(version, WorkerId("bot"), at, what, "import os\nprint('é\\0')\n")


async def in_memory(_request: pytest.FixtureRequest) -> QuarantineStore:
    return MemoryQuarantine()


async def in_sqlite(request: pytest.FixtureRequest) -> QuarantineStore:
    return await SqliteState.open(request.getfixturevalue("tmp_path") / "state.db")


async def in_redis(request: pytest.FixtureRequest) -> QuarantineStore:
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
                if not isinstance(store, MemoryQuarantine):
                    await store.close()

        asyncio.run(run())

    return play


def test_a_new_store_holds_none(play):
    async def scenario(store):
        assert await store.seizures() == []
        assert await store.seized("v1") is None

    play(scenario)


def test_what_is_seized_is_found_whole_until_it_is_released(play):
    async def scenario(store):
        await store.seize(seizure("v1"))
        assert await store.seized("v1") == seizure("v1")
        assert await store.seized("v2") is None
        assert await store.release("v1") is True
        assert await store.seized("v1") is None
        assert await store.release("v1") is False

    play(scenario)


def test_the_first_seizure_of_a_version_stays(play):
    async def scenario(store):
        await store.seize(seizure("v1", what="first"))
        await store.seize(seizure("v1", at=2.0, what="second"))
        assert [item.what for item in await store.seizures()] == ["first"]

    play(scenario)


def test_the_newest_come_first(play):
    async def scenario(store):
        for version, at in (("a", 1.0), ("b", 3.0), ("c", 2.0), ("d", 3.0)):
            await store.seize(seizure(version, at))
        assert [item.version for item in await store.seizures()] == ["b", "d", "c", "a"]

    play(scenario)


def test_only_the_newest_sources_are_kept_and_every_version(play):
    async def scenario(store):
        for n in range(QUARANTINE_SOURCES + 3):
            await store.seize(seizure(f"v{n}", at=float(n)))
        kept = await store.seizures()
        assert len(kept) == QUARANTINE_SOURCES + 3
        assert [item.version for item in kept if not item.source] == ["v2", "v1", "v0"]
        assert (await store.seized("v0")).what == "it called execve"

    play(scenario)


def test_in_a_file_it_outlives_the_process_and_a_full_disk_is_told(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "state.db")
        await store.seize(seizure("v1"))
        await store.close()
        again = await SqliteState.open(tmp_path / "state.db")
        assert await again.seized("v1") == seizure("v1")
        again._database.connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreFault):
            await again.seize(Seizure("v2", WorkerId("bot"), 1.0, "x" * 100_000, "y" * 1_000_000))
        assert [item.version for item in await again.seizures()] == ["v1"]
        await again.close()

    asyncio.run(scenario())
