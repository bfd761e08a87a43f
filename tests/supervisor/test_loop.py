"""A worker on its schedule: the grid, pauses, restarts, and how the run is told."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from cellblock import Limits
from cellblock.intake.deployment import deployment
from cellblock.journal import event as journal
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryState
from cellblock.store.ports import StoreFault
from cellblock.supervisor.foreground import Foreground, Performance

pytestmark = pytest.mark.jail


def _run(
    bench, source, *, ticks=3, limits=None, sink=None, heard=lambda _line: None, state="memory"
):
    """Run a worker on a grid of one second; give the loop and its events."""
    events = []
    limits = limits or Limits()

    async def work():
        sandbox = bench.sandbox
        job = deployment(WorkerId("w"), source, sandbox.language, filename="w.py")
        runner = await sandbox.host.runner(job, state=state, files=None, limits=limits, heard=heard)
        course = Performance(worker=job.worker, interval_s=1.0, ticks=ticks, limits=limits)
        stop = asyncio.Event()

        def told(event):
            events.append(event)
            if sink:
                sink(event, runner, stop)

        loop = Foreground(runner, course, told, sandbox.host.clock, stop)
        try:
            await loop.run()
        finally:
            await runner.close()
        return loop

    return bench.do(work()), events


def _ticks(events):
    return [event for event in events if isinstance(event, journal.Tick)]


def _moves(events):
    return [event.state for event in events if isinstance(event, journal.Worker)]


def test_ticks_keep_the_grid_and_are_numbered_from_zero(bench):
    begun = time.monotonic()
    loop, events = _run(bench, "def tick(ctx): pass", ticks=3)
    assert [event.n for event in _ticks(events)] == [0, 1, 2]
    assert time.monotonic() - begun >= 2.0
    assert _moves(events) == ["started", "stopped"]
    assert loop.went_well


def test_a_tick_that_takes_long_skips_slots_and_catches_up_once(bench):
    source = "import time\ndef tick(ctx):\n    if ctx.tick.n == 0: time.sleep(2.3)"
    _, events = _run(bench, source, ticks=3)
    first, second, third = _ticks(events)
    assert (first.n, second.n, third.n) == (0, 2, 3)
    assert (first.skipped, second.skipped, third.skipped) == (0, 1, 0)
    assert second.late_ms >= 250
    assert third.late_ms < second.late_ms


def test_max_errors_pause_the_worker_with_the_reason(bench):
    loop, events = _run(bench, "def tick(ctx): 1/0", ticks=9, limits=Limits(max_errors=2))
    assert [event.outcome for event in _ticks(events)] == ["error", "error"]
    assert _moves(events) == ["started", "paused"]
    assert (
        events[-1].reason
        == "2 ticks in a row failed; the last: ZeroDivisionError: division by zero"
    )
    assert not loop.went_well


def test_errors_that_are_not_in_a_row_do_not_pause(bench):
    source = "def tick(ctx):\n    if ctx.tick.n % 2: 1/0"
    _, events = _run(bench, source, ticks=5, limits=Limits(max_errors=2))
    assert [event.outcome for event in _ticks(events)] == ["done", "error", "done", "error", "done"]


class Away(MemoryState):
    """A state that cannot be changed."""

    async def set(self, *_change):
        raise StoreFault("the disk is full")


def test_ticks_in_which_the_hosts_own_store_failed_do_not_pause(bench):
    source = "def tick(ctx):\n    ctx.state.set('n', ctx.tick.n)"
    limits = Limits(max_errors=2)
    loop, events = _run(bench, source, ticks=3, limits=limits, state=Away())
    assert [event.outcome for event in _ticks(events)] == ["error"] * 3
    assert _moves(events) == ["started", "stopped"]
    assert not loop.went_well


def test_a_worker_killed_between_ticks_is_restarted_and_loses_no_tick(bench):
    def kill(event, runner, stop):
        if isinstance(event, journal.Tick) and event.n == 0:
            os.kill(runner.pid, signal.SIGKILL)

    _, events = _run(bench, "def tick(ctx): pass", ticks=3, sink=kill)
    assert _moves(events) == ["started", "restarted", "stopped"]
    assert [(event.n, event.outcome) for event in _ticks(events)] == [
        (0, "done"),
        (1, "done"),
        (2, "done"),
    ]


def test_a_breach_pauses_at_once_and_nothing_is_restarted(full):
    source = f"import os  # {os.urandom(4).hex()}\ndef tick(ctx): os.setuid(0)"
    loop, events = _run(full, source, ticks=5)
    assert [event.outcome for event in _ticks(events)] == ["security"]
    assert _moves(events) == ["started", "paused"]
    assert not loop.went_well


def test_a_worker_that_cannot_start_stops_and_says_why(bench):
    loop, events = _run(bench, "def tick(ctx): pass\nnonsense")
    assert _moves(events) == ["stopped"]
    assert "NameError: name 'nonsense' is not defined" in events[0].message
    assert "line 2" in events[0].message
    assert not loop.went_well


def test_stopping_ends_the_run_between_ticks(bench):
    def halt(event, runner, stop):
        if isinstance(event, journal.Tick):
            stop.set()

    loop, events = _run(bench, "def tick(ctx): pass", ticks=None, sink=halt)
    assert loop.ticks == 1
    assert events[-1].reason == "asked to stop"


def test_on_error_runs_for_a_process_lost_in_the_last_tick(bench):
    source = """
def tick(ctx):
    while True:
        try:
            for n in range(10**9): n + n
        except: pass
def on_error(ctx, error): ctx.log.warn(f"{error.kind}")
"""
    limits = Limits(tick_timeout_s=0.3, kill_grace_s=0.3)
    heard = []
    _run(bench, source, ticks=1, limits=limits, heard=heard.append)
    assert [line.message for line in heard] == ["timeout"]


def test_a_breach_in_on_error_pauses_the_worker(full):
    source = "import os\ndef tick(ctx): 1/0\ndef on_error(ctx, error): os.setuid(0)"
    loop, events = _run(full, source, ticks=5)
    assert _moves(events) == ["started", "paused"]
    assert not loop.went_well


def test_a_breach_between_ticks_pauses_the_worker(full):
    source = """
import ctypes, os, time
libc = ctypes.CDLL(None)
def tick(ctx):
    data = b'\\0\\0\\0\\x0f' + b'\\x81\\xa4type\\xa8Finished'
    libc.write(4, data, len(data))
    time.sleep(0.1)
    os.setuid(0)
"""
    _, events = _run(full, source, ticks=5)
    assert _moves(events) == ["started", "paused"]
    assert [event.outcome for event in _ticks(events)] == ["done"]
    assert "died between ticks: SIGSYS" in next(
        e.message for e in events if isinstance(e, journal.Log)
    )
