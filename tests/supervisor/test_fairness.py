"""A hostile worker on the schedule does not take its neighbours' ticks from them."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from cellblock import Limits
from cellblock.intake.deployment import deployment
from cellblock.journal import event as journal
from cellblock.names import WorkerId
from cellblock.supervisor.foreground import Foreground, Performance

pytestmark = [pytest.mark.jail, pytest.mark.slow]
NEIGHBOURS = 10
TICKS = 3
NEIGHBOUR = """
import time
def tick(ctx):
    begun = time.time()
    ctx.state.set("n", ctx.tick.n)
    print(begun - ctx.tick.planned_at)
"""
FOREVER = """
import sys
messages = sys.modules["cellblock.wire.messages"]
limits = sys.modules["cellblock.limits"]
def forever(action):
    while True:
        try: action()
        except Exception: pass
"""
ATTACKERS = {
    "calls ctx": "def tick(ctx): forever(lambda: ctx.state.get('k'))",
    "floods its log": "def tick(ctx): forever(lambda: ctx.log.info('x' * 4000))",
    "burns its processor": "def tick(ctx):\n    while True: pass",
    "writes the largest values": """
item = b"[[[[[]]]]],"
call = messages.StateSet("k", b"[" + item * (limits.STATE_VALUE_BYTES // len(item) - 1) + b"0]")
def tick(ctx): forever(lambda: ctx.state._ask(call))
""",
}


class Street:
    """Workers on their schedules, all of one store."""

    def __init__(self, sandbox, folder):
        self._sandbox = sandbox
        self._state = f"sqlite:///{folder}/state.db"

    async def run(self, name, source, ticks, sink, heard):
        """Run one worker as the command line does; give how it stood at its end."""
        limits = Limits()
        job = deployment(WorkerId(name), source, self._sandbox.language)
        runner = await self._sandbox.host.runner(
            job, state=self._state, files=None, limits=limits, heard=heard
        )
        course = Performance(worker=job.worker, interval_s=1.0, ticks=ticks, limits=limits)
        loop = Foreground(runner, course, sink, self._sandbox.host.clock, asyncio.Event())
        try:
            await loop.run()
        finally:
            await runner.close()
        return loop.state

    async def neighbour(self, number):
        """Give for each tick the seconds from its plan to its start inside and to its end."""
        starts, ends = [], []

        def told(event):
            if isinstance(event, journal.Tick):
                assert (event.outcome, event.skipped) == ("done", 0), event
                ends.append((event.late_ms + event.duration_ms) / 1000)

        def heard(line):
            starts.append(float(line.message))

        await asyncio.sleep(number / NEIGHBOURS)
        await self.run(f"neighbour-{number}", NEIGHBOUR, TICKS, told, heard)
        return list(zip(starts, ends, strict=True))

    @contextlib.asynccontextmanager
    async def attacked(self, source):
        """Have an attacker at work; it must still be when the block ends."""
        begun = asyncio.Event()

        def told(event):
            if isinstance(event, journal.Worker) and event.state == "started":
                begun.set()

        attack = asyncio.create_task(
            self.run("attacker", FOREVER + source, None, told, lambda _line: None)
        )
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait({attack, waiting}, return_when=asyncio.FIRST_COMPLETED)
        try:
            assert not attack.done(), attack.result()
            yield
            assert not attack.done(), attack.result()
        finally:
            waiting.cancel()
            attack.cancel()
            await asyncio.wait({attack})


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_neighbours_of_an_attacker_lose_no_tick_and_none_is_a_second_late(full, tmp_path, attacker):
    async def work():
        street = Street(full.sandbox, tmp_path)
        async with street.attacked(ATTACKERS[attacker]):
            return await asyncio.gather(*(street.neighbour(n) for n in range(NEIGHBOURS)))

    seen = full.do(work())
    assert [len(ticks) for ticks in seen] == [TICKS] * NEIGHBOURS
    assert max(max(tick) for ticks in seen for tick in ticks) < 1.0
