from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.cli.jsonl import JsonScreen
from cellblock.cli.screen import LiveScreen, printable
from cellblock.journal import event as journal

HOSTILE = "\x1b[2J\x1b]0;owned\x07 a\rb\x08 \x00 \x9b31m \u202e \u2028 [bold]x[/bold] :smile:"
TICK = journal.Tick(
    n=3, outcome="done", duration_ms=12.5, late_ms=0.25, skipped=0, error=None, traceback=""
)
FAILED = journal.Tick(
    n=4,
    outcome="error",
    duration_ms=1_234.56,
    late_ms=99.6,
    skipped=2,
    error="ValueError: no",
    traceback="",
)
EVENTS = {
    "worker": journal.Worker("started", "bot", 42, ""),
    "log": journal.Log("info", "héllo", 1_700_000_000.5),
    "tick": TICK,
    "exit": journal.Exit(0, 3),
}
KEYS = {
    "worker": "event state name pid reason",
    "log": "event level message at",
    "tick": "event n outcome duration_ms late_ms skipped error traceback",
    "exit": "event code ticks",
}


def shown(capsys, *events: journal.Event) -> str:
    screen = LiveScreen()
    for event in events:
        screen.show(event)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain text, émoji 🙂", "plain text, émoji 🙂"),
        ("two\nlines", "two\nlines"),
        ("a\tb", "a    b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\x07\x00", "a\\rb\\x07\\x00"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil", "\\u202eevil"),
        ("\u2028\x85", "\\u2028\\x85"),
        ("\U000e0001", "\\U000e0001"),
        ("\ud800", "\\ud800"),
        ("", ""),
    ],
)
def test_control_characters_are_shown(text, seen):
    assert printable(text) == seen


@given(st.text(st.characters(codec=None)))
def test_whatever_the_text_no_control_character_is_left(text):
    assert all(item.isprintable() or item == "\n" for item in printable(text))


@pytest.mark.parametrize(
    "event",
    [
        journal.Log("info", HOSTILE, 1.0),
        journal.Worker("paused", "bot", None, HOSTILE),
        journal.Tick(0, "error", 1.0, 0.0, 0, HOSTILE, ""),
        journal.Tick(0, "error", 1.0, 0.0, 0, "E", HOSTILE),
    ],
)
def test_hostile_text_is_not_obeyed_wherever_it_stands(capsys, event):
    text = shown(capsys, event)
    assert all(item.isprintable() or item == "\n" for item in text)
    assert printable(HOSTILE) in text


def test_a_note_is_not_obeyed_on_either_screen(capsys):
    LiveScreen().note(HOSTILE)
    JsonScreen().note(HOSTILE, style="red")
    out, err = capsys.readouterr()
    assert out == err == printable(HOSTILE) + "\n"


def test_a_further_line_of_a_message_cannot_pass_for_a_line_of_the_log(capsys):
    lines = shown(capsys, journal.Log("info", "first\n12:00:00 worker bot paused", 1.0)).split("\n")
    assert lines[0][8:] == " info   first"
    assert lines[1:] == [" " * 16 + "12:00:00 worker bot paused", ""]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (journal.Log("warn", "careful", 1.0), "warn   careful"),
        (TICK, "tick   tick 3 done in 12.5 ms"),
        (
            FAILED,
            "tick   tick 4 error in 1,234.6 ms, 100 ms late, 2 skipped: ValueError: no",
        ),
        (journal.Worker("started", "bot", 42, ""), "worker bot started in process 42"),
        (journal.Worker("paused", "bot", None, "why"), "worker bot paused: why"),
    ],
)
def test_an_event_is_one_line_with_its_time(capsys, event, line):
    text = shown(capsys, event)
    assert text[2] == text[5] == ":"
    assert text[8:] == f" {line}\n"


def test_a_traceback_stands_in_the_place_of_the_error(capsys):
    text = shown(capsys, journal.Tick(0, "error", 1.0, 0.0, 0, "E: no", "Traceback\n  E: no\n"))
    assert text.count("E: no") == 1
    assert text.endswith(f"Traceback\n{'':16}  E: no\n")


@pytest.mark.parametrize(("ticks", "plural"), [(0, "s"), (1, ""), (2, "s")])
def test_the_end_is_told_in_a_sentence(capsys, ticks, plural):
    assert shown(capsys, journal.Exit(1, ticks)) == f"{ticks} tick{plural} run, exit code 1\n"


def test_a_line_is_as_long_as_its_message(capsys):
    assert shown(capsys, journal.Log("info", "x" * 4_000, 1.0)).count("\n") == 1


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf, 1e18, -1e18, 1e300])
def test_a_hostile_time_ends_nothing(capsys, at):
    assert shown(capsys, journal.Log("info", "hello", at)).endswith(" info   hello\n")


@pytest.mark.parametrize("name", EVENTS)
def test_a_json_line_has_the_documented_keys_and_its_values_come_back(capsysbinary, name):
    JsonScreen().show(EVENTS[name])
    out, err = capsysbinary.readouterr()
    assert (err, out.count(b"\n"), out[-1:]) == (b"", 1, b"\n")
    found = json.loads(out)
    assert " ".join(found) == KEYS[name]
    assert found.pop("event") == name
    assert found == {key: getattr(EVENTS[name], key) for key in found}


def test_json_lines_escape_what_could_end_a_line_or_steer_a_terminal(capsysbinary):
    JsonScreen().show(journal.Log("info", HOSTILE + "\n", 1.0))
    out = capsysbinary.readouterr().out
    assert out.count(b"\n") == 1
    assert not set(out[:-1]) & {*range(32), 127}
    assert json.loads(out)["message"] == HOSTILE + "\n"
