"""The states of one worker and what moves it between them, as one literal table. Pure.

An event that the table does not have in a state is our bug.
"""

from __future__ import annotations

from enum import StrEnum

from cellblock.errors import Bug


class State(StrEnum):
    """Where a worker is."""

    NEW = "new"
    """Asked for, not running yet."""
    RUNNING = "running"
    """A process is there and takes ticks."""
    LOST = "lost"
    """The process died; another is started after a wait."""
    PAUSED = "paused"
    """Nothing runs until an operator says so; the reason is kept."""
    STOPPED = "stopped"
    """The end."""


class Event(StrEnum):
    """What can happen to it."""

    STARTED = "started"
    """The source was loaded and `setup` ran."""
    PROCESS_LOST = "process-lost"
    """Killed, crashed, or out of memory."""
    TOO_MANY_ERRORS = "too-many-errors"
    """`max_errors` ticks in a row failed."""
    BREACH = "breach"
    """The worker did what only hostile code does."""
    REFUSED = "refused"
    """The source cannot be loaded, so that no restart would help."""
    STOP = "stop"
    """Asked to end."""


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.NEW: {
        Event.STARTED: State.RUNNING,
        Event.PROCESS_LOST: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.PAUSED,
        Event.REFUSED: State.STOPPED,
        Event.STOP: State.STOPPED,
    },
    State.RUNNING: {
        Event.PROCESS_LOST: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.PAUSED,
        Event.STOP: State.STOPPED,
    },
    State.LOST: {
        Event.STARTED: State.RUNNING,
        Event.PROCESS_LOST: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.PAUSED,
        Event.REFUSED: State.STOPPED,
        Event.STOP: State.STOPPED,
    },
    State.PAUSED: {Event.STOP: State.STOPPED},
    State.STOPPED: {},
}
"""State × event → state."""


def step(state: State, event: Event) -> State:
    """Give the state after *event*. Raises: Bug("bad-transition")."""
    follower = TRANSITIONS[state].get(event)
    if follower is None:
        raise Bug("bad-transition", f"a worker that is {state.value} cannot see {event.value}")
    return follower
