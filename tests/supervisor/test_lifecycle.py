from __future__ import annotations

from pathlib import Path

import pytest

from cellblock.errors import Bug
from cellblock.supervisor.lifecycle import TRANSITIONS, Event, State, step
from supervisor.lifecycle_page import page

TABLE = """
    event             new          running      held         lost         paused       quarantined  stopped
    started           running      -            -            running      -            -            -
    not-started       lost         -            -            lost         -            -            -
    process-lost      -            lost         lost         -            -            -            -
    too-many-errors   paused       paused       -            paused       -            -            -
    breach            quarantined  quarantined  quarantined  quarantined  -            -            -
    refused           stopped      -            -            -            -            -            -
    hold              held         held         -            held         -            -            -
    resumed           -            -            running      -            -            -            -
    renewed           new          new          new          new          new          new          new
    shutdown          new          new          new          new          paused       quarantined  stopped
    stop              stopped      stopped      stopped      stopped      stopped      stopped      -
"""
STATES, *ROWS = (row.split() for row in TABLE.strip().splitlines())
CASES = [
    (State(state), Event(event), follower)
    for event, *followers in ROWS
    for state, follower in zip(STATES[1:], followers, strict=True)
]


def test_the_table_names_every_state_and_event():
    assert {(state, event) for state, event, _ in CASES} == {(s, e) for s in State for e in Event}


@pytest.mark.parametrize(("state", "event", "follower"), CASES)
def test_every_state_and_event_is_as_in_the_table_or_our_bug(state, event, follower):
    if follower != "-":
        assert step(state, event) is State(follower)
        return
    with pytest.raises(Bug) as caught:
        step(state, event)
    assert caught.value.slug == "bad-transition"
    assert str(caught.value) == f"a worker that is {state} cannot see {event}"


@pytest.mark.parametrize("state", sorted(set(State) - {State.STOPPED}))
def test_every_worker_can_be_stopped(state):
    assert step(state, Event.STOP) is State.STOPPED


@pytest.mark.parametrize("state", State)
def test_every_worker_can_be_begun_anew(state):
    assert step(state, Event.RENEWED) is State.NEW


@pytest.mark.parametrize("state", State)
def test_a_host_that_ends_lets_nobody_out_of_what_only_an_operator_ends(state):
    kept = {State.PAUSED, State.QUARANTINED, State.STOPPED}
    assert step(state, Event.SHUTDOWN) is (state if state in kept else State.NEW)


def test_every_state_can_be_reached_and_left():
    reached = {State.NEW}
    for _ in State:
        reached |= {after for state in reached for after in TRANSITIONS[state].values()}
    assert reached == set(State)
    assert all(set(followers.values()) - {state} for state, followers in TRANSITIONS.items())


def test_the_page_is_the_one_that_the_table_makes():
    there = (Path(__file__).parents[2] / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert there == page(), "run: python tests/supervisor/lifecycle_page.py > docs/lifecycle.md"
