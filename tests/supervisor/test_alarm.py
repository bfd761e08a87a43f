from __future__ import annotations

import asyncio

import uvloop

from cellblock.inside.deadline import SIGNAL, STOP_SIGNAL
from cellblock.supervisor.alarm import Alarm


def heard(scenario, runner=asyncio.run):
    """What an alarm does in *scenario*: signals, "end", and what the scenario says itself."""
    told = []

    async def work():
        alarm = Alarm(told.append, lambda: told.append("end"))
        await scenario(alarm, told)
        alarm.close()
        await asyncio.sleep(0.03)

    runner(work())
    return told


async def _until(told, count):
    async with asyncio.timeout(5):
        while len(told) < count:
            await asyncio.sleep(0.001)


def test_the_signal_comes_at_the_deadline_and_the_end_after_the_grace():
    async def scenario(alarm, told):
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        alarm.set("tick", 0.05, 0.05)
        await _until(told, 1)
        assert alarm.struck
        assert loop.time() - begun_s > 0.045
        await _until(told, 2)
        assert loop.time() - begun_s > 0.095
        assert alarm.detail == "tick was still running after 0.05 s"

    for runner in (asyncio.run, uvloop.run):
        assert heard(scenario, runner) == [SIGNAL, "end"]


def test_a_timer_of_an_order_that_ended_does_not_strike_a_later_one():
    async def scenario(alarm, told):
        alarm.set("tick", 0.02, 0.01)
        alarm.clear()
        alarm.set("tick", 0.06, 0.01)
        await asyncio.sleep(0.04)
        told.append("in between")
        await _until(told, 2)
        alarm.clear()
        assert alarm.struck

    assert heard(scenario) == ["in between", SIGNAL]


def test_a_shorter_deadline_after_a_long_one_is_met_on_time():
    async def scenario(alarm, told):
        alarm.set("setup", 60.0, 60.0)
        alarm.clear()
        alarm.set("tick", 0.01, 60.0)
        await _until(told, 1)
        alarm.clear()

    assert heard(scenario) == [SIGNAL]


def test_a_host_that_stops_hurries_the_order_of_now_once_and_no_other():
    async def scenario(alarm, told):
        alarm.hurry(0.0)
        told.append("idle")
        alarm.set("tick", 60.0, 60.0)
        alarm.hurry(0.01)
        alarm.hurry(0.01)
        await _until(told, 3)
        assert alarm.detail == "tick was still running as the host stopped"
        alarm.clear()
        alarm.set("tick", 60.0, 60.0)
        alarm.clear()
        assert not alarm.struck
        alarm.hurry(0.0)

    assert heard(scenario) == ["idle", STOP_SIGNAL, "end"]


def test_nothing_rings_once_it_is_closed():
    async def scenario(alarm, _told):
        alarm.set("tick", 0.01, 0.01)

    assert heard(scenario) == []
