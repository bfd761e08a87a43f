"""A worn zygote is replaced without a loss: after a death that betrays its layout, and in time."""

from __future__ import annotations

import asyncio
import os

import pytest

from cellblock import Sandbox
from cellblock.supervisor import cells as rooms

pytestmark = pytest.mark.jail
COUNTER = """
n = 0
def tick(ctx):
    global n
    n += 1
    print(n)
"""
DEATHS = {
    "SIGSEGV": "import ctypes; ctypes.string_at(8)",
    "tripwire": "import os; os.execv('/bin/true', ['true'])",
}


def _parent(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("PPid"))


def _code(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return {line.split()[0] for line in file if "r-xp" in line and "libc" in line}


async def _gone(pid):
    for _ in range(500):
        if not os.path.exists(f"/proc/{pid}"):
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.parametrize("death", ["SIGSEGV", "tripwire"])
def test_after_a_death_that_betrays_the_layout_a_fresh_zygote_forks_and_none_is_lost(full, death):
    async def work():
        sandbox = full.sandbox
        before = await sandbox.host.cells.warm()
        async with sandbox.worker(COUNTER, name="long") as long:
            await long.tick()
            await sandbox.run(f"# {os.urandom(4).hex()}\n{DEATHS[death]}")
            async with sandbox.worker(COUNTER, name="young") as young:
                after = await sandbox.host.cells.warm()
                assert after is not before
                assert (_parent(long.pid), _parent(young.pid)) == (before.pid, after.pid)
                if os.getuid() == 0:
                    assert not _code(before.pid) & _code(after.pid)
            outcome = await long.tick()
            assert outcome.output == "2", "the running worker kept its process"
        assert await _gone(before.pid), "the worn zygote ends with its last worker"

    full.do(work())


def test_an_ordinary_error_or_timeout_costs_no_zygote(full):
    async def work():
        before = await full.sandbox.host.cells.warm()
        await full.sandbox.run("1 / 0")
        await full.sandbox.run("while True: pass", timeout_s=0.05)
        assert await full.sandbox.host.cells.warm() is before

    full.do(work())


def test_after_a_number_of_forks_a_fresh_zygote_takes_over(monkeypatch):
    monkeypatch.setattr(rooms, "ZYGOTE_FORKS", 3)

    async def work():
        async with Sandbox(preload=()) as sandbox:
            first = await sandbox.host.cells.warm()
            async with sandbox.worker(COUNTER) as long:
                for _ in range(4):
                    assert (await sandbox.run("pass")).ok, "nobody waits for the fresh one"
                for _ in range(1000):
                    if await sandbox.host.cells.warm() is not first:
                        break
                    await asyncio.sleep(0.01)
                assert await sandbox.host.cells.warm() is not first
                assert first.alive
                assert (await long.tick()).output == "1"
            assert await _gone(first.pid)

    asyncio.run(work())


def test_one_who_gives_up_does_not_end_the_start_that_others_wait_for():
    async def work():
        async with Sandbox(preload=()) as sandbox:
            cells = sandbox.host.cells
            (await cells.warm())._process.kill()
            runs = [asyncio.create_task(sandbox.run("print(1)")) for _ in range(2)]
            while cells._starting is None and not runs[1].done():
                await asyncio.sleep(0.001)
            gave_up = runs[0].cancel()  # unless a busy machine had it done before
            assert (await runs[1]).output == "1"
            if gave_up:
                with pytest.raises(asyncio.CancelledError):
                    await runs[0]

    asyncio.run(work())
