"""One worker on its timetable: wait for the slot, tick, see what follows from how it ended.

In: a runner, a desk with what is wanted. Out: to a witness, each move, each tick and what there is
to say. What follows from what stands in `lifecycle`, `schedule` and `backoff`; this file only waits
and calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from cellblock.clock import Clock
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.outcome import Failure, Outcome
from cellblock.store.records import Cause, HookEvent
from cellblock.supervisor.desk import Desk
from cellblock.supervisor.lifecycle import Event, State, step
from cellblock.supervisor.numbers import Numbers
from cellblock.supervisor.runner import Runner
from cellblock.supervisor.schedule import Now, Slot
from cellblock.supervisor.tally import Tally
from cellblock.wire.codec import events_json
from cellblock.wire.messages import Level, TickFacts

_GOING = frozenset({State.NEW, State.RUNNING, State.HELD, State.LOST})
_REASON_CHARACTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What kind of run it is."""

    numbers: Numbers
    ticks: int | None = None
    """How many ticks to run; None for as many as there are."""
    patient: bool = False
    """Whether a start that fails is tried again, the first one too."""
    state: State = State.NEW
    """Where the worker is as it begins: new or lost."""


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """A tick that ended."""

    cause: Cause
    facts: TickFacts
    outcome: Outcome


class Witness(Protocol):
    """Hears what becomes of a worker. It must not block, and not raise."""

    def moved(self, event: Event, before: State, reason: str) -> None:
        """Hear of a move, which is done; *reason* may hold hostile text."""

    def ticked(self, tick: Ticked) -> None:
        """Hear of a tick."""

    def said(self, level: Level, text: str) -> None:
        """Hear what the host has to say in the worker's log."""


class Loop:
    """One worker's run with one runner. Use `run` once."""

    def __init__(
        self, runner: Runner, course: Course, witness: Witness, clock: Clock, desk: Desk
    ) -> None:
        self._runner = runner
        self._course = course
        self._witness = witness
        self._clock = clock
        self._desk = desk
        self._on_errand = False
        self.tally = Tally()
        self.state = course.state
        self.ticks = 0
        self.last: Outcome | None = None
        runner.bereaved = desk.bell.ring

    async def run(self) -> None:
        """Run until the ticks are done, the worker can go on no longer, or the desk says stop.

        Raises: OperatorFault, WorkerFault for a start, if the course is not a patient one.
        """
        while self.state in _GOING and not self._desk.stopping and not self._is_enough():
            if self._desk.held:
                await self._hold()
            elif self.state is State.RUNNING:
                await self._next()
            elif self.state is State.HELD:
                self._resume()
            elif (left_s := self.tally.again_s - self._clock.monotonic_s()) > 0:
                await self._desk.bell.wait(left_s)
            else:
                await self._start()

    def move(self, event: Event, reason: str = "") -> None:
        """Go to the next state, and tell. Raises: Bug("bad-transition")."""
        before, self.state = self.state, step(self.state, event)
        self._witness.moved(event, before, reason)

    def _is_enough(self) -> bool:
        return self._course.ticks is not None and self.ticks >= self._course.ticks

    @property
    def _is_excused(self) -> bool:
        """Whether the host is to blame for how the worker's last order ended."""
        store_failed = self.last is not None and self.last.host_failed
        return self._runner.orphaned or self._desk.hurried or store_failed

    @property
    def _has_failed_enough(self) -> bool:
        return not self._is_excused and self.tally.errors >= self._runner.limits.max_errors

    # Starts

    async def _start(self) -> None:
        self._course.numbers.prepare()
        try:
            outcome = await self._runner.start()
        except OperatorFault as fault:
            self._hinder(fault)
            return
        except WorkerFault as fault:
            if not self._course.patient:
                raise
            self.move(Event.BREACH, str(fault))
            return
        if self._runner.breach is not None:
            self.move(Event.BREACH, str(self._runner.breach))
        elif outcome.ok:
            self.tally.started(self._clock.monotonic_s())
            self.move(Event.STARTED)
        else:
            self._not_started(outcome)

    def _hinder(self, fault: OperatorFault) -> None:
        """Try again when whatever the operator must see to may be there. Raises: OperatorFault."""
        tally = self.tally
        if not self._course.patient and not (tally.starts and fault.slug == "no-quarantine"):
            raise fault
        tally.hindered(self._clock.monotonic_s())
        if tally.hindrances == 1:
            how = "restarted" if tally.starts else "started"
            self._witness.said("error", f"the worker is not {how} yet: {fault}")
        self.move(Event.NOT_STARTED, str(fault))

    def _not_started(self, outcome: Outcome) -> None:
        """Decide what follows from a source or a `setup` that failed."""
        self.last = outcome
        problem = outcome.failure
        assert problem is not None
        self._witness.said("error", report("the worker could not start", problem))
        self.tally.ticked(ok=False, excused=self._is_excused)
        if not self._course.patient and not self.tally.starts:
            # Nothing of this source ever ran to its end: its author is at the screen.
            self.move(Event.REFUSED, str(problem))
        elif self._has_failed_enough:
            errors = self.tally.errors
            self.move(Event.TOO_MANY_ERRORS, f"could not be started {errors} times: {problem}")
        else:
            self.tally.not_started(self._clock.monotonic_s())
            self.move(Event.NOT_STARTED, str(problem))

    # Pauses

    async def _hold(self) -> None:
        if self.state is not State.HELD:
            self.move(Event.HOLD, "paused by an operator")
        await self._desk.bell.wait(None)
        if self.tally.starts and not self._runner.alive:
            await self._heed_death()

    def _resume(self) -> None:
        if self._runner.alive:
            self._desk.timetable.leave(self._now())
            self.move(Event.RESUMED)
        else:
            self.tally.again_s = 0.0
            self.move(Event.PROCESS_LOST, "a fresh process is started")

    # Ticks

    async def _next(self) -> None:
        """Run what comes next, if it is due, or wait for it. Slots and errands take turns."""
        if not self._runner.alive:
            await self._lose_while_idle()
            return
        slot = None if self._desk.waiting else self._desk.timetable.next(self._now())
        due = slot is not None and slot.wait_s <= 0
        busy = self._desk.busy
        if busy and not (due and self._on_errand):
            errand = await self._desk.errand()
            if errand is not None:
                self._on_errand = True
                await self._tick(errand.cause, None, errand.events)
                return
        self._on_errand = False
        if slot is not None and due:
            await self._tick("schedule", slot)
        elif not busy or not self._desk.busy:
            await self._desk.bell.wait(slot.wait_s if slot else None)

    async def _tick(
        self, cause: Cause, slot: Slot | None, events: Sequence[HookEvent] = ()
    ) -> None:
        due_s = self._clock.monotonic_s() + (slot.wait_s if slot else 0.0)
        skipped = slot.skipped if slot else 0
        n = await self._course.numbers.take(skipped)
        if self._desk.stopping:
            return
        if slot is not None:
            self._desk.timetable.take(slot)
        late_s = max(0.0, self._clock.monotonic_s() - due_s)
        now_s = self._clock.wall_s()
        deadline_s = self._runner.limits.tick_timeout_s
        post = _json(events) if events else b""
        facts = TickFacts(n, now_s - late_s, now_s, late_s, skipped, deadline_s, post)
        outcome = await self._runner.tick(facts)
        if outcome.failure is not None and outcome.failure.type == "Stopped":
            return  # the host ended the process, which is not how a tick ends
        self.ticks += 1
        self.last = outcome
        ok = outcome.ok
        self.tally.ticked(ok=ok, excused=not ok and self._is_excused)
        self._witness.ticked(Ticked(cause=cause, facts=facts, outcome=outcome))
        if not ok:
            self._follow(outcome)
        if events and self._desk.mail is not None:
            await self._desk.mail.ended(events, lost=outcome.restarted or self._desk.hurried)

    def _follow(self, outcome: Outcome) -> None:
        """Decide what comes after a tick that did not end well."""
        if self._runner.breach is not None:
            self.move(Event.BREACH, str(self._runner.breach))
        elif self._has_failed_enough:
            self.move(Event.TOO_MANY_ERRORS, _why(self.tally.errors, outcome))
        elif not self._runner.alive:
            self._lose(str(outcome.failure))

    async def _lose_while_idle(self) -> None:
        """Decide what follows from a death between two ticks."""
        problem = await self._heed_death()
        if self.state is not State.QUARANTINED:
            self._lose(str(problem) if problem else "")

    async def _heed_death(self) -> Failure | None:
        problem = await self._runner.idle_death()
        if problem is not None:
            text = f"the worker's process died between ticks: {problem}"
            self._witness.said("error", text)
        if self._runner.breach is not None:
            self.move(Event.BREACH, str(self._runner.breach))
        return problem

    def _lose(self, reason: str) -> None:
        self.tally.lost(self._clock.monotonic_s())
        self.move(Event.PROCESS_LOST, reason)

    def _now(self) -> Now:
        return Now(self._clock.monotonic_s(), self._clock.wall_s())


def _json(events: Sequence[HookEvent]) -> bytes:
    return events_json((event.hook, event.at, event.body) for event in events)


def report(what: str, problem: Failure) -> str:
    """Tell of a failure in a worker's log: with its traceback, if there is one."""
    if problem.traceback:
        return f"{what}:\n{problem.traceback.rstrip()}"
    return f"{what}: {problem}"


def _why(errors: int, outcome: Outcome) -> str:
    """Say why a worker is paused: in one line, whatever the error's text is."""
    last = " ".join(str(outcome.failure).split())[:_REASON_CHARACTERS]
    return f"{errors} ticks in a row failed; the last: {last}"
