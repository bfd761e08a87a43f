from __future__ import annotations

import asyncio

import pytest

from cellblock.intake.settings import settings
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Draft, Place, Standing, Workspace
from cellblock.store.registry import Registry
from cellblock.supervisor.clerk import Clerk

REF = WorkerRef("w", "a")


@pytest.fixture
def run(tmp_path):
    """Run a coroutine function on a registry with one worker, and a clerk that is at work."""

    def do(work):
        async def inside():
            registry = await Registry.open(tmp_path / "service.db")
            await registry.workspaces.add_workspace(Workspace(name="w", created_at=0.0))
            draft = Draft(ref=REF, source="x", settings=settings({}), by="t", at=0.0)
            await registry.workers.deploy(draft)
            clerk = Clerk(registry.standings)
            task = asyncio.create_task(clerk.run())
            try:
                return await asyncio.wait_for(work(registry, clerk), 30)
            finally:
                task.cancel()
                await registry.close()

        return asyncio.run(inside())

    return do


def _standing(state: str) -> Standing:
    return Standing(ref=REF, state=state, since=0.0)


def test_what_is_settled_is_durable_when_it_says_so(run):
    async def work(registry, clerk):
        await clerk.settle(Place(ref=REF, anchor_at=1.5, reserved=64))
        return await registry.standings.places()

    assert run(work) == {REF: Place(ref=REF, anchor_at=1.5, reserved=64)}


def test_of_many_standings_the_newest_is_kept_in_one_write(run, monkeypatch):
    writes = []

    async def work(registry, clerk):
        stand = registry.standings.stand

        async def counted(standings):
            writes.append(len(standings))
            await stand(standings)

        monkeypatch.setattr(registry.standings, "stand", counted)
        for n in range(100):
            clerk.stand(_standing(f"s{n}"))
        while await registry.standings.standing(REF) is None:
            await asyncio.sleep(0.01)
        return await registry.standings.standing(REF)

    assert run(work).state == "s99"
    assert writes == [1]


def test_what_the_store_cannot_keep_is_told_and_kept_later_the_newest_winning(run, monkeypatch):
    async def work(registry, clerk):
        async def full(_rows):
            raise StoreFault("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(registry.standings, "stand", full)
            clerk.stand(_standing("old"))
            while clerk.problem is None:
                await asyncio.sleep(0.01)
            told = clerk.problem
            clerk.stand(_standing("new"))
        while (standing := await registry.standings.standing(REF)) is None:
            await asyncio.sleep(0.01)
        return told, clerk.problem, standing.state

    assert run(work) == ("how workers stand cannot be kept: the disk is full", None, "new")


def test_the_end_keeps_what_waits(run):
    async def work(registry, clerk):
        clerk.stand(_standing("last"), soon=False)
        await clerk.close()
        return await registry.standings.standing(REF)

    assert run(work).state == "last"


def test_a_purged_worker_is_written_no_more(run):
    async def work(registry, clerk):
        clerk.stand(_standing("gone"), soon=False)
        clerk.forget(REF)
        await clerk.close()
        return await registry.standings.standing(REF)

    assert run(work) is None
