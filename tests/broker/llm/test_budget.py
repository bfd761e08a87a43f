from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.adapter import AdapterError
from cellblock.broker.llm.budget import Budget
from cellblock.broker.llm.settings import LlmSettings
from cellblock.clock import HandClock

NOON = 1_700_049_600.0  # 15 November 2023, 12:00 UTC
HOUR = 3_600.0


def budget(clock: HandClock | None = None, **values: Any) -> Budget:
    values = {"tokens_per_day": None, "requests_per_minute": None} | values
    return Budget(LlmSettings(model="m", **values), clock or HandClock(NOON))


def refused(caps: Budget, input_tokens: int, output_tokens: int) -> str:
    with pytest.raises(AdapterError) as caught:
        caps.hold(input_tokens, output_tokens)
    assert caught.value.code == "policy"
    assert str(caught.value).startswith("policy: ")
    return str(caught.value)


def test_calls_are_counted_at_their_worst_until_it_is_known_what_they_took():
    caps = budget(tokens_per_day=100)
    first = caps.hold(20, 30)
    second = caps.hold(20, 30)
    assert refused(caps, 1, 0) == (
        "policy: 0 of 100 tokens a day are left, and the call may take 1; ask for fewer "
        "max_tokens, or after 00:00 UTC"
    )
    caps.settle(first, 5, 5)
    caps.hold(10, 30)
    refused(caps, 1, 0)
    caps.release(second)
    caps.hold(20, 30)
    refused(caps, 1, 0)


def test_what_was_never_settled_has_cost_its_worst():
    caps = budget(tokens_per_day=100)
    caps.hold(50, 50)
    refused(caps, 1, 0)


def test_a_server_that_takes_more_than_it_was_allowed_is_counted_as_it_says():
    caps = budget(tokens_per_day=100)
    caps.settle(caps.hold(10, 10), 10, 500)
    assert "policy: 0 of 100 tokens" in refused(caps, 1, 0)


def test_cost_is_capped_by_the_prices():
    caps = budget(cost_per_day=1.0, price_per_million_input=10.0, price_per_million_output=50.0)
    held = caps.hold(50_000, 10_000)  # 0.50 + 0.50
    assert refused(caps, 1, 0) == (
        "policy: 0.0000 of 1 a day is left, and the call may cost 0.0000; ask for fewer "
        "max_tokens, or after 00:00 UTC"
    )
    caps.settle(held, 10_000, 2_000)  # 0.10 + 0.10
    caps.hold(30_000, 10_000)  # 0.30 + 0.50
    assert "may cost 0.0500" in refused(caps, 0, 1_000)


def test_a_refused_call_is_not_counted():
    caps = budget(tokens_per_day=100, requests_per_minute=1)
    for _ in range(5):
        refused(caps, 101, 0)
    caps.hold(100, 0)


def test_a_day_ends_at_midnight_utc_and_a_clock_that_is_set_back_begins_none():
    clock = HandClock(NOON)
    caps = budget(clock, tokens_per_day=100)
    caps.hold(100, 0)
    clock.advance(12 * HOUR - 1)
    refused(caps, 1, 0)
    clock.advance(1)
    caps.hold(100, 0)
    clock._wall_s -= 24 * HOUR
    refused(caps, 1, 0)


def test_a_call_that_ends_on_the_next_day_takes_nothing_from_it():
    clock = HandClock(NOON + 12 * HOUR - 1)
    caps = budget(clock, tokens_per_day=100)
    late, lost = caps.hold(50, 0), caps.hold(50, 0)
    clock.advance(2)
    caps.hold(60, 0)
    caps.settle(late, 100, 100)
    caps.release(lost)
    caps.hold(40, 0)
    refused(caps, 1, 0)


def test_requests_are_held_to_their_rate():
    clock = HandClock(NOON)
    caps = budget(clock, requests_per_minute=3)
    for _ in range(3):
        caps.hold(1, 1)
    assert refused(caps, 1, 1) == (
        "policy: this connection is asked 3 times a minute at most; ask again in 20 s"
    )
    clock.advance(20)
    caps.hold(1, 1)
    refused(caps, 1, 1)


def test_without_caps_nothing_is_refused():
    caps = budget()
    for _ in range(100):
        caps.hold(10**6, 10**6)


CALLS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)),
    max_size=40,
)


@given(CALLS, st.integers(1, 200), st.integers(0, 3))
def test_no_more_than_the_cap_is_ever_used_by_servers_that_keep_to_the_worst(calls, cap, open_at):
    caps = budget(tokens_per_day=cap)
    used, waiting = 0, []
    for input_tokens, output_tokens, took_in, took_out in calls:
        try:
            held = caps.hold(input_tokens, output_tokens)
        except AdapterError:
            continue
        waiting.append((held, min(took_in, input_tokens), min(took_out, output_tokens)))
        while len(waiting) > open_at:
            done, *took = waiting.pop(0)
            caps.settle(done, *took)
            used += sum(took)
        assert used + sum(held.tokens for held, _, _ in waiting) <= cap
