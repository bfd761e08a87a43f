from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.meter import Bucket, Count

GAPS = st.lists(st.integers(0, 40).map(lambda eighths: eighths / 8), max_size=60)


def test_a_bucket_starts_full_and_then_lends_at_its_rate():
    bucket = Bucket(per_second=4, capacity=3)
    assert [bucket.take(0.0) for _ in range(6)] == [0, 0, 0, 0.25, 0.5, 0.75]


def test_a_debt_is_paid_by_time():
    bucket = Bucket(per_second=4, capacity=1)
    assert [bucket.take(0.0), bucket.take(0.0), bucket.take(0.0)] == [0, 0.25, 0.5]
    assert bucket.take(0.5) == 0.25
    assert bucket.take(1.0) == 0


def test_a_bucket_never_holds_more_than_its_capacity():
    bucket = Bucket(per_second=1_000, capacity=2)
    assert [bucket.try_take(9_999.0) for _ in range(3)] == [True, True, False]


def test_time_that_goes_back_gives_nothing():
    bucket = Bucket(per_second=1, capacity=1)
    assert [bucket.try_take(at) for at in (5.0, 0.0, 5.0, 6.0)] == [True, False, False, True]


def test_a_refused_taker_owes_nothing():
    bucket = Bucket(per_second=1, capacity=1)
    assert [bucket.try_take(0.0) for _ in range(4)] == [True, False, False, False]
    assert bucket.try_take(1.0)


def test_when_a_token_is_due_is_told_without_taking_it():
    bucket = Bucket(per_second=2, capacity=1)
    assert [bucket.due_s(0.0), bucket.due_s(0.0)] == [0.0, 0.0]
    bucket.take(0.0)
    assert [bucket.due_s(0.0), bucket.due_s(0.25), bucket.due_s(0.5)] == [0.5, 0.25, 0.0]
    assert bucket.take(0.5) == 0.0


@given(GAPS, st.integers(1, 5), st.integers(1, 5))
def test_no_more_is_taken_than_the_start_and_the_rate_allow(gaps, per_second, capacity):
    bucket, now, taken = Bucket(per_second, capacity), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.try_take(now)
        assert taken <= capacity + now * per_second


@given(GAPS, st.integers(1, 5), st.integers(1, 5))
def test_who_waits_as_told_keeps_to_the_rate(gaps, per_second, capacity):
    bucket, now = Bucket(per_second, capacity), 0.0
    for taken, gap in enumerate(gaps, 1):
        now += gap
        now += bucket.take(now)
        assert taken <= capacity + now * per_second + 1e-6


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_a_count_allows_exactly_its_limit(limit):
    count = Count(limit)
    assert [count.spend() for _ in range(limit + 2)] == [True] * limit + [False] * 2
