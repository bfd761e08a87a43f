"""How one worker of the service stands: its state, and all that is told and kept of it.

In: moves, ticks and what is said, by a loop or by its keeper. Out: standings and the place on the
schedule to the clerk, runs and lines to the chronicle, `Moved` and `Late` to who listens.
"""

from __future__ import annotations

import asyncio
from typing import Any
from zlib import crc32

import msgspec

from cellblock.jail.attest import Enforcement
from cellblock.journal import event as journal
from cellblock.limits import LATE_S
from cellblock.outcome import LogLine, Outcome
from cellblock.store.records import Line, Place, Run, Standing, Worker
from cellblock.supervisor.lifecycle import Event, State, step
from cellblock.supervisor.loop import Ticked, report
from cellblock.supervisor.numbers import Numbers
from cellblock.supervisor.office import Office
from cellblock.supervisor.schedule import Now
from cellblock.wire.messages import Level
from cellblock.wire.text import cut, cut_inside


class Profile:
    """One worker's."""

    def __init__(
        self, worker: Worker, office: Office, standing: Standing | None, place: Place | None
    ) -> None:
        self.ref = worker.ref
        self._office = office
        self.state = _before(standing)
        self.reason = standing.reason if standing else ""
        self.since = standing.since if standing else office.clock.wall_s()
        self.version = standing.version if standing else None
        """Number of the version that runs, or ran last."""
        self.heeded = standing.heeded if standing else worker.restarts_asked
        self.restarts = 0
        self.errors = 0
        self.pid: int | None = None
        self.next_at: float | None = None
        self._proof: dict[str, Any] | None = standing.enforcement if standing else None
        self.anchor_at = place.anchor_at if place else office.clock.wall_s()
        """A slot of the grid."""
        self.is_new = place is None
        """Whether it has never been started before."""
        self.numbers = Numbers(
            place.reserved if place else 0, self._reserve, crc32(str(self.ref).encode())
        )
        office.states[self.state] += 1
        if standing is None or standing.state != self.state or standing.pid is not None:
            self.stand()

    def begin(self, version: int, heeded: int) -> None:
        """Note which version is begun, for which wish."""
        self.version, self.heeded, self.errors = version, heeded, 0

    def anchor(self, now: Now) -> bool:
        """Have the grid begin now, if the worker has never been started before."""
        if not self.is_new:
            return False
        self.is_new = False
        self.anchor_at = now.wall_s
        self._reserve(self.numbers.reserved)
        return True

    def move(self, event: Event, reason: str) -> None:
        """Go to the next state, and tell. Raises: Bug("bad-transition")."""
        self.go(step(self.state, event), reason)

    def fail(self, reason: str) -> None:
        """Go to a state from which it is tried again, if it is not at rest."""
        if self.state in {State.NEW, State.LOST}:
            self.move(Event.NOT_STARTED, reason)
        elif self.state in {State.RUNNING, State.HELD}:
            self.move(Event.PROCESS_LOST, reason)

    def go(self, state: State, reason: str) -> None:
        """Be in *state*, and tell."""
        now_at = self._office.clock.wall_s()
        before, self.state, self.reason = self.state, state, reason
        if state is not State.RUNNING:
            self.next_at = None
            self.pid = self.pid if state is State.HELD else None
        if before is not state:
            self.since = now_at
            self._office.states[before] -= 1
            self._office.states[state] += 1
            workspace, name = self.ref.workspace, self.ref.name
            self._office.ports.told(
                journal.Moved(workspace, name, before, state, reason, self.version, now_at)
            )
        self.stand()

    def proved(self, enforcement: Enforcement | None) -> None:
        """Keep the proof of the jail of a fresh process."""
        self._proof = msgspec.to_builtins(enforcement) if enforcement else None

    def stand(self, *, soon: bool = True) -> None:
        """Have it kept how the worker stands."""
        standing = Standing(
            ref=self.ref,
            state=self.state,
            reason=cut(self.reason),
            since=self.since,
            host=self._office.host,
            version=self.version,
            pid=self.pid,
            restarts=self.restarts,
            errors=self.errors,
            heeded=self.heeded,
            next_at=self.next_at,
            enforcement=self._proof,
        )
        self._office.clerk.stand(standing, soon=soon)

    def shut_down(self) -> None:
        """Keep all as a clean end of the host leaves it: the next one leaves no number out."""
        if step(self.state, Event.SHUTDOWN) is not self.state:
            self.move(Event.SHUTDOWN, "the host ended")
        if not self.is_new:
            self._reserve(self.numbers.next)

    def forget(self) -> None:
        """Count the worker no more: it was purged."""
        self._office.states[self.state] -= 1
        self._office.clerk.forget(self.ref)

    # What its log and its runs tell

    def heard(self, line: LogLine) -> None:
        """Take a line of the worker's log."""
        self._line(line.level, line.message, line.at)

    def said(self, level: Level, text: str) -> None:
        """Take what the host has to say in it."""
        self._line(level, cut_inside(text), self._office.clock.wall_s())

    def _line(self, level: str, message: str, at: float) -> None:
        line = Line(ref=self.ref, at=at, level=level, message=message, version=self.version)  # type: ignore[arg-type]
        self._office.ports.chronicle.line(line)

    def ticked(self, tick: Ticked, errors: int) -> None:
        """Take a tick that ended; *errors* is how many failed in a row."""
        facts, outcome, problem = tick.facts, tick.outcome, tick.outcome.failure
        assert self.version is not None
        run = Run(
            ref=self.ref,
            n=facts.n,
            version=self.version,
            cause=tick.cause,
            planned_at=facts.planned_at,
            started_at=facts.started_at,
            late_ms=round(facts.late_s * 1000, 3),
            duration_ms=round(outcome.duration_s * 1000, 3),
            outcome=outcome.kind.value,
            skipped=facts.skipped,
            ctx_calls=outcome.ctx_calls,
            cpu_ms=round(outcome.cpu_s * 1000, 3),
            memory_bytes=outcome.memory_bytes,
            error=str(problem) if problem else None,
            traceback=problem.traceback if problem else "",
            calls=_calls(outcome) if problem else None,
        )
        self._office.ports.chronicle.run(run)
        if problem is not None:
            self.said("error", report(f"tick {facts.n} failed", problem))
        if facts.late_s >= LATE_S or facts.skipped:
            workspace, name = self.ref.workspace, self.ref.name
            self._office.ports.told(
                journal.Late(
                    workspace, name, facts.n, facts.late_s, facts.skipped, facts.started_at
                )
            )
        if errors != self.errors:
            self.errors = errors
            self.stand(soon=False)

    def _reserve(self, reserved: int) -> asyncio.Future[None]:
        place = Place(ref=self.ref, anchor_at=self.anchor_at, reserved=reserved)
        return self._office.clerk.settle(place)


def _before(standing: Standing | None) -> State:
    """Give the state with which a host begins; what ran has to be started again."""
    state = State(standing.state) if standing else State.NEW
    return State.NEW if state in {State.RUNNING, State.LOST} else state


def _calls(outcome: Outcome) -> str | None:
    """Write the calls of a tick as JSON text, as they are kept."""
    return msgspec.json.encode(outcome.calls).decode() if outcome.calls else None
