from __future__ import annotations

import dataclasses

import pytest

from cellblock.outcome import Failure, LogLine, Outcome, OutcomeKind


def test_the_ways_to_end_are_a_closed_set():
    kinds = ["done", "error", "timeout", "memory", "crash", "security"]
    assert [kind.value for kind in OutcomeKind] == kinds


@pytest.mark.parametrize("kind", OutcomeKind)
def test_only_done_is_ok(kind):
    assert Outcome(kind, 1.0).ok == (kind is OutcomeKind.DONE)


@pytest.mark.parametrize(
    ("message", "text"), [("no such key", "KeyError: no such key"), ("", "KeyError")]
)
def test_a_failure_reads_as_a_sentence(message, text):
    assert str(Failure(OutcomeKind.ERROR, "KeyError", message)) == text


@pytest.mark.parametrize(
    ("messages", "output"), [([], ""), (["a"], "a"), (["a", "", "b\nc"], "a\n\nb\nc")]
)
def test_the_output_is_the_messages_one_a_line(messages, output):
    lines = tuple(LogLine("info", message, 1.0) for message in messages)
    assert Outcome(OutcomeKind.DONE, 1.0, lines).output == output


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (Outcome(OutcomeKind.DONE, 1.0), "kind"),
        (Failure(OutcomeKind.ERROR, "E", ""), "message"),
        (LogLine("info", "a", 1.0), "message"),
    ],
)
def test_what_happened_cannot_be_changed(value, field):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, "other")
