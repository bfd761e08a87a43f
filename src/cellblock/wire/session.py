"""The order in which messages may come, as one literal table.

A host keeps one `Session` for each worker and shows it every message that it sends or receives. A
message out of turn is the worker's breach of protocol (received) or our own bug (sent). The
worker's side needs no table: its host is trusted.
"""

from __future__ import annotations

from enum import StrEnum

from cellblock.errors import Bug, PeerError
from cellblock.wire import messages as m


class State(StrEnum):
    """Whose turn it is, and for what."""

    ENTERING = "entering"
    """The worker is putting up its jail."""
    PROVING = "proving"
    """The host looks at it from outside."""
    SEALING = "sealing"
    """The worker becomes undumpable."""
    IDLE = "idle"
    """The worker waits for an order."""
    RUNNING = "running"
    """Worker code runs."""
    ASKING = "asking"
    """Worker code waits for an answer."""
    CHECKING = "checking"
    """The worker reads a source."""


RECEIVED: dict[State, dict[type[m.Message], State]] = {
    State.ENTERING: {m.Jailed: State.PROVING, m.Unjailed: State.PROVING},
    State.PROVING: {},
    State.SEALING: {m.Sealed: State.IDLE},
    State.IDLE: {},
    State.RUNNING: {
        m.Log: State.RUNNING,
        m.Ask: State.ASKING,
        m.Loaded: State.IDLE,
        m.Finished: State.IDLE,
        m.Failed: State.IDLE,
    },
    State.ASKING: {},
    State.CHECKING: {m.Diagnosed: State.IDLE},
}
"""What a worker may say in each state, and the state after it."""

SENT: dict[State, dict[type[m.Message], State]] = {
    State.ENTERING: {},
    State.PROVING: {m.Seal: State.SEALING},
    State.SEALING: {},
    State.IDLE: {m.Load: State.RUNNING, m.Run: State.RUNNING, m.Check: State.CHECKING},
    State.RUNNING: {},
    State.ASKING: {m.Answer: State.RUNNING},
    State.CHECKING: {},
}
"""What the host may say in each state, and the state after it."""


class Session:
    """One worker's place in the table."""

    def __init__(self) -> None:
        self.state = State.ENTERING
        self.serial = 0
        """The number of the newest call."""

    def awaits(self, serial: int) -> bool:
        """Tell whether the worker waits for the answer of this call."""
        return self.state is State.ASKING and self.serial == serial

    def received(self, message: m.Up) -> None:
        """Note what the worker said.

        Raises: PeerError("out-of-turn").
        """
        follower = RECEIVED[self.state].get(type(message))
        if follower is None:
            raise PeerError(
                "out-of-turn", f"the worker sent {type(message).__name__} while {self.state.value}"
            )
        if isinstance(message, m.Ask):
            if message.serial <= self.serial:
                raise PeerError("out-of-turn", "the worker used a call's number twice")
            self.serial = message.serial
        self.state = follower

    def sent(self, message: m.Down) -> None:
        """Note what the host is about to say.

        Raises: Bug("out-of-turn").
        """
        follower = SENT[self.state].get(type(message))
        if follower is None:
            raise Bug(
                "out-of-turn", f"the host would send {type(message).__name__} while {self.state}"
            )
        self.state = follower
