"""What workers did last, kept small."""

from __future__ import annotations

import sys

from cellblock.journal.pulse import Pulse, Trace, short
from cellblock.limits import LIVE_TEXT_CHARACTERS, LIVE_TICKS
from cellblock.store.records import Beat
from service_samples import BOT, OTHER, SURROGATE, run, standing


def beat(n, **values):
    made = {"n": n, "started_at": 1.0, "late_ms": 0.5, "duration_ms": float(n), "outcome": "done"}
    return Beat(**made | values)


def test_the_last_ticks_are_kept_with_how_long_they_took_and_how_they_ended():
    pulse = Pulse()
    assert pulse.trace(BOT).recent() == []
    for n in range(LIVE_TICKS + 3):
        pulse.run(run(n, duration_ms=n + 0.125, outcome="error" if n % 2 else "done"))
        kept = pulse.trace(BOT).recent()
        first = max(0, n + 1 - LIVE_TICKS)
        assert kept == [(k + 0.125, "error" if k % 2 else "done") for k in range(first, n + 1)]
    assert pulse.trace(BOT).last.n == LIVE_TICKS + 2
    assert pulse.trace(OTHER).recent() == []


def test_every_outcome_and_a_long_tick_are_kept_as_they_are():
    outcomes = ("done", "error", "timeout", "memory", "crash", "security")
    trace = Trace()
    for n, outcome in enumerate(outcomes):
        trace.heard(run(n, outcome=outcome, duration_ms=3.6e9), 1)
    assert trace.recent() == [(3.6e9, outcome) for outcome in outcomes]


def test_of_a_failed_tick_the_error_is_cut_and_no_traceback_is_kept():
    pulse = Pulse()
    pulse.run(run(1, outcome="error", error="E: " + "x" * 4000, traceback="t" * 9000))
    last = pulse.trace(BOT).last
    assert len(last.error) == LIVE_TEXT_CHARACTERS
    assert last.error.endswith("…")
    assert not hasattr(last, "traceback")
    assert (last.n, last.outcome) == (1, "error")


def test_a_text_that_no_answer_can_hold_is_made_one():
    assert short(SURROGATE) == "a?"
    assert short("plain") == "plain"


def test_ticks_of_before_come_before_those_that_were_heard_and_none_twice():
    trace = Trace()
    assert trace.lacks
    trace.heard(run(8, duration_ms=8.0), 1)
    trace.heard(run(9, duration_ms=9.0), 1)
    trace.recall([beat(n) for n in range(5, 10)], 2)  # the store has the heard ones by now
    assert [one for one, _ in trace.recent()] == [5.0, 6.0, 7.0, 8.0, 9.0]
    assert not trace.lacks
    assert trace.changed == 2
    assert trace.last.n == 9
    for n in range(10, 10 + LIVE_TICKS):
        trace.heard(run(n, duration_ms=float(n)), 3)
    assert [one for one, _ in trace.recent()] == [float(n) for n in range(10, 10 + LIVE_TICKS)]


def test_ticks_of_before_alone_and_too_many_of_them():
    trace = Trace()
    trace.recall([beat(n, error="e" * 400) for n in range(60)], 2)
    assert [one for one, _ in trace.recent()] == [float(n) for n in range(20, 60)]
    assert trace.last.n == 59
    assert len(trace.last.error) == LIVE_TEXT_CHARACTERS
    trace.heard(run(60, duration_ms=60.0), 3)
    assert [one for one, _ in trace.recent()] == [float(n) for n in range(21, 61)]
    full = Trace()
    for n in range(LIVE_TICKS):
        full.heard(run(n), 1)
    assert not full.lacks


def test_turns_tell_what_is_new():
    pulse = Pulse()
    pulse.run(run(1))
    first = pulse.turn(0)
    assert pulse.trace(BOT).ticked == first
    pulse.run(run(2))
    second = pulse.turn(500)
    assert first < pulse.trace(BOT).ticked <= second
    assert second < pulse.turn(400)
    assert pulse.now > 500


def test_standings_are_kept_short_and_a_repeated_one_changes_nothing():
    pulse = Pulse()
    told = standing(reason="r" * 4000, enforcement={"a": 1}, pid=5)
    pulse.stood([told])
    trace = pulse.trace(BOT)
    assert (trace.standing.enforcement, len(trace.standing.reason)) == (None, LIVE_TEXT_CHARACTERS)
    assert trace.standing.pid == 5
    changed = trace.changed
    pulse.turn(0)
    pulse.stood([told])
    assert trace.changed == changed
    pulse.stood([standing(state="held")])
    assert trace.changed > changed


def test_what_waits_to_be_kept_is_known_too():
    pulse = Pulse(lambda: {BOT: standing(errors=3)})
    number = pulse.turn(0)
    assert pulse.trace(BOT).standing.errors == 3
    assert pulse.trace(BOT).changed <= number


def test_a_purged_worker_leaves_nothing():
    pulse = Pulse()
    pulse.run(run(1))
    pulse.stood([standing()])
    pulse.purged(BOT)
    pulse.purged(BOT)
    assert len(pulse) == 0
    assert pulse.trace(BOT).last is None


def test_what_is_kept_of_a_worker_is_small():
    trace = Trace()
    for n in range(100):
        trace.heard(run(n), 1)
    assert sys.getsizeof(trace) + sys.getsizeof(trace._ring) < 600
