"""Cells that wait: never given twice, as well jailed as any other, and no more than are wanted."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from cellblock import Sandbox
from cellblock.supervisor import pool as pools
from cellblock.supervisor.cells import _NOBODY

pytestmark = pytest.mark.jail
SIZE = 512_000_000
WHO = """
import os, random, uuid
print(os.getpid(), random.random(), uuid.uuid4())
"""


async def _waits(cells, count):
    """Wait until so many cells wait, and no fork is under way."""
    for _ in range(3000):
        pool = cells.pool
        if len(pool) == count and pool._filling is None and pool._soon is None:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"{len(cells.pool)} cells wait, not {count}")


def _waiting(cells, size=SIZE):
    return list(cells.pool._shelves[size].waiting)


def _wish(cells, count, size=SIZE):
    """Want cells in vain: the second wish and each after it makes the pool grow to 1, 2, 4, ..."""
    for _ in range(count):
        assert cells.pool.take(size) is None


def _status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def _limits(pid):
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        return file.read()


@pytest.fixture(scope="module")
def own():
    """A sandbox that nobody else makes wishes of."""
    with asyncio.Runner() as runner:
        sandbox = Sandbox(preload=(), language="full")
        runner.run(sandbox.__aenter__())
        try:
            yield runner, sandbox
        finally:
            runner.run(sandbox.__aexit__(None, None, None))


@pytest.fixture
def small(own):
    """Runs a test in a sandbox whose pool is as new."""
    runner, sandbox = own
    pool = sandbox.host.cells.pool

    async def begin(work):
        pool.empty()
        await _waits(sandbox.host.cells, 0)
        return await work(sandbox)

    return lambda work: runner.run(asyncio.wait_for(begin(work), 60))


def test_a_cell_of_the_pool_is_used_once_and_draws_numbers_of_its_own(small):
    async def work(sandbox):
        cells, seen = sandbox.host.cells, []
        _wish(cells, 4)
        for _ in range(6):
            await _waits(cells, 4)
            pids = {cell.pid for cell in _waiting(cells)}
            seen.append((await sandbox.run(WHO)).output.split())
            assert len(pids - {cell.pid for cell in _waiting(cells)}) == 1, "one was taken"
        return seen

    for column in zip(*small(work), strict=True):
        assert len(set(column)) == 6


def test_a_cell_of_the_pool_is_proven_before_it_waits_and_as_jailed_as_a_forked_one(small):
    async def work(sandbox):
        cells = sandbox.host.cells
        fresh = await cells._fresh(SIZE, _NOBODY)
        await fresh.close()
        _wish(cells, 3)
        await _waits(cells, 2)
        waiting = _waiting(cells)
        for cell in waiting:
            report = cell.enforcement
            assert report is not None
            assert report.pid == cell.pid
            assert report.steps == fresh.enforcement.steps
            assert report.canaries == fresh.enforcement.canaries
            assert report.attested.keys() == fresh.enforcement.attested.keys()
            assert pools._lives(cell)
            status = _status(cell.pid)
            assert (status["Seccomp"], status["NoNewPrivs"], status["Threads"]) == ("2", "1", "1")
        if cells.kernel.own_uids:
            assert len({_status(cell.pid)["Uid"] for cell in waiting}) == len(waiting)
        forked = await cells._fresh(SIZE, _NOBODY)
        taken = await cells.open(SIZE, _NOBODY)
        assert taken in waiting
        assert _limits(taken.pid) == _limits(forked.pid)
        assert bool(taken._grip.group) == bool(forked._grip.group) == bool(cells.kernel.cgroup)
        await forked.close()
        await taken.close()

    small(work)


def test_memory_is_held_in_a_cell_of_the_pool_and_another_limit_is_another_cell(small):
    async def work(sandbox):
        cells = sandbox.host.cells
        _wish(cells, 2, 32_000_000)
        await _waits(cells, 1)
        (waiting,) = _waiting(cells, 32_000_000)
        assert (await sandbox.run("x = bytearray(100_000_000)")).ok
        assert _waiting(cells, 32_000_000) == [waiting], "of another limit, it was left"
        outcome = await sandbox.run("x = bytearray(100_000_000)", memory_bytes=32_000_000)
        assert outcome.kind.value == "memory"
        await waiting.buried

    small(work)


@pytest.mark.parametrize("noticed", [False, True])
def test_a_cell_that_died_while_it_waited_is_not_handed_out(small, noticed):
    async def work(sandbox):
        cells = sandbox.host.cells
        _wish(cells, 3)
        await _waits(cells, 2)
        killed, other = _waiting(cells)[-1], _waiting(cells)[0]
        os.kill(killed.pid, signal.SIGKILL)
        if noticed:
            await killed.buried
            assert _waiting(cells) == [other]
        else:  # the kernel has begun to end it, and the loop has not heard
            while pools._lives(killed):
                pass
        cell = await cells.open(SIZE, _NOBODY)
        assert cell is other
        await cell.close()
        assert (await sandbox.run("print('well')")).output == "well"

    small(work)


def test_a_cell_that_was_stopped_while_it_waited_is_not_handed_out(small):
    async def work(sandbox):
        cells = sandbox.host.cells
        _wish(cells, 3)
        await _waits(cells, 2)
        stopped, other = _waiting(cells)[-1], _waiting(cells)[0]
        os.kill(stopped.pid, signal.SIGSTOP)
        while pools._lives(stopped):
            await asyncio.sleep(0.001)
        cell = await cells.open(SIZE, _NOBODY)
        assert cell is other
        await cell.close()
        await stopped.buried

    small(work)


def test_the_pool_grows_with_wishes_up_to_its_bound_and_ends_what_nobody_needs(small, monkeypatch):
    monkeypatch.setattr(pools, "POOL_CELLS", 3)

    async def work(sandbox):
        cells = sandbox.host.cells
        pids = set()
        _wish(cells, 1)
        assert cells.pool._soon is None, "one worker alone keeps nothing waiting"
        _wish(cells, 1)
        await _waits(cells, 1)
        held = [await cells.open(SIZE, _NOBODY)]
        _wish(cells, 8)
        await _waits(cells, 3)
        pids |= {cell.pid for cell in _waiting(cells)}
        cells.pool._look_again()
        assert len(cells.pool) == 3, "they came since the last look"
        (await cells.open(SIZE, _NOBODY)).kill("shutdown")
        await _waits(cells, 3)
        pids |= {cell.pid for cell in _waiting(cells)}
        cells.pool._look_again()
        await _waits(cells, 1)  # one was needed, two were not
        cells.pool._look_again()
        await _waits(cells, 0)
        assert cells.pool._look is None, "nothing is looked after any more"
        await asyncio.gather(*(cell.close() for cell in held))
        await asyncio.gather(*cells.pool._endings)
        assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]

    small(work)


def test_no_cell_outlives_the_zygote_that_was_found_out(small):
    async def work(sandbox):
        cells = sandbox.host.cells
        before = await cells.warm()
        _wish(cells, 3)
        await _waits(cells, 2)
        old = {cell.pid for cell in _waiting(cells)}
        cell = await cells.open(SIZE, _NOBODY)
        os.kill(cell.pid, signal.SIGSEGV)
        await cell.buried
        assert not len(cells.pool)
        again = await cells.open(SIZE, _NOBODY)
        assert again.pid not in old
        assert await cells.warm() is not before
        await again.close()

    small(work)


def test_the_pool_ends_with_its_host():
    async def work():
        async with Sandbox(preload=()) as sandbox:
            cells = sandbox.host.cells
            _wish(cells, 3)
            await _waits(cells, 2)
            pids = [cell.pid for cell in _waiting(cells)]
            await sandbox.run("pass")  # the next is about to be forked
        assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        assert cells.pool.take(SIZE) is None

    asyncio.run(work())


def test_a_zygote_whose_last_cell_dies_as_the_pool_is_closed_ends_too(monkeypatch):
    async def scenario():
        async with Sandbox(preload=()) as sandbox:
            cells = sandbox.host.cells
            first = await cells.warm()
            last = await cells.open(SIZE, _NOBODY)
            await cells._start()
            assert await cells.warm() is not first
            close = cells.pool.close

            async def slowly():
                await last.close()
                await close()

            monkeypatch.setattr(cells.pool, "close", slowly)
        return first

    first = asyncio.run(scenario())
    assert first._process.poll() is not None
