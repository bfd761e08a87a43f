from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cellblock.limits import RESTART_DELAY_MAX_S
from cellblock.supervisor.tally import Tally


def test_the_first_loss_costs_no_time_and_each_further_one_more():
    tally = Tally()
    waits = []
    for _ in range(5):
        tally.lost(1_000.0)
        waits.append(tally.again_s - 1_000.0)
        tally.started_s = 1_000.0
    assert waits == [0, 1, 2, 4, 8]


def test_a_process_that_lived_for_long_begins_the_count_anew():
    tally = Tally()
    for now_s in (10.0, 11.0, 12.0):
        tally.started(now_s)
        tally.lost(now_s)
    assert tally.again_s == 14.0
    tally.started(20.0)
    tally.lost(90.0)
    assert tally.again_s == 90.0


def test_a_tick_that_is_done_begins_the_count_anew():
    tally = Tally(errors=3, losses=4)
    tally.ticked(ok=True)
    assert (tally.errors, tally.losses) == (0, 0)


def test_what_the_host_is_to_blame_for_is_no_error():
    tally = Tally()
    tally.ticked(ok=False, excused=True)
    tally.ticked(ok=False)
    assert tally.errors == 1


def test_a_start_by_which_the_host_is_hindered_no_more_ends_that_count():
    tally = Tally()
    tally.hindered(0.0)
    tally.hindered(0.0)
    assert (tally.hindrances, tally.again_s) == (2, 2.0)
    tally.started(5.0)
    assert (tally.hindrances, tally.starts) == (0, 1)


@given(st.lists(st.sampled_from(["lost", "not_started", "hindered"]), max_size=40))
def test_no_wait_is_longer_than_a_minute(what):
    tally = Tally()
    for name in what:
        getattr(tally, name)(0.0)
        assert 0 <= tally.again_s <= RESTART_DELAY_MAX_S
