from __future__ import annotations

import asyncio

import pytest

from cellblock.names import WorkerRef
from cellblock.supervisor import rush as rushes
from cellblock.supervisor.rush import Rush
from supervisor.fleets import Town

NAMES = ("a", "b", "c", "d")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(rushes, "_FEW", len(NAMES))


def ref(name):
    return WorkerRef("w", name)


def begun():
    """Give a rush of all, and the list of the shares that were called."""
    rush, shares = Rush(), []
    rush.begin()
    for name in NAMES:
        rush.come(ref(name))
    rush.gathered()
    return rush, shares


def test_all_go_when_the_last_has_come_evenly_spread():
    async def work():
        rush, shares = begun()
        for name in NAMES:
            assert rush.wait(shares.append)
            assert shares == []
            rush.arrived(ref(name))
        rush.arrived(ref("d"))
        return shares, rush.wait(shares.append)

    assert asyncio.run(work()) == ([0.0, 0.25, 0.5, 0.75], False)


def test_when_nobody_came_for_a_while_nobody_waits_on(monkeypatch):
    monkeypatch.setattr(rushes, "_PATIENCE_S", 0.05)

    async def work():
        rush, shares = begun()
        assert rush.wait(shares.append)
        for name in ("a", "b"):
            rush.arrived(ref(name))
            await asyncio.sleep(0.06)
            assert shares == []
        rush.arrived(ref("a"))  # which was there before
        await asyncio.sleep(0.15)
        return shares, rush.wait(shares.append)

    assert asyncio.run(work()) == ([0.0], False)


def test_of_few_and_of_those_who_come_later_nobody_waits():
    async def work():
        rush = Rush()
        rush.come(ref("early"))
        rush.begin()
        for name in NAMES[1:]:
            rush.come(ref(name))
        rush.gathered()
        rush.come(ref("late"))
        return rush.wait(lambda _share: None)

    assert asyncio.run(work()) is False


def test_nobody_is_called_after_the_end():
    async def work():
        rush, shares = begun()
        assert rush.wait(shares.append)
        rush.close()
        for name in NAMES:
            rush.arrived(ref(name))
        return shares

    assert asyncio.run(work()) == []


@pytest.mark.jail
def test_workers_that_tick_often_wait_for_those_that_start_with_them(bench, tmp_path):
    let_go = asyncio.Event()

    async def work():
        async with Town(bench.sandbox, tmp_path) as town:
            await town.fleet.close()
            for name in NAMES:
                await town.deploy(name, interval_s=60.0 if name == "c" else 1.0)
            hire = town._hire

            async def slow(ref, version, heard):
                if ref.name == "d":
                    await let_go.wait()
                return await hire(ref, version, heard)

            town._hire = slow
            town.fleet = town._fleet()
            await town.fleet.begin()
            await town.until_state("a", "running")
            await town.until_state("b", "running")
            await town.until(lambda: town.pages.of("c"))  # which ticks seldom, and waits for nobody
            await town.ask("b", "ticks_asked")
            await town.until(lambda: town.pages.of("b"))  # what is asked for is done
            await asyncio.sleep(1.2)
            before = len(town.pages.of("a")), len(town.pages.of("b"))
            let_go.set()
            for name in ("a", "b", "d"):
                await town.until(lambda name=name: len(town.pages.of(name)) >= 3)
            return before, [run for name in ("a", "b") for run in town.pages.of(name)]

    before, runs = bench.do(work())
    assert before == (0, 1)
    assert all(run.outcome == "done" and run.skipped == 0 for run in runs)
    slots = [run for run in runs if run.cause == "schedule"]
    phases = {run.planned_at % 1.0 for run in slots if run.ref.name == "a"}
    others = {run.planned_at % 1.0 for run in slots if run.ref.name == "b"}
    assert all(0.4 < abs(one - other) < 0.6 for one in phases for other in others)
