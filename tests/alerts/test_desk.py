"""The desk: what is told once, also over restarts, and what a flood or a broken store does."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import msgspec
import pytest

from alerts.house import Kept, desk, happening, rule, until
from cellblock.alerts import outbox
from cellblock.alerts.channels import NotSent
from cellblock.alerts.hearing import Hearing
from cellblock.alerts.matching import LateTick
from cellblock.broker.secret import Scrubber, Secret
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.journal import event as journal
from cellblock.limits import ALERT_QUEUE, ALERT_REPEAT_S
from cellblock.names import WorkerRef
from cellblock.store.ledger import MEMORY
from cellblock.store.ports import StoreFault

REF = WorkerRef("default", "bot")


@pytest.fixture(autouse=True)
def _no_gap(monkeypatch):
    monkeypatch.setattr(outbox, "ALERT_GAP_S", 0.0)
    monkeypatch.setattr(outbox, "_AGAIN_S", (0.0,) * 4)


def play(scenario):
    return asyncio.run(asyncio.wait_for(scenario(), 40))


async def settled(here):
    """Match all that was heard, and send all that it led to."""
    await here.turn()
    for box in here._outboxes.values():
        await box.idle()


async def tell(here, *occasions, worker="bot"):
    for occasion in occasions:
        here.hear(happening(occasion, worker=worker))
        await settled(here)


def test_the_same_alert_is_told_once_in_its_time_and_then_with_a_count():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            await tell(here, "late", "late", "late")
            clock.advance(ALERT_REPEAT_S - 1)
            await tell(here, "late")
            assert kept.told == [("late", "bot")]
            clock.advance(1)
            await tell(here, "late")
            assert [letter.notices[0].before for letter in kept.letters] == [0, 3]

    play(scenario)


def test_workers_and_rules_are_told_of_each_by_itself():
    async def scenario():
        rules = [rule(), rule(id="r2", workers=("a",)), rule(id="r3", workspace="other")]
        async with desk(MEMORY, *rules) as (here, kept, _):
            await tell(here, "paused", worker="a")
            await tell(here, "paused", worker="b")
            here.hear(happening("disk", worker="", workspace=None))
            await settled(here)
            told = sorted(
                (letter.rule.id, notice.happening.worker)
                for letter in kept.letters
                for notice in letter.notices
            )
            assert told == [
                ("r1", ""),
                ("r1", "a"),
                ("r1", "b"),
                ("r2", ""),
                ("r2", "a"),
                ("r3", ""),
            ]

    play(scenario)


def test_what_was_told_is_not_told_again_after_a_restart_and_its_end_is(tmp_path):
    path, clock = tmp_path / "service.db", HandClock()

    async def scenario():
        async with desk(path, rule(), clock=clock) as (here, kept, _):
            await tell(here, "paused")
            assert kept.told == [("paused", "bot")]
        clock.advance(60)
        async with desk(path, rule(), clock=clock) as (here, kept, _):
            await tell(here, "paused", "recovered", "recovered")
            assert kept.told == [("recovered", "bot")]
        async with desk(path, rule(), clock=clock) as (here, kept, _):
            await tell(here, "recovered")
            assert kept.told == []
            clock.advance(ALERT_REPEAT_S)
            await tell(here, "paused")
            assert kept.told == [("paused", "bot")]

    play(scenario)


def test_a_recovery_is_told_only_after_a_pause_was():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            await tell(here, "recovered")
            assert kept.told == []
            clock.advance(1)
            await tell(here, "paused")
            clock.advance(1)
            await tell(here, "recovered", "recovered")
            assert kept.told == [("paused", "bot"), ("recovered", "bot")]

    play(scenario)


def test_a_rule_for_recoveries_alone_hears_of_those_after_a_pause():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(on=("recovered",)), clock=clock) as (here, kept, _):
            await tell(here, "recovered", "paused")
            clock.advance(1)
            await tell(here, "recovered", "recovered")
            assert kept.told == [("recovered", "bot")]

    play(scenario)


def test_a_worker_that_flaps_is_told_once_an_hour_and_told_paused_if_it_stays_so():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            for _ in range(50):
                await tell(here, "paused")
                clock.advance(1)
                await tell(here, "recovered")
                clock.advance(1)
            assert kept.told == [("paused", "bot"), ("recovered", "bot")]
            await tell(here, "paused")  # and this time it lasts
            clock.advance(ALERT_REPEAT_S)
            await settled(here)
            assert kept.told[2:] == [("paused", "bot")]
            assert kept.letters[2].notices[0].before == 1
            clock.advance(ALERT_REPEAT_S)
            await settled(here)
            assert len(kept.told) == 3

    play(scenario)


def test_what_lasts_is_not_told_again_of_a_worker_that_was_stopped_meanwhile():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            await tell(here, "paused", "recovered")
            clock.advance(1)
            await tell(here, "paused")
            here.left(REF)
            clock.advance(ALERT_REPEAT_S)
            await settled(here)
            assert len(kept.told) == 2

    play(scenario)


def test_a_disk_that_has_room_again_is_told_after_one_that_had_none():
    async def scenario():
        clock = HandClock()
        full = happening("disk", worker="", workspace=None)
        empty = happening("disk", worker="", workspace=None, over=True)
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            for one in (empty, full, empty, empty):
                here.hear(one)
                await settled(here)
                clock.advance(1)
            assert [letter.notices[0].happening.over for letter in kept.letters] == [False, True]

    play(scenario)


def test_late_ticks_are_counted_as_they_come_and_told_once():
    async def scenario():
        async with desk(MEMORY, rule()) as (here, kept, _):
            await here.turn()  # the rules are read
            for n in range(5_000):
                here.hear_late(LateTick(REF, n, 0, 6.25), 1.0)
            assert len(here._heard) <= ALERT_QUEUE
            await settled(here)
            assert kept.told == [("late", "bot")]
            assert kept.letters[0].notices[0].sentence.startswith("default/bot is late: by 6.2 s; ")
            for n in range(5_000, 10_000):
                here.hear_late(LateTick(REF, n, 0, 6.25), 1.0)
            assert not here._heard
            await settled(here)
            assert len(kept.told) == 1

    play(scenario)


def test_a_storm_of_a_thousand_is_a_handful_of_letters():
    async def scenario():
        channel = Kept(hold=asyncio.Event())
        async with desk(MEMORY, rule(), channel=channel) as (here, kept, _):
            for number in range(1_000):
                here.hear(happening(worker=f"w{number}"))
            await here.turn()
            channel.hold.set()
            await settled(here)
            assert len(kept.letters) <= 3
            assert sum(len(letter.notices) + letter.more for letter in kept.letters) == 1_000
            for number in range(1_000):
                here.hear(happening(worker=f"w{number}"))
            await settled(here)
            assert len(kept.letters) <= 3

    play(scenario)


def test_more_than_may_wait_is_dropped_and_logged(caplog):
    async def scenario():
        async with desk(MEMORY, rule()) as (here, _kept, _):
            for number in range(ALERT_QUEUE + 5):
                here.hear(happening(worker=f"w{number}"))
            assert len(here._heard) == ALERT_QUEUE
            await settled(here)

    play(scenario)
    assert "5 alerts were dropped" in caplog.text


def test_a_rule_that_is_made_changed_disabled_or_removed_is_heeded():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, registry):
            await tell(here, "paused", worker="a")
            (now,) = await registry.rules.rules(None)
            off = await registry.rules.put_rule(msgspec.structs.replace(now, enabled=False))
            await registry.rules.put_rule(rule(id="r2", workers=("c",)))
            clock.advance(2)
            await tell(here, "paused", worker="b")
            await tell(here, "paused", worker="c")
            assert [letter.rule.id for letter in kept.letters] == ["r1", "r2"]
            await registry.rules.remove_rule("default", "r2")
            await registry.rules.put_rule(msgspec.structs.replace(off, enabled=True, name="new"))
            clock.advance(2)
            await tell(here, "paused", worker="d")
            assert [letter.rule.name for letter in kept.letters] == ["ops", "ops", "new"]
            assert set(here._outboxes) == {"r1"}

    play(scenario)


def test_a_broken_channel_is_told_as_a_problem_until_it_works_and_the_alert_is_tried_anew():
    async def scenario():
        channel = Kept(refusals=[NotSent("the webhook answered HTTP 410", again=False)])
        async with desk(MEMORY, rule(name="ops"), channel=channel) as (here, kept, _):
            assert here.problems() == ()
            await tell(here, "paused")
            (problem,) = here.problems()
            assert "rule ops of default" in problem
            assert "HTTP 410" in problem
            await tell(here, "paused")  # it was not told, so it is not the same again
            assert kept.told == [("paused", "bot")]
            assert here.problems() == ()

    play(scenario)


def test_a_store_that_fails_is_a_problem_and_alerts_go_on(monkeypatch, caplog):
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, registry):
            await here.turn()
            with pytest.MonkeyPatch.context() as patch:
                for name in ("rules", "told", "tell"):
                    patch.setattr(registry.rules, name, refuse)
                clock.advance(2)
                await tell(here, "paused", "paused")
                assert "the disk is full" in here.problems()[0]
                assert kept.told == [("paused", "bot")]
            clock.advance(2)
            await here.turn()
            assert here.problems() == ()

    async def refuse(*_):
        raise StoreFault("the disk is full")

    play(scenario)


def test_what_is_heard_before_the_rules_can_be_read_is_told_then():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, registry):
            with pytest.MonkeyPatch.context() as patch:

                async def refuse(*_):
                    raise StoreFault("not yet")

                patch.setattr(registry.rules, "rules", refuse)
                await tell(here, "paused")
            await settled(here)
            assert kept.told == [("paused", "bot")]

    play(scenario)


def test_no_secret_is_told(caplog):
    async def scenario():
        scrub = Scrubber()
        scrub.add(Secret("hunter2-hunter2"))
        async with desk(MEMORY, rule(), scrub=scrub) as (here, kept, _):
            here.hear(happening(what="ValueError: hunter2-hunter2"))
            await settled(here)
            assert "hunter2" not in kept.letters[0].text + kept.letters[0].body.decode()
            kept.refusals.append(NotSent("it said hunter2-hunter2", again=False))
            await tell(here, "late")
            assert "hunter2" not in here.problems()[0]

    play(scenario)
    assert "hunter2" not in caplog.text


def test_a_test_that_gets_through_ends_the_problem_and_so_does_disabling_the_rule():
    async def scenario():
        clock = HandClock()
        channel = Kept(refusals=[NotSent("gone", again=False)] * 2)
        async with desk(MEMORY, rule(), clock=clock, channel=channel) as (here, _, registry):
            await tell(here, "paused")
            assert len(here.problems()) == 1
            with pytest.raises(OperatorFault):
                await here.test("default", "r1")
            assert len(here.problems()) == 1
            await here.test("default", "r1")
            assert here.problems() == ()
            channel.refusals.append(NotSent("gone", again=False))
            await tell(here, "paused")
            assert len(here.problems()) == 1
            (now,) = await registry.rules.rules(None)
            await registry.rules.put_rule(msgspec.structs.replace(now, enabled=False))
            clock.advance(2)
            await here.turn()
            assert here.problems() == ()

    play(scenario)


def test_a_test_is_sent_at_once_and_says_why_it_cannot():
    async def scenario():
        async with desk(MEMORY, rule(enabled=False)) as (here, kept, _):
            await here.test("default", "r1")
            assert kept.letters[0].test
            kept.refusals.append(NotSent("the webhook answered HTTP 404", again=True))
            for place, slug in (
                (("default", "r1"), "alert-not-sent"),
                (("default", "r9"), "no-rule"),
                (("other", "r1"), "no-rule"),
            ):
                with pytest.raises(OperatorFault) as caught:
                    await here.test(*place)
                assert caught.value.slug == slug

    play(scenario)


def test_the_desk_runs_by_itself_and_closes_while_a_channel_hangs(monkeypatch):
    async def scenario():
        channel = Kept(hold=asyncio.Event())
        async with desk(MEMORY, rule(), channel=channel) as (here, _, _):
            monkeypatch.setattr("cellblock.alerts.desk._CLOSE_S", 0.05)
            running = asyncio.create_task(here.run())
            here.hear(happening())
            await until(lambda: here._outboxes)
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            await here.close()
            assert channel.letters == []

    play(scenario)


def test_a_worker_that_was_quarantined_recovers_too():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            await tell(here, "quarantined")
            clock.advance(1)
            await tell(here, "recovered", "recovered")
            assert kept.told == [("quarantined", "bot"), ("recovered", "bot")]

    play(scenario)


def moved(before, state, reason="", name="bot"):
    return journal.Moved("default", name, before, state, reason, 1, 1_700_000_000.0)


def test_events_of_the_service_become_alerts():
    async def scenario():
        clock = HandClock()
        once = {"late_ticks": 1}
        async with desk(MEMORY, rule(settings=once), clock=clock) as (here, kept, _):
            hearing = Hearing(here)
            await here.turn()
            events = [
                moved("new", "running"),
                moved("running", "lost", "killed"),
                moved("lost", "running"),
                moved("running", "held"),
                moved("held", "running"),
                moved("running", "paused", "5 ticks failed in a row"),
                moved("paused", "paused"),
                moved("paused", "new"),
                moved("new", "running"),
                moved("running", "quarantined", "it called ptrace"),
                journal.Late("default", "slow", 3, 7.5, 0, 1_700_000_000.0),
                journal.Disk("problem", "1 MB is free; make room", 1_700_000_000.0),
                journal.Disk("recovered", "", 1_700_000_000.0),
                journal.Exit(0, 5),
            ]
            for event in events:
                hearing(event)
                await settled(here)
                clock.advance(1)
            assert [letter.notices[0].sentence for letter in kept.letters] == [
                "default/bot is paused: 5 ticks failed in a row",
                "default/bot is running again",
                "default/bot was quarantined: it called ptrace",
                "default/slow is late: by 7.5 s; late ticks in a row: 1",
                "the service is out of disk: 1 MB is free; make room",
                "the service has room on its disk again",
            ]

    play(scenario)


def test_a_worker_that_was_paused_before_a_restart_recovers_after_it(tmp_path):
    path, clock = tmp_path / "service.db", HandClock()

    async def scenario():
        async with desk(path, rule(), clock=clock) as (here, _, _):
            Hearing(here)(moved("running", "paused"))
            await settled(here)
        clock.advance(1)
        async with desk(path, rule(), clock=clock) as (here, kept, _):
            hearing = Hearing(here)
            for event in (moved("paused", "new"), moved("new", "running")):
                hearing(event)
            await settled(here)
            assert kept.told == [("recovered", "bot")]

    play(scenario)


def test_a_worker_that_flaps_and_is_then_stopped_is_not_told_again():
    async def scenario():
        clock = HandClock()
        async with desk(MEMORY, rule(), clock=clock) as (here, kept, _):
            hearing = Hearing(here)
            states = ["running", "paused", "new", "running", "paused", "stopped"]
            for before, state in itertools.pairwise(states):
                hearing(moved(before, state))
                await settled(here)
                clock.advance(1)
            clock.advance(ALERT_REPEAT_S)
            await settled(here)
            assert kept.told == [("paused", "bot"), ("recovered", "bot")]
            hearing.purged(REF)
            hearing(moved("new", "running"))
            await settled(here)
            assert len(kept.told) == 2

    play(scenario)


def test_what_is_heard_last_is_told_before_the_end():
    async def scenario():
        async with desk(MEMORY, rule()) as (here, kept, _):
            here.hear(happening())
            await here.close()
            assert kept.told == [("paused", "bot")]

    play(scenario)
