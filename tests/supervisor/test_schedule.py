from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import OperatorFault
from cellblock.intake.calendar import check_interval
from cellblock.supervisor.schedule import Grid, Now, Slot

STARTS = st.floats(0, 1e7)
INTERVALS = st.floats(1, 3_600)
DURATIONS = st.lists(st.floats(0, 20_000), min_size=1, max_size=30)


def _now(monotonic_s: float, wall_s: float = 0.0) -> Now:
    return Now(monotonic_s, wall_s)


def run(
    start_s: float, interval_s: float, durations: list[float]
) -> list[tuple[Slot, float, float]]:
    """Tick on a grid with ticks of these durations; gives each slot, when it was due and begun."""
    grid, now, ticks = Grid(start_s, interval_s), start_s, []
    for duration in durations:
        slot = grid.next(_now(now))
        due = now + slot.left_s
        now = max(now, due)
        grid.take(slot)
        ticks.append((slot, due, now))
        now += duration
    return ticks


@given(STARTS, INTERVALS, DURATIONS)
def test_ticks_never_overlap_and_never_begin_before_their_slot(start, interval, durations):
    ended = start
    for (_, due, began), duration in zip(run(start, interval, durations), durations, strict=True):
        assert began >= due
        assert began >= ended
        ended = began + duration


@given(STARTS, INTERVALS, DURATIONS)
def test_slots_lie_on_the_grid_however_long_ticks_take(start, interval, durations):
    for slot, due, _ in run(start, interval, durations):
        assert due == pytest.approx(start + slot.place * interval, abs=1e-6)


@given(STARTS, INTERVALS, DURATIONS)
def test_ticks_and_skipped_slots_together_are_the_whole_grid(start, interval, durations):
    place = -1
    for slot, _, _ in run(start, interval, durations):
        assert slot.skipped >= 0
        place += slot.skipped + 1
        assert slot.place == place


@given(STARTS, INTERVALS, DURATIONS)
def test_a_tick_that_is_late_is_late_by_less_than_an_interval(start, interval, durations):
    for _, due, began in run(start, interval, durations):
        assert began - due < interval + 1e-6


@given(STARTS, INTERVALS, st.floats(0, 1e6))
def test_after_any_delay_there_is_one_catch_up_and_then_the_future(start, interval, delay):
    grid, now = Grid(start, interval), start + delay
    first = grid.next(_now(now))
    grid.take(first)
    second = grid.next(_now(now))
    assert (second.place, second.skipped) == (first.place + 1, 0)
    # Both readings of the clock are floats, so "later" holds to within their last digit.
    assert second.left_s > -2 * math.ulp(now)


@given(STARTS, INTERVALS, st.floats(0, 1e6))
def test_asking_changes_nothing_until_a_slot_is_taken(start, interval, delay):
    grid = Grid(start, interval)
    assert grid.next(_now(start + delay)) == grid.next(_now(start + delay))


@pytest.mark.parametrize(
    ("now", "place", "left", "skipped"),
    [
        (100.0, 0, 0.0, 0),
        (99.0, 0, 1.0, 0),
        (109.5, 0, -9.5, 0),
        (110.0, 1, 0.0, 1),
        (135.0, 3, -5.0, 3),
    ],
)
def test_the_newest_slot_that_is_due_comes_first(now, place, left, skipped):
    assert Grid(100.0, 10.0).next(_now(now)) == Slot(place, left, skipped, left)


@given(st.floats(0, 2e9), INTERVALS, st.floats(0, 2e9), st.floats(0, 1e7))
def test_a_grid_that_is_laid_again_keeps_its_phase_and_begins_in_the_future(
    anchor, interval, wall, monotonic
):
    slot = Grid.anchored(anchor, interval, Now(monotonic, wall)).next(Now(monotonic, wall))
    assert -1e-5 < slot.left_s <= interval + 1e-5
    assert slot.skipped == 0
    from_anchor = (wall + slot.left_s - anchor) / interval
    assert from_anchor == pytest.approx(round(from_anchor), abs=1e-4)


@given(st.lists(st.floats(-1e9, 1e9), max_size=5), INTERVALS)
def test_steps_of_the_wall_clock_move_no_slot_of_a_grid(steps, interval):
    grid = Grid.anchored(1_000.0, interval, Now(50.0, 2_000.0))
    due = 50.0 + grid.next(Now(50.0, 2_000.0)).left_s
    wall = 2_000.0
    for count, step in enumerate(steps):
        wall += step
        now = due + count * interval
        slot = grid.next(Now(now + 1e-6, wall))
        assert slot.left_s <= 0
        assert slot.skipped == 0
        grid.take(slot)


def test_slots_that_are_left_are_neither_given_nor_counted():
    grid = Grid(100.0, 10.0)
    grid.leave(_now(135.0))
    assert grid.next(_now(135.0)) == Slot(4, 5.0, 0, 5.0)


@pytest.mark.parametrize("interval", [1, 1.5, 10, 3_600])
def test_an_interval_from_a_second_to_an_hour_is_taken(interval):
    assert check_interval(interval) == interval


@pytest.mark.parametrize("interval", [0.999, 0, -1, 3_600.1, math.inf, -math.inf, math.nan])
def test_any_other_interval_is_refused(interval):
    for refuse in (check_interval, lambda it: Grid(0.0, it)):
        with pytest.raises(OperatorFault) as caught:
            refuse(interval)
        assert caught.value.slug == "bad-interval"
        assert str(caught.value) == (
            f"an interval of {interval:g} s is outside what a worker can have; choose 1 s to 1 h"
        )
