from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.telegram.pacing import Pace, Window
from cellblock.limits import (
    TELEGRAM_CHAT_BURST,
    TELEGRAM_GROUP_PER_MINUTE,
    TELEGRAM_PER_SECOND,
)

NEVER = 1e9
ANN, GROUP = 7, -1001
CHATS = st.sampled_from([ANN, 8, GROUP, -5, "@news"])


def most_in_any(times, seconds):
    """How many lie within one window, its end not counted."""
    return max(sum(start <= time < start + seconds for time in times) for start in times)


def send(pace, chat, now_s, latest_s=NEVER):
    """Wait as a sender would; gives when the message went."""
    at_s = pace.reserve(chat, now_s, latest_s)
    assert at_s is not None
    return pace.depart(max(at_s, pace.held_until_s(chat)))


@given(st.lists(st.integers(0, 16).map(lambda eighths: eighths / 8), max_size=60))
def test_a_window_holds_no_more_than_its_count(gaps):
    window, now_s, times = Window(3, 2.0), 0.0, []
    for gap in gaps:
        now_s = max(now_s + gap, window.earliest_s())
        window.take(now_s)
        times.append(now_s)
        assert most_in_any(times, 2.0) <= 3


@given(st.lists(st.tuples(CHATS, st.integers(0, 8).map(lambda eighths: eighths / 8)), max_size=150))
def test_a_bot_keeps_every_pace_whatever_its_workers_send(sends):
    pace, now_s = Pace(), 0.0
    gone = {}
    for chat, gap in sends:
        now_s += gap
        gone.setdefault(chat, []).append(pace.reserve(chat, now_s, NEVER))
    for chat, times in gone.items():
        assert times == sorted(times)
        assert most_in_any(times, float(TELEGRAM_CHAT_BURST)) <= TELEGRAM_CHAT_BURST
        if chat not in {ANN, 8}:
            assert most_in_any(times, 60.0) <= TELEGRAM_GROUP_PER_MINUTE
    departed = [pace.depart(at_s) for at_s in sorted(t for times in gone.values() for t in times)]
    assert not departed or most_in_any(departed, 1.0) <= TELEGRAM_PER_SECOND


def test_a_departure_that_would_be_too_late_takes_no_place():
    pace = Pace()
    assert [pace.depart(0.0, 0.5) for _ in range(TELEGRAM_PER_SECOND)] == [
        0.0
    ] * TELEGRAM_PER_SECOND
    assert [pace.depart(0.0, 0.5) for _ in range(100)] == [None] * 100
    assert pace.depart(0.0, 1.0) == 1.0


def test_a_person_gets_three_at_once_and_then_one_a_second():
    pace = Pace()
    assert [send(pace, ANN, 0.0) for _ in range(7)] == [0, 0, 0, 3, 3, 3, 6]


@pytest.mark.parametrize("chat", [GROUP, "@news"])
def test_a_group_gets_twenty_a_minute(chat):
    pace = Pace()
    times = [send(pace, chat, 0.0) for _ in range(TELEGRAM_GROUP_PER_MINUTE + 1)]
    assert times[-2] < 20
    assert times[-1] == 60


def test_the_thirty_first_message_of_a_second_waits_for_the_next():
    pace = Pace()
    times = [send(pace, chat, 0.0) for chat in range(1, TELEGRAM_PER_SECOND + 2)]
    assert times == [0.0] * TELEGRAM_PER_SECOND + [1.0]


def test_a_place_that_is_too_late_is_not_taken():
    pace = Pace()
    for _ in range(TELEGRAM_CHAT_BURST):
        send(pace, ANN, 0.0)
    assert [pace.reserve(ANN, 0.0, 2.9) for _ in range(50)] == [None] * 50
    assert pace.reserve(ANN, 0.0, 3.0) == 3.0


@given(st.lists(CHATS, max_size=30), CHATS, st.integers(1, 10))
def test_when_the_last_of_several_goes_is_known_before(before, chat, count):
    pace = Pace()
    for each in before:
        pace.reserve(each, 0.0, NEVER)
    known = pace.last_s(chat, count, 1.0)
    assert pace.last_s(chat, count, 1.0) == known  # asking takes no place
    assert [pace.reserve(chat, 1.0, NEVER) for _ in range(count)][-1] == known


def test_a_halt_holds_one_chat_and_leaves_the_others():
    pace = Pace()
    pace.halt(ANN, 10.0, 35.0)
    assert pace.held_until_s(ANN) == 45.0
    assert pace.reserve(ANN, 10.0, 40.0) is None
    assert send(pace, ANN, 10.0) == 45.0
    assert send(pace, 8, 10.0) == 45.0  # in the order in which they go
    fresh = Pace()
    fresh.halt(ANN, 10.0, 35.0)
    assert send(fresh, 8, 10.0) == 10.0


def test_a_second_chat_that_is_halted_halts_them_all():
    pace = Pace()
    pace.halt(ANN, 0.0, 30.0)
    pace.halt(ANN, 1.0, 5.0)
    assert pace.held_until_s(8) == 0.0
    pace.halt(GROUP, 2.0, 10.0)
    assert pace.held_until_s(8) == 12.0
    assert pace.held_until_s(ANN) == 30.0
    pace = Pace()
    pace.halt(ANN, 0.0, 1.0)
    pace.halt(GROUP, 2.0, 10.0)  # the first is over
    assert pace.held_until_s(8) == 0.0


@pytest.mark.parametrize(("said", "held"), [(-5.0, 0.0), (1e18, 86_400.0)])
def test_a_halt_that_cannot_be_meant_is_bounded(said, held):
    pace = Pace()
    pace.halt(ANN, 0.0, said)
    assert pace.held_until_s(ANN) == held


def test_quiet_chats_are_forgotten_and_held_ones_are_not():
    pace = Pace()
    pace.halt(ANN, 0.0, 10_000.0)
    for chat in range(100, 5_000):
        send(pace, chat, float(chat))
    assert len(pace._lines) <= 1_001
    assert pace.held_until_s(ANN) == 10_000.0
