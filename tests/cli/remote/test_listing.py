"""Tables of workers: they fit the terminal, and nothing in them steers it."""

from __future__ import annotations

import io

import pytest

from cellblock.cli.remote import listing, views
from cellblock.cli.screen import PipedConsole

NOW = 1_764_000_000.0


def worker(name="momentum", **more):
    values = {
        "workspace": "default",
        "name": name,
        "desired": "running",
        "state": "running",
        "version": views.WantedVersion(number=12),
        "running_version": 12,
        "settings": {"interval_s": 5.0},
        "next_at": NOW + 3,
        "last_run": views.RunView(n=7, outcome="done", started_at=NOW - 2, late_ms=3.2),
    }
    return views.WorkerView(**values | more)


def drawn(found, width, *, everywhere=False):
    out = io.StringIO()
    console = PipedConsole(highlight=False, width=width, file=out)
    console.print(listing.table_of(found, NOW, everywhere=everywhere, width=width))
    return out.getvalue().splitlines()


def test_a_worker_is_one_line():
    head, line = drawn([worker()], 80)
    assert head.split() == ["NAME", "STATE", "VER", "EVERY", "LAST", "LATE", "ERR", "NEXT"]
    assert line.split() == ["momentum", "running", "12", "5s", "done", "2s", "ago", "3.2ms", "0", "in", "3s"]  # fmt: skip


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("everywhere", [False, True])
def test_the_longest_names_and_schedules_fit_a_terminal_on_one_line(width, everywhere):
    slow = views.RunView(n=7, outcome="security", started_at=NOW - 5_400, late_ms=123_456)
    found = [
        worker("n" * 63, workspace="w" * 63, last_run=slow, errors=1_234),
        worker(settings={"cron": "*/5 9-17 * * 1-5", "timezone": "Europe/Berlin"}, state="lost"),
        worker("a", state="new", last_run=None, next_at=None, running_version=11),
    ]
    lines = drawn(found, width, everywhere=everywhere)
    assert len(lines) == 4
    assert max(map(len, lines)) <= width
    for line, state in zip(lines[1:], ("running", "lost", "new"), strict=True):
        assert state in line
    assert "security 90m ago" in lines[1]
    if width == 140 and not everywhere:
        assert "n" * 50 in lines[1]


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"desired": "paused"}, "held"),
        ({"state": "paused"}, "paused"),
        ({"desired": "stopped", "state": "new"}, "stopped"),
        ({"desired": "stopped", "state": "running"}, "running"),
        ({"desired": "deleted", "state": "stopped"}, "deleted"),
        ({"quarantined": True, "state": "paused"}, "quarantined"),
    ],
)
def test_the_state_is_the_word_that_tells_most(more, shown):
    assert worker(**more).shown_state == shown


def test_no_text_of_a_worker_steers_the_terminal():
    evil = "\x1b]0;x\x07\u202e\x9b2J\n\r"
    run = views.RunView(n=1, outcome=evil, started_at=NOW, late_ms=0)
    found = [worker(evil, last_run=run, state=evil, settings={"cron": evil, "timezone": evil})]
    for line in drawn(found, 140):
        assert line.isprintable()
    [reason] = listing.reasons([worker(evil, state="paused", reason=evil)])
    assert "\n" not in reason


def test_only_what_should_run_and_does_not_is_explained():
    asked = worker("a", desired="stopped", state="stopped", reason="asked to stop")
    works = worker("b", reason="")
    assert listing.reasons([asked, works]) == []


def test_reasons_are_told_of_some_and_counted_of_the_rest():
    found = [worker(f"w{n}", state="paused", reason="5 ticks failed") for n in range(13)]
    told = listing.reasons(found)
    assert told[0] == "w0 is paused: 5 ticks failed"
    assert told[-1] == "… and 3 more"
    assert len(told) == 11


def test_a_worker_that_does_not_go_on_by_itself_is_told_what_to_do():
    given_up = worker("a", state="paused", reason="5 ticks failed")
    hostile = worker("b", workspace="team", state="quarantined", quarantined=True)
    well = [worker("c"), worker("d", desired="paused", state="held"), worker("e", state="lost")]
    assert listing.hints([given_up, hostile, *well]) == [
        "a: look at `cellblock logs a`, then `cellblock deploy` it mended, or `cellblock start a`",
        (
            "b: look at `cellblock logs b -w team`; if you trust it, "
            "`cellblock release b -w team`, then `cellblock start b -w team`"
        ),
    ]
    assert listing.hints([given_up] * 5)[3:] == ["… and 2 more"]
