from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import OperatorFault
from cellblock.supervisor.schedule import Grid, Slot, check_interval

STARTS = st.floats(0, 1e7)
INTERVALS = st.floats(1, 3_600)
DURATIONS = st.lists(st.floats(0, 20_000), min_size=1, max_size=30)


def run(start_s: float, interval_s: float, durations: list[float]) -> list[tuple[Slot, float]]:
    """Tick on a grid with ticks of these durations; gives each slot and when it began."""
    grid, now, ticks = Grid(start_s, interval_s), start_s, []
    for duration in durations:
        slot = grid.next(now)
        now = max(now, slot.planned_s)
        grid.take(slot)
        ticks.append((slot, now))
        now += duration
    return ticks


@given(STARTS, INTERVALS, DURATIONS)
def test_ticks_never_overlap_and_never_begin_before_their_slot(start, interval, durations):
    ended = start
    for (slot, began), duration in zip(run(start, interval, durations), durations, strict=True):
        assert began >= slot.planned_s
        assert began >= ended
        ended = began + duration


@given(STARTS, INTERVALS, DURATIONS)
def test_slots_lie_on_the_grid_however_long_ticks_take(start, interval, durations):
    for slot, _ in run(start, interval, durations):
        assert slot.planned_s == start + slot.n * interval


@given(STARTS, INTERVALS, DURATIONS)
def test_ticks_and_skipped_slots_together_are_the_whole_grid(start, interval, durations):
    n = -1
    for slot, _ in run(start, interval, durations):
        assert slot.skipped >= 0
        n += slot.skipped + 1
        assert slot.n == n


@given(STARTS, INTERVALS, DURATIONS)
def test_a_tick_that_is_late_is_late_by_less_than_an_interval(start, interval, durations):
    for slot, began in run(start, interval, durations):
        assert began - slot.planned_s < interval + 1e-6


@given(STARTS, INTERVALS, st.floats(0, 1e6))
def test_after_any_delay_there_is_one_catch_up_and_then_the_future(start, interval, delay):
    grid, now = Grid(start, interval), start + delay
    first = grid.next(now)
    grid.take(first)
    second = grid.next(now)
    assert (second.n, second.skipped) == (first.n + 1, 0)
    # Both readings of the clock are floats, so "later" holds to within their last digit.
    assert second.planned_s > now - 2 * math.ulp(now)


@given(STARTS, INTERVALS, st.floats(0, 1e6))
def test_asking_changes_nothing_until_a_slot_is_taken(start, interval, delay):
    grid = Grid(start, interval)
    assert grid.next(start + delay) == grid.next(start + delay)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (100.0, Slot(0, 100.0, 0)),
        (99.0, Slot(0, 100.0, 0)),
        (109.9, Slot(0, 100.0, 0)),
        (110.0, Slot(1, 110.0, 1)),
        (135.0, Slot(3, 130.0, 3)),
    ],
)
def test_the_newest_slot_that_is_due_comes_first(now, slot):
    assert Grid(100.0, 10.0).next(now) == slot


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
