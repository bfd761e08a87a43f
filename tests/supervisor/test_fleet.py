"""The fleet with real records and real processes: what is wanted becomes what is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time

import pytest

from cellblock.errors import OperatorFault
from cellblock.journal import event as journal
from cellblock.limits import NUMBERS_RESERVED
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import PURGED, HookEvent
from supervisor.fleets import QUIET, Town

pytestmark = pytest.mark.jail

COUNTS = """
count = 0
def tick(ctx):
    global count
    count += 1
    ctx.log.info(f"{count}")
"""
STILL_RUNNING = "TickTimeoutError: tick was still running as the host stopped"
DIVIDED = """Traceback (most recent call last):
  File "worker.py", line 1, in tick
    def tick(ctx): 1/0
ZeroDivisionError: division by zero"""


@pytest.fixture
def town(bench, tmp_path):
    """Run a coroutine function on a town."""

    def run(work):
        async def inside():
            async with Town(bench.sandbox, tmp_path) as town:
                return await work(town)

        return bench.do(inside())

    return run


def test_a_worker_that_is_deployed_runs_and_is_told_of(town):
    async def work(town):
        await town.deploy("a")
        standing = await town.until_state("a", "running")
        await town.until(lambda: len(town.pages.of("a")) >= 2)
        return standing, town.pages

    standing, pages = town(work)
    assert os.path.basename(standing.host) == "here"
    assert standing.version == 1
    assert standing.pid
    assert standing.restarts == 0
    assert standing.enforcement["canaries"]
    assert standing.next_at > standing.since - 1
    first, second = pages.of("a")[:2]
    assert (first.n, second.n) == (0, 1)
    assert second.planned_at - first.planned_at == pytest.approx(1.0, abs=0.2)
    assert first.outcome == "done"
    assert first.cause == "schedule"
    assert first.cpu_ms > 0
    assert first.memory_bytes > 1_000_000
    assert pages.moves("a")[:1] == ["running"]


def test_a_pause_keeps_the_process_and_its_globals_and_runs_no_tick(town):
    async def work(town):
        await town.deploy("a", COUNTS)
        await town.until(lambda: town.pages.of("a"))
        await town.change("a", desired="paused")
        held = await town.until_state("a", "held")
        ran = len(town.pages.of("a"))
        await asyncio.sleep(1.3)
        assert len(town.pages.of("a")) == ran
        await town.change("a", desired="running")
        running = await town.until_state("a", "running")
        await town.until(lambda: len(town.pages.of("a")) > ran)
        return held.pid, running.pid, [line.message for line in town.pages.lines]

    held, running, counts = town(work)
    assert held == running
    assert counts == [str(n + 1) for n in range(len(counts))]


def test_a_stop_ends_the_process_and_a_start_begins_another(town):
    async def work(town):
        await town.deploy("a", COUNTS)
        first = await town.until_state("a", "running")
        await town.change("a", desired="stopped")
        stopped = await town.until_state("a", "stopped")
        with pytest.raises(ProcessLookupError):
            os.kill(first.pid, 0)
        await town.change("a", desired="running")
        second = await town.until_state("a", "running")
        return first, stopped, second

    first, stopped, second = town(work)
    assert stopped.pid is None
    assert second.pid != first.pid


def test_a_restart_a_deploy_and_a_rollback_begin_fresh_processes(town):
    async def work(town):
        await town.deploy("a", COUNTS)
        pids = [(await town.until_state("a", "running")).pid]

        async def fresh():
            end_s = time.monotonic() + 20
            while (now := await town.standing("a")).pid in {*pids, None}:
                assert time.monotonic() < end_s
                await asyncio.sleep(0.02)
            pids.append(now.pid)
            return now.version

        await town.ask("a", "restarts_asked")
        versions = [await fresh()]
        await town.deploy("a", QUIET)
        versions.append(await fresh())
        await town.change("a", version=1)
        versions.append(await fresh())
        return versions

    assert town(work) == [1, 2, 1]


def test_another_schedule_alone_keeps_the_process(town):
    async def work(town):
        await town.deploy("a", COUNTS, interval_s=3600)
        before = await town.until_state("a", "running")
        await town.deploy("a", COUNTS, interval_s=1)
        await town.until(lambda: any(run.version == 2 for run in town.pages.of("a")))
        end_s = time.monotonic() + 10
        while (after := await town.standing("a")).version != 2:
            assert time.monotonic() < end_s
            await asyncio.sleep(0.02)
        return before.pid, after.pid, after.version

    before, after, version = town(work)
    assert before == after
    assert version == 2


def test_a_tick_that_is_asked_for_runs_at_once(town):
    async def work(town):
        await town.deploy("a", interval_s=3600)
        await town.until(lambda: town.pages.of("a"))
        await town.ask("a", "ticks_asked")
        await town.until(lambda: len(town.pages.of("a")) == 2)
        return town.pages.of("a")

    first, second = town(work)
    assert (first.cause, second.cause) == ("schedule", "manual")
    assert second.n == 1


EVENTS = """
def tick(ctx):
    for event in ctx.tick.events:
        ctx.log.info(event["body"]["word"])
"""


async def _send(town, *words):
    for word in words:
        event = HookEvent(
            ref=WorkerRef("w", "a"), hook="h", at=time.time(), body=b'{"word": "%s"}' % word
        )
        await town.registry.hooks.enqueue(event, 100)
    town.fleet.woken()


def test_events_are_handed_to_ticks_at_once_and_forgotten(town):
    async def work(town):
        await town.deploy("a", EVENTS, interval_s=3600)
        await town.until(lambda: town.pages.of("a"))
        await _send(town, *(b"w%d" % n for n in range(25)))
        await town.until(lambda: len(town.pages.lines) == 25)
        await town.until(lambda: len(town.pages.of("a")) == 3)
        while await town.registry.hooks.awaited():
            await asyncio.sleep(0.01)
        return town.pages

    pages = town(work)
    assert [line.message for line in pages.lines] == [f"w{n}" for n in range(25)]
    assert [run.cause for run in pages.of("a")] == ["schedule", "event", "event"]


def test_an_event_in_whose_tick_the_process_is_lost_is_given_three_times_and_dropped(town):
    source = """
import time
def tick(ctx):
    if ctx.tick.events:
        ctx.log.info("in")
        time.sleep(60)
"""

    def told(town, word):
        return sum(word in line.message for line in town.pages.lines)

    async def work(town):
        await town.deploy("a", source, interval_s=3600)
        await town.until(lambda: town.pages.of("a"))
        await _send(town, b"poison")
        for count in (1, 2, 3):
            await town.until(lambda count=count: told(town, "in") == count)
            os.kill(town.pid("a"), signal.SIGKILL)
            await town.until(lambda count=count: len(town.pages.of("a")) == 1 + count)
        await town.until(lambda: told(town, "is dropped"))
        while await town.registry.hooks.awaited():
            await asyncio.sleep(0.01)
        return town.pages

    pages = town(work)
    assert [run.outcome for run in pages.of("a") if run.cause == "event"] == ["crash"] * 3


def test_errors_in_a_row_pause_until_a_restart_is_asked_for_also_over_hosts(town):
    async def work(town):
        await town.deploy("a", "def tick(ctx): 1/0", limits={"max_errors": 2})
        paused = await town.until_state("a", "paused")
        await town.fleet.drain()
        town.fleet = town._fleet()
        assert await town.fleet.begin() == 0
        await asyncio.sleep(0.5)
        still = await town.standing("a")
        await town.ask("a", "restarts_asked")
        await town.until(lambda: len(town.pages.of("a")) > 2)
        return paused, still, [line.message for line in town.pages.lines]

    paused, still, lines = town(work)
    said = "2 ticks in a row failed; the last: ZeroDivisionError: division by zero"
    assert paused.reason == said
    assert (paused.errors, paused.pid) == (2, None)
    assert still.state == "paused"
    assert still.reason == paused.reason
    assert lines[:2] == [f"tick {n} failed:\n{DIVIDED}" for n in (0, 1)]


def test_a_source_that_cannot_be_loaded_is_tried_again_and_then_paused(town):
    async def work(town):
        await town.deploy("a", "nonsense\ndef tick(ctx): pass", limits={"max_errors": 2})
        return await town.until_state("a", "paused"), town.pages

    paused, pages = town(work)
    assert "could not be started 2 times: NameError" in paused.reason
    assert pages.moves("a")[:2] == ["lost", "paused"]
    assert "line 1" in pages.lines[0].message


def test_what_the_operator_must_see_to_is_told_and_tried_again(town):
    async def work(town):
        town.refuses = "there is no connection bybit=main"
        await town.deploy("a")
        lost = await town.until_state("a", "lost")
        town.refuses = None
        await town.until_state("a", "running")
        return lost, town.pages

    lost, pages = town(work)
    assert lost.reason.startswith("there is no connection bybit=main")
    assert pages.lines[0].message.startswith("the worker is not started yet: there is no conn")


def test_hostile_code_is_quarantined_and_not_started_by_the_next_host(full, tmp_path):
    async def work():
        async with Town(full.sandbox, tmp_path) as town:
            source = f"import os  # {os.urandom(4).hex()}\ndef tick(ctx): os.setuid(0)"
            await town.deploy("a", source)
            first = await town.until_state("a", "quarantined")
            await town.ask("a", "restarts_asked")
            await town.until(lambda: town.pages.moves("a")[-2:] == ["new", "quarantined"])
            return first, town.pages.told[-1]

    first, second = full.do(work())
    assert "setuid" in first.reason
    assert "is quarantined" in second.reason


def test_the_process_of_an_idle_worker_is_replaced_at_once(town):
    async def work(town):
        await town.deploy("a", interval_s=3600)
        before = await town.until_state("a", "running")
        await town.until(lambda: town.pages.of("a"))
        os.kill(before.pid, signal.SIGKILL)
        await town.until(lambda: town.pages.moves("a")[-2:] == ["lost", "running"], 10)
        end_s = time.monotonic() + 10
        while (after := await town.standing("a")).pid in {before.pid, None}:
            assert time.monotonic() < end_s
            await asyncio.sleep(0.02)
        return after

    assert town(work).restarts == 1


def test_numbers_go_on_after_a_clean_end_and_jump_after_another(town):
    async def work(town):
        await town.deploy("a")
        await town.until(lambda: len(town.pages.of("a")) == 2)
        await town.fleet.drain()
        town.fleet = town._fleet()
        assert await town.fleet.begin() == 1
        await town.until(lambda: len(town.pages.of("a")) == 3)
        await town.until_state("a", "running")
        await town.crash()
        await town.until(lambda: len(town.pages.of("a")) == 4)
        return town.pages.of("a")

    runs = town(work)
    assert [run.n for run in runs[:3]] == [0, 1, 2]
    assert 10 < runs[3].n <= 2 + NUMBERS_RESERVED
    first = runs[0].planned_at
    for run in runs:
        off = (run.planned_at - first) % 1.0
        assert min(off, 1.0 - off) < 0.2, "the phase is kept"


def test_a_deleted_worker_is_forgotten_after_its_grace_and_not_before(town):
    async def work(town):
        await town.deploy("a")
        await town.deploy("b")
        await town.until_state("a", "running")
        await town.change("b", desired="deleted", purge_at=time.time() + 3600)
        await town.change("a", desired="deleted", purge_at=time.time() + 1.0)
        await town.until_state("a", "stopped")
        assert not town.forgotten
        await town.until(lambda: town.forgotten)
        while await town.registry.workers.worker(WorkerRef("w", "a")):
            await asyncio.sleep(0.02)
        await town.until_state("b", "stopped")
        await town.change("b", desired="running", purge_at=None)
        await town.until_state("b", "running")
        return town.forgotten, dict(town.fleet.states)

    forgotten, states = town(work)
    assert forgotten == [WorkerRef("w", "a")]
    assert {state: count for state, count in states.items() if count} == {"running": 1}


def test_a_drain_ends_ticks_with_their_deadline_and_runs_on_error(town, monkeypatch):
    source = """
import time
def tick(ctx):
    ctx.log.info("in")
    time.sleep(60)
def on_error(ctx, error): ctx.log.warn(f"{error.kind}: {error}")
"""
    monkeypatch.setattr("cellblock.supervisor.keeper.DRAIN_S", 0.3)

    async def work(town):
        for n in range(5):
            await town.deploy(f"a{n}", source)
        await town.deploy("quick")
        await town.until(lambda: len(town.pages.lines) == 5)
        await town.fleet.drain()
        return town.pages, await town.standing("a0")

    pages, standing = town(work)
    told = [line.message for line in pages.lines if line.level == "warn"]
    assert told == ["timeout: the code was still running as the host stopped"] * 5
    assert [run.outcome for run in pages.of("a0")] == ["timeout"]
    assert (standing.state, standing.pid) == ("new", None)


def test_a_drain_ends_also_what_ignores_it(full, tmp_path, monkeypatch):
    source = """
import signal
def tick(ctx):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGUSR2})
    ctx.log.info("in")
    while True: pass
"""
    monkeypatch.setattr("cellblock.supervisor.keeper.DRAIN_S", 0.2)

    async def work():
        async with Town(full.sandbox, tmp_path) as town:
            await town.deploy("a", source)
            await town.until(lambda: town.pages.lines)
            begun = time.monotonic()
            await town.fleet.drain()
            return time.monotonic() - begun, town.pages

    took_s, pages = full.do(work())
    assert took_s < 15
    assert [line.message for line in pages.lines] == ["in", f"tick 0 failed: {STILL_RUNNING}"]
    assert pages.of("a")[0].error == STILL_RUNNING


def test_a_store_that_keeps_nothing_for_a_while_stops_no_tick(town, monkeypatch):
    async def work(town):
        await town.deploy("a")
        await town.until_state("a", "running")

        async def full(*_args, **_more):
            raise StoreFault("the disk is full")

        with monkeypatch.context() as patch:
            for name in ("stand", "settle"):
                patch.setattr(town.registry.standings, name, full)
            for name in ("revision", "workers"):
                patch.setattr(town.registry.workers, name, full)
            patch.setattr(town.registry.hooks, "awaited", full)
            town.fleet.woken()
            ran = len(town.pages.of("a"))
            os.kill((await town.standing("a")).pid, signal.SIGKILL)
            await town.until(lambda: len(town.pages.of("a")) >= ran + 2)
            await town.until(lambda: town.fleet.problem)
        await town.until(lambda: town.fleet.problem is None)
        end_s = time.monotonic() + 10
        while (await town.standing("a")).restarts != 1:
            assert time.monotonic() < end_s
            await asyncio.sleep(0.05)

    town(work)


WRITES = """
def tick(ctx):
    ctx.state.set(f"{ctx.tick.n}", "x" * 100_000)
"""
SETS_UP = """
def setup(ctx):
    ctx.state.set("begun", "x" * 100_000)
def tick(ctx): pass
"""


async def room(town, *, pages):
    """Let the file of the state grow to so many pages, and no further."""
    database = (await town.sandbox.host.state(f"sqlite:///{town.folder}/state.db"))._database
    told = f"PRAGMA max_page_count = {pages}"
    await database.work(lambda: database.connection.execute(told).fetchone())


def test_a_state_that_is_full_for_a_while_pauses_no_worker_that_did_not_look_for_it(town):
    async def work(town):
        few = {"max_errors": 2}
        await town.deploy("a", WRITES, limits=few)
        await town.until(lambda: town.pages.of("a"))
        await room(town, pages=1)
        await town.deploy("b", SETS_UP, limits=few)
        await town.deploy("c", "def tick(ctx): 1/0", limits=few)
        await town.until_state("c", "paused")
        failed = lambda: [run for run in town.pages.of("a") if run.outcome == "error"]  # noqa: E731
        await town.until(lambda: len(failed()) >= 4)
        not_started = "the worker could not start"
        begins = lambda: [x for x in town.pages.lines if x.message.startswith(not_started)]  # noqa: E731
        await town.until(lambda: len(begins()) >= 3)
        ran, standing = len(town.pages.of("a")), await town.standing("a")
        await room(town, pages=1_000_000)
        await town.until(lambda: "done" in [run.outcome for run in town.pages.of("a")[ran:]])
        await town.until(lambda: town.pages.of("b"))
        return failed(), standing, town.pages

    failed, standing, pages = town(work)
    assert "full" in failed[0].error
    assert (standing.state, standing.errors) == ("running", 0)
    assert pages.moves("a") == ["running"]
    assert "paused" not in pages.moves("b")


def test_errors_of_its_own_count_again_when_the_state_is_back(town):
    async def work(town):
        source = WRITES + "    1/0\n"
        await town.deploy("a", source, limits={"max_errors": 3})
        await town.until(lambda: town.pages.of("a"))
        await room(town, pages=1)
        ran = len(town.pages.of("a"))
        await town.until(lambda: len(town.pages.of("a")) >= ran + 4)
        await room(town, pages=1_000_000)
        return await town.until_state("a", "paused")

    assert town(work).reason.endswith("ZeroDivisionError: division by zero")


def test_what_goes_wrong_in_the_host_for_one_worker_is_tried_again_and_hurts_no_other(town):
    async def work(town):
        await town.deploy("b")
        hire, broken = town._hire, []

        async def slip(ref, version, heard):
            if ref.name == "a" and not broken:
                broken.append(ref)
                raise ZeroDivisionError
            return await hire(ref, version, heard)

        await town.until_state("b", "running")
        town._hire = slip
        await town.fleet.drain()
        town.fleet = town._fleet()
        await town.fleet.begin()
        await town.deploy("a")
        lost = await town.until_state("a", "lost")
        await town.until_state("a", "running")
        await town.until_state("b", "running")
        return lost, town.pages

    lost, pages = town(work)
    assert lost.reason.startswith("the host failed at it")
    assert pages.moves("b").count("lost") == 0


def test_a_tick_that_is_late_is_told(town):
    source = "import time\ndef tick(ctx):\n    if ctx.tick.n == 0: time.sleep(3.2)"

    async def work(town):
        await town.deploy("a", source)
        await town.until(lambda: len(town.pages.of("a")) == 2)
        return [event for event in town.pages.told if isinstance(event, journal.Late)]

    (late,) = town(work)
    assert late.skipped == 2
    assert late.name == "a"


def test_many_workers_are_back_after_their_zygote_was_killed(town):
    async def work(town):
        for n in range(40):
            await town.deploy(f"a{n}", interval_s=3600)
        await town.until(lambda: town.fleet.states["running"] == 40, 40)
        os.kill(town.sandbox.host.cells._zygote.pid, signal.SIGKILL)
        await town.until(lambda: town.fleet.states["running"] < 40)
        await town.until(lambda: town.fleet.states["running"] == 40, 40)

    town(work)


def test_of_many_workers_that_begin_at_once_few_are_put_together_at_a_time(town, monkeypatch):
    under_way, peak, begun = 0, 0, set()

    async def hire(_town, ref, _version, _heard):
        nonlocal under_way, peak
        under_way += 1
        peak = max(peak, under_way)
        begun.add(ref)
        await asyncio.sleep(0.02)  # so that as many as may be are here together
        under_way -= 1
        raise OperatorFault("no-connection", "there is none", "make one")

    async def work(town):
        for n in range(120):
            await town.deploy(f"a{n}")
        await town.until(lambda: len(begun) == 120)

    monkeypatch.setattr(Town, "_hire", hire)
    town(work)
    assert peak == 2 * os.cpu_count()


BUSY = """
import time
def setup(ctx): time.sleep(0.05)
def tick(ctx):
    time.sleep(0.02)
    if ctx.tick.n % 3 == 0: 1/0
def on_error(ctx, error): time.sleep(0.05)
"""


def test_workers_killed_at_any_moment_run_again_and_tick_no_number_twice(town):
    """Kills at odd times meet workers at start, in setup, idle, in a tick, and in on_error."""

    async def work(town):
        names = [f"a{n}" for n in range(8)]
        for name in names:
            await town.deploy(name, BUSY, limits={"max_errors": 1000})
        for moment in range(60):
            await asyncio.sleep(0.037)
            pids = [
                employment._runner.pid
                for keeper in town.fleet._keepers.values()
                if (employment := keeper._employment) and employment._runner
            ]
            if pids and (pid := pids[moment % len(pids)]):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if moment % 25 == 24:
                zygote = town.sandbox.host.cells._zygote
                with contextlib.suppress(ProcessLookupError):  # the one before it is gone
                    os.kill(zygote.pid, signal.SIGKILL)
        ran = {name: len(town.pages.of(name)) for name in names}
        await town.until(lambda: all(len(town.pages.of(name)) > ran[name] for name in names), 40)
        return {name: [run.n for run in town.pages.of(name)] for name in names}

    for numbers in town(work).values():
        assert numbers == sorted(set(numbers))


def test_stores_say_what_is_after_many_wishes_at_once(town):
    async def work(town):
        await town.deploy("a", COUNTS)
        for desired in ("paused", "running", "stopped", "running", "paused", "stopped", "running"):
            await town.change("a", desired=desired)
            await town.ask("a", "restarts_asked")
            await town.deploy("a", f"{COUNTS}# {desired}")
            await asyncio.sleep(0.03)
        worker = await town.registry.workers.worker(WorkerRef("w", "a"))
        end_s = time.monotonic() + 20
        while True:
            standing = await town.standing("a")
            wanted = (worker.restarts_asked, worker.version)  # heeded before the last version came
            if standing.state == "running" and (standing.heeded, standing.version) == wanted:
                return standing, town.pid("a")
            assert time.monotonic() < end_s, standing
            await asyncio.sleep(0.02)

    standing, pid = town(work)
    assert standing.pid == pid


def test_a_worker_that_was_paused_is_not_begun_by_the_next_host_until_it_is_resumed(town):
    async def work(town):
        await town.deploy("a")
        await town.until_state("a", "running")
        await town.change("a", desired="paused")
        await town.until_state("a", "held")
        await town.fleet.drain()
        town.fleet = town._fleet()
        await town.fleet.begin()
        held = await town.until_state("a", "held")
        await town.change("a", desired="running")
        running = await town.until_state("a", "running")
        return held.pid, running.pid

    held, running = town(work)
    assert held is None
    assert running


def test_a_cron_line_is_looked_up_for_the_next_tick(town):
    async def work(town):
        await town.deploy("a", interval_s=None, cron="0 3 * * *", timezone="Europe/Berlin")
        await town.until_state("a", "running")
        await town.ask("a", "ticks_asked")
        await town.until(lambda: town.pages.of("a"))
        return await town.standing("a"), town.pages.of("a")

    standing, runs = town(work)
    assert [run.cause for run in runs] == ["manual"]
    assert 0 < standing.next_at - time.time() < 25 * 3600


def test_a_renewed_worker_has_a_fresh_process_and_others_keep_theirs(town):
    async def work(town):
        await town.deploy("a")
        await town.deploy("b")
        before = [(await town.until_state(name, "running")).pid for name in "ab"]
        town.fleet.renew(WorkerRef("w", "a"))
        await town.until(lambda: town.pages.moves("a")[-2:] == ["new", "running"])
        return before, [town.pid(name) for name in "ab"]

    before, after = town(work)
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_what_cannot_be_forgotten_yet_is_forgotten_later_and_holds_up_nobody(town, monkeypatch):
    monkeypatch.setattr("cellblock.supervisor.purging._AGAIN_S", 0.5)

    async def work(town):
        await town.deploy("a")
        await town.deploy("b")
        await town.until_state("b", "running")
        forget, refused = town._forget, []

        async def fail_once(ref):
            if ref.name == "a" and not refused:
                refused.append(ref)
                raise StoreFault("the disk is full")
            await forget(ref)

        town._forget = fail_once
        await town.fleet.drain()
        town.fleet = town._fleet()
        await town.fleet.begin()
        for name in "ab":
            await town.change(name, desired="deleted", purge_at=time.time())
        await town.until(lambda: len(town.forgotten) == 2)
        return [ref.name for ref in refused], [ref.name for ref in town.forgotten]

    assert town(work) == (["a"], ["b", "a"])


def test_to_forget_much_holds_up_nobody_and_cannot_be_taken_back(town):
    async def work(town):
        await town.deploy("a")
        await town.until_state("a", "running")
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(ref):
            begun.set()
            await go_on.wait()

        town._forget = slow
        await town.fleet.drain()
        town.fleet = town._fleet()
        await town.fleet.begin()
        await town.change("a", desired="deleted", purge_at=time.time())
        await asyncio.wait_for(begun.wait(), 20)
        await town.deploy("b")
        await town.until_state("b", "running")
        worker = await town.registry.workers.worker(WorkerRef("w", "a"))
        go_on.set()
        while await town.registry.workers.worker(WorkerRef("w", "a")):
            await asyncio.sleep(0.02)
        await town.deploy("a")
        await town.until_state("a", "running")
        return worker.purge_at

    assert town(work) == PURGED


def test_a_drain_that_is_given_up_ends_all_at_once(town):
    source = "import time\ndef tick(ctx):\n    ctx.log.info('in')\n    time.sleep(50)"

    async def work(town):
        for n in range(3):
            await town.deploy(f"a{n}", source)
        await town.until(lambda: len(town.pages.lines) == 3)
        pids = [town.pid(f"a{n}") for n in range(3)]
        draining = asyncio.create_task(town.fleet.drain())
        await asyncio.sleep(0.1)
        begun_s = time.monotonic()
        draining.cancel()
        await asyncio.wait({draining})
        return pids, time.monotonic() - begun_s

    pids, took_s = town(work)
    assert took_s < 8
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_an_event_in_whose_tick_the_host_stopped_is_given_again_by_the_next(town, monkeypatch):
    source = """
import time
def tick(ctx):
    for event in ctx.tick.events:
        ctx.log.info("in")
        if ctx.state.get("seen"): return
        ctx.state.set("seen", True)
        time.sleep(50)
"""
    monkeypatch.setattr("cellblock.supervisor.keeper.DRAIN_S", 0.2)

    async def work(town):
        await town.deploy("a", source, interval_s=3600)
        await town.until(lambda: town.pages.of("a"))
        await _send(town, b"x")
        await town.until(lambda: len(town.pages.lines) == 1)
        await town.fleet.drain()
        town.fleet = town._fleet()
        await town.fleet.begin()
        await town.until(lambda: len(town.pages.lines) == 2)
        while await town.registry.hooks.awaited():
            await asyncio.sleep(0.01)
        return town.pages.of("a")

    assert [(run.cause, run.outcome) for run in town(work)[:2]] == [
        ("schedule", "done"),
        ("event", "timeout"),
    ]
