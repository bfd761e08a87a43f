"""The states of one worker and what moves it between them, as one literal table. Pure.

An event that the table does not have in a state is our bug. ``docs/lifecycle.md`` is made of this
file by ``tests/supervisor/lifecycle_page.py``.
"""

from __future__ import annotations

from enum import StrEnum

from cellblock.errors import Bug


class State(StrEnum):
    """Where a worker is."""

    NEW = "new"
    """Wanted, and not started yet by the host of now."""
    RUNNING = "running"
    """A process is there and takes ticks."""
    HELD = "held"
    """Paused by an operator: no tick is run, and a process that is there stays."""
    LOST = "lost"
    """The process died or could not be started; it is tried again after a wait."""
    PAUSED = "paused"
    """Too many errors in a row; nothing runs until an operator says so."""
    QUARANTINED = "quarantined"
    """The worker did what only hostile code does; its version is not started again."""
    STOPPED = "stopped"
    """Nothing runs, and nothing is wanted to."""


class Event(StrEnum):
    """What can happen to it."""

    STARTED = "started"
    """The source was loaded and `setup` ran."""
    NOT_STARTED = "not-started"
    """The source or `setup` failed, or the host has no jail or no connection for it."""
    PROCESS_LOST = "process-lost"
    """Killed, crashed, or out of memory; or, as it is resumed, there is no process."""
    TOO_MANY_ERRORS = "too-many-errors"
    """`max_errors` ticks or starts in a row failed."""
    BREACH = "breach"
    """The worker did what only hostile code does, or its version is known for it."""
    REFUSED = "refused"
    """The source cannot be loaded in ``cellblock run``, whose author is at the screen."""
    HOLD = "hold"
    """An operator pauses it."""
    RESUMED = "resumed"
    """An operator lets it go on, in the process that it has."""
    RENEWED = "renewed"
    """A fresh process is wanted: by a start, a restart, a deploy or a roll-back."""
    SHUTDOWN = "shutdown"
    """The host ends; the next one goes on with what is wanted."""
    STOP = "stop"
    """Asked to end."""


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.NEW: {
        Event.STARTED: State.RUNNING,
        Event.NOT_STARTED: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.QUARANTINED,
        Event.REFUSED: State.STOPPED,
        Event.HOLD: State.HELD,
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.NEW,
        Event.STOP: State.STOPPED,
    },
    State.RUNNING: {
        Event.PROCESS_LOST: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.QUARANTINED,
        Event.HOLD: State.HELD,
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.NEW,
        Event.STOP: State.STOPPED,
    },
    State.HELD: {
        Event.PROCESS_LOST: State.LOST,
        Event.BREACH: State.QUARANTINED,
        Event.RESUMED: State.RUNNING,
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.NEW,
        Event.STOP: State.STOPPED,
    },
    State.LOST: {
        Event.STARTED: State.RUNNING,
        Event.NOT_STARTED: State.LOST,
        Event.TOO_MANY_ERRORS: State.PAUSED,
        Event.BREACH: State.QUARANTINED,
        Event.HOLD: State.HELD,
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.NEW,
        Event.STOP: State.STOPPED,
    },
    State.PAUSED: {
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.PAUSED,
        Event.STOP: State.STOPPED,
    },
    State.QUARANTINED: {
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.QUARANTINED,
        Event.STOP: State.STOPPED,
    },
    State.STOPPED: {
        Event.RENEWED: State.NEW,
        Event.SHUTDOWN: State.STOPPED,
    },
}
"""State × event → state."""


def step(state: State, event: Event) -> State:
    """Give the state after *event*. Raises: Bug("bad-transition")."""
    follower = TRANSITIONS[state].get(event)
    if follower is None:
        raise Bug("bad-transition", f"a worker that is {state.value} cannot see {event.value}")
    return follower
