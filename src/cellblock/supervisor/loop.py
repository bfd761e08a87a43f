"""One worker's run on its schedule: wait for the slot, tick, see what follows from how it ended.

In: a runner, a grid, how many ticks. Out: events, and how the worker stands at the end. What
follows from what stands in `lifecycle`, `schedule` and `backoff`; this file only waits and calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.journal import event as journal
from cellblock.limits import Limits
from cellblock.names import WorkerId
from cellblock.outcome import Outcome, OutcomeKind
from cellblock.supervisor.backoff import delay_s
from cellblock.supervisor.lifecycle import Event, State, step
from cellblock.supervisor.runner import Runner
from cellblock.supervisor.schedule import Grid, Slot
from cellblock.wire.messages import TickFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What kind of run it is."""

    worker: WorkerId
    interval_s: float
    ticks: int | None
    """How many ticks to run; None for as many as there are."""
    limits: Limits


class Loop:
    """One worker's run. Use `run` once."""

    def __init__(
        self, runner: Runner, course: Course, sink: journal.Sink, clock: Clock, stop: asyncio.Event
    ) -> None:
        self._runner = runner
        self._course = course
        self._sink = sink
        self._clock = clock
        self._stop = stop
        self._losses = 0
        self._errors = 0
        self._last: Outcome | None = None
        self._started = False
        self.state = State.NEW
        self.ticks = 0

    @property
    def went_well(self) -> bool:
        """Whether the worker was never paused or refused, and its last tick was done."""
        paused = self.state is State.PAUSED
        return not paused and self._started and (self._last is None or self._last.ok)

    async def run(self) -> None:
        """Run until the ticks are done, the worker can go on no longer, or `stop` is set.

        Cancelled, it ends the run where it stands.
        """
        try:
            await self._run()
        except asyncio.CancelledError:
            self._end()

    async def _run(self) -> None:
        await self._start()
        start_s = self._clock.monotonic_s()
        grid = Grid(start_s, self._course.interval_s)
        while self.state in {State.RUNNING, State.LOST} and not self._stop.is_set():
            if self._course.ticks is not None and self.ticks >= self._course.ticks:
                break
            if self.state is State.LOST:
                await self._wait_until(self._clock.monotonic_s() + delay_s(self._losses))
                if not self._stop.is_set():
                    await self._start()
                continue
            await self._tick(grid)
        if not self._stop.is_set():
            await self._runner.settle()
        if self.state is not State.PAUSED:
            self._end()

    async def _tick(self, grid: Grid) -> None:
        slot = grid.next(self._clock.monotonic_s())
        await self._wait_until(slot.planned_s)
        if self._stop.is_set():
            return
        if not self._runner.alive:
            self._lost_while_idle()
            return
        grid.take(slot)
        late_s = max(0.0, self._clock.monotonic_s() - slot.planned_s)
        outcome = await self._runner.tick(self._facts(slot, late_s))
        if self._stop.is_set() and outcome.restarted:
            return  # it was stopped, which is not how a tick ends
        self.ticks += 1
        self._last = outcome
        self._tell(slot, late_s, outcome)
        self._follow(outcome)

    def _facts(self, slot: Slot, late_s: float) -> TickFacts:
        now_s = self._clock.wall_s()
        return TickFacts(
            n=slot.n,
            planned_at=now_s - late_s,
            started_at=now_s,
            late_s=late_s,
            skipped=slot.skipped,
            deadline_s=self._course.limits.tick_timeout_s,
        )

    async def _start(self) -> None:
        try:
            outcome = await self._runner.start()
        except OperatorFault as fault:
            if fault.slug != "no-quarantine" or not self._started:
                raise
            # The store may come back. What may be quarantined by now is not started until then.
            self._losses += 1
            text = f"the worker is not restarted yet: {fault}"
            self._sink(journal.Log("error", text, self._clock.wall_s()))
            return
        if self._runner.breach is not None and outcome.ok:
            self._pause(Event.BREACH, str(self._runner.breach))
            return
        if outcome.ok:
            self._move(Event.STARTED)
            self._worker("restarted" if self._started else "started", "")
            self._started = True
            return
        self._last = outcome
        self._report_start(outcome)
        self._losses += 1
        self._errors += 1
        if outcome.kind is OutcomeKind.SECURITY:
            self._pause(Event.BREACH, str(outcome.failure))
        elif not self._started:
            # Nothing of this source ever ran to its end: its author is at the screen.
            self._move(Event.REFUSED)
        elif self._errors >= self._course.limits.max_errors:
            self._pause(Event.TOO_MANY_ERRORS, f"could not be started {self._errors} times")
        else:
            self._move(Event.PROCESS_LOST)

    def _follow(self, outcome: Outcome) -> None:
        """Decide what comes after a tick."""
        if outcome.ok:
            self._losses = self._errors = 0
            return
        self._errors += 1
        if self._runner.breach is not None:
            self._pause(Event.BREACH, str(self._runner.breach))
        elif self._errors >= self._course.limits.max_errors:
            self._pause(Event.TOO_MANY_ERRORS, f"{self._errors} ticks in a row failed")
        elif not self._runner.alive:
            self._losses += 1
            self._move(Event.PROCESS_LOST)

    def _lost_while_idle(self) -> None:
        """Decide what follows from a death between two ticks."""
        problem = self._runner.idle_death()
        if problem is not None:
            text = f"the worker's process died between ticks: {problem}"
            self._sink(journal.Log("error", text, self._clock.wall_s()))
        if self._runner.breach is not None:
            self._pause(Event.BREACH, str(self._runner.breach))
            return
        self._losses += 1
        self._move(Event.PROCESS_LOST)

    async def _wait_until(self, at_s: float) -> None:
        left_s = at_s - self._clock.monotonic_s()
        if left_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._stop.wait()

    # What is told

    def _pause(self, event: Event, reason: str) -> None:
        self._move(event)
        if event is Event.BREACH:
            now_s = self._clock.wall_s()
            version = self._runner.version
            self._sink(journal.Security(self._course.worker, version, reason, now_s))
        self._worker("paused", reason)

    def _end(self) -> None:
        reason = "asked to stop" if self._stop.is_set() else ""
        if self.state is not State.STOPPED:
            self._move(Event.STOP)
        self._worker("stopped", reason if self._started else "it never started")

    def _move(self, event: Event) -> None:
        self.state = step(self.state, event)

    def _worker(self, state: journal.WorkerState, reason: str) -> None:
        self._sink(journal.Worker(state, self._course.worker, self._runner.pid, reason))

    def _report_start(self, outcome: Outcome) -> None:
        problem = outcome.failure
        if problem is not None:
            text = f"the worker could not start: {problem}"
            if problem.traceback:
                text = f"the worker could not start:\n{problem.traceback.rstrip()}"
            self._sink(journal.Log("error", text, self._clock.wall_s()))

    def _tell(self, slot: Slot, late_s: float, outcome: Outcome) -> None:
        problem = outcome.failure
        self._sink(
            journal.Tick(
                n=slot.n,
                outcome=outcome.kind.value,
                duration_ms=round(outcome.duration_s * 1000, 3),
                late_ms=round(late_s * 1000, 3),
                skipped=slot.skipped,
                error=str(problem) if problem else None,
                traceback=problem.traceback if problem else "",
            )
        )
