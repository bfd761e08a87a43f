"""A cron line as a timetable: each slot at most once, whatever the wall clock does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock.clock import HandClock
from cellblock.intake.calendar import CronLine
from cellblock.limits import CRON_CATCH_UP
from cellblock.supervisor.schedule import Cron, Now

NOON = 1_767_268_800.0
MINUTE = 60.0


def _cron(line: str = "* * * * *", at: float = NOON) -> Cron:
    return Cron(CronLine(line, "UTC"), _at(at))


def _at(wall_s: float) -> Now:
    return Now(0.0, wall_s)


def _taken(cron: Cron, wall_s: float) -> float | None:
    """Take the slot that is due; give its instant."""
    slot = cron.next(_at(wall_s))
    if slot is None or slot.wait_s > 0:
        return None
    cron.take(slot)
    return slot.place


def test_the_first_slot_is_strictly_in_the_future():
    slot = _cron().next(_at(NOON))
    assert slot is not None
    assert (slot.place, slot.left_s, slot.skipped) == (NOON + MINUTE, MINUTE, 0)


def test_a_wait_is_looked_at_again_each_minute():
    slot = _cron("0 0 * * *").next(_at(NOON))
    assert slot is not None
    assert slot.wait_s == MINUTE
    assert slot.left_s == 12 * 3600


def test_of_slots_that_passed_the_newest_is_caught_up_and_the_others_counted():
    cron = _cron()
    slot = cron.next(_at(NOON + 5 * MINUTE + 7))
    assert slot is not None
    assert (slot.place, slot.wait_s, slot.skipped) == (NOON + 5 * MINUTE, -7.0, 4)
    cron.take(slot)
    after = cron.next(_at(NOON + 5 * MINUTE + 7))
    assert after is not None
    assert (after.place, after.skipped) == (NOON + 6 * MINUTE, 0)


def test_after_a_very_long_sleep_nothing_is_caught_up():
    cron = _cron()
    asked = NOON + (CRON_CATCH_UP + 10) * MINUTE + 1
    slot = cron.next(_at(asked))
    assert slot is not None
    assert (slot.place, slot.skipped) == (asked - 1 + MINUTE, 0)
    assert slot.wait_s > 0


def test_a_clock_that_is_put_back_runs_no_slot_again_and_does_not_stall():
    cron = _cron()
    assert _taken(cron, NOON + MINUTE) == NOON + MINUTE
    back = NOON - 3 * 3600
    # It was not lived through yet what lies before noon.
    assert _taken(cron, back) is None
    assert _taken(cron, back + MINUTE) == back + MINUTE
    # But what lies between noon and a minute later was.
    assert _taken(cron, NOON + MINUTE) == NOON
    assert _taken(cron, NOON + MINUTE) is None
    assert _taken(cron, NOON + 2 * MINUTE) == NOON + 2 * MINUTE


def test_a_clock_that_was_years_ahead_costs_no_slot():
    cron = _cron(at=NOON + 4 * 365 * 86_400)
    assert cron.next(_at(NOON + 4 * 365 * 86_400 + 1)) is not None
    assert _taken(cron, NOON) is None
    assert _taken(cron, NOON + MINUTE) == NOON + MINUTE


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["* * * * *", "*/7 * * * *", "0,30 * * * *", "15 3 * * *"]),
    st.lists(
        st.tuples(st.floats(0, 4_000), st.sampled_from([0, 0, -3600, 3600, -90, 40])), max_size=60
    ),
)
def test_no_slot_is_taken_twice_whatever_the_clock_does(line, walk):
    clock = HandClock(NOON)
    cron, step, taken = _cron(line), 0.0, []
    for seconds, jump in walk:
        clock.advance(seconds)
        step += jump
        instant = _taken(cron, clock.wall_s() + step)
        if instant is not None:
            taken.append(instant)
            assert instant <= clock.wall_s() + step
    assert len(taken) == len(set(taken))


def test_what_is_left_is_not_counted():
    cron = _cron()
    cron.leave(_at(NOON + 10 * MINUTE))
    slot = cron.next(_at(NOON + 10 * MINUTE))
    assert slot is not None
    assert (slot.place, slot.skipped) == (NOON + 11 * MINUTE, 0)
