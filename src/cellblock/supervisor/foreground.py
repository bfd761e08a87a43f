"""One worker in the foreground: its loop, told as the events of ``--json``.

In: a runner, an interval, how many ticks, and who asks to stop. Out: events, and how the worker
stands at the end.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cellblock.clock import Clock
from cellblock.journal import event as journal
from cellblock.limits import Limits
from cellblock.names import WorkerId
from cellblock.supervisor.bell import Bell
from cellblock.supervisor.desk import Desk
from cellblock.supervisor.lifecycle import Event, State
from cellblock.supervisor.loop import Course, Loop, Ticked
from cellblock.supervisor.numbers import Numbers
from cellblock.supervisor.runner import Runner
from cellblock.supervisor.schedule import Grid
from cellblock.wire.messages import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What is run in the foreground."""

    worker: WorkerId
    interval_s: float
    ticks: int | None
    """How many ticks to run; None for as many as there are."""
    limits: Limits


class Foreground:
    """One worker's run. Use `run` once."""

    def __init__(
        self,
        runner: Runner,
        performance: Performance,
        sink: journal.Sink,
        clock: Clock,
        stop: asyncio.Event,
    ) -> None:
        self._runner = runner
        self._performance = performance
        self._sink = sink
        self._clock = clock
        self._stop = stop
        self._begun = False
        """Whether a process was started before."""
        # The grid begins with the first tick, which is when the worker has started.
        self._desk = Desk(Grid(clock.monotonic_s(), performance.interval_s), Bell())
        course = Course(numbers=Numbers(), ticks=performance.ticks)
        self._loop = Loop(runner, course, self, clock, self._desk)

    @property
    def state(self) -> State:
        """Where the worker is."""
        return self._loop.state

    @property
    def ticks(self) -> int:
        """How many ticks were run."""
        return self._loop.ticks

    @property
    def went_well(self) -> bool:
        """Whether the worker was never paused or refused, and its last tick was done."""
        ended = self._loop.state in {State.PAUSED, State.QUARANTINED}
        last = self._loop.last
        return not ended and self._begun and (last is None or last.ok)

    async def run(self) -> None:
        """Run until the ticks are done, the worker can go on no longer, or it is asked to stop.

        Cancelled, it ends the run where it stands. Raises: OperatorFault, WorkerFault if the worker
        cannot be started.
        """
        watching = asyncio.create_task(self._watch())
        try:
            await self._loop.run()
            if not self._stop.is_set():
                await self._runner.settle()
        except asyncio.CancelledError:
            self._end()
        else:
            if self._loop.state not in {State.PAUSED, State.QUARANTINED, State.STOPPED}:
                self._end()
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        await self._stop.wait()
        self._desk.stop()

    def _end(self) -> None:
        if self._loop.state is not State.STOPPED:
            reason = "asked to stop" if self._stop.is_set() else ""
            self._loop.move(Event.STOP, reason)

    # What is told

    def moved(self, event: Event, _before: State, reason: str) -> None:
        """Tell of a move that a person at the screen wants to know of."""
        if event is Event.BREACH:
            now_s = self._clock.wall_s()
            worker, version = self._performance.worker, self._runner.version
            self._sink(journal.Security(worker, version, reason, now_s))
        if event is Event.STARTED:
            if not self._begun:
                self._desk.timetable = Grid(self._clock.monotonic_s(), self._performance.interval_s)
            self._worker("restarted" if self._begun else "started", "")
            self._begun = True
        elif self._loop.state in {State.PAUSED, State.QUARANTINED}:
            self._worker("paused", reason)
        elif self._loop.state is State.STOPPED:
            self._worker("stopped", reason if self._begun else "it never started")

    def said(self, level: Level, text: str) -> None:
        """Tell what the host has to say."""
        self._sink(journal.Log(level, text, self._clock.wall_s()))

    def ticked(self, tick: Ticked) -> None:
        """Tell of a tick."""
        facts, problem = tick.facts, tick.outcome.failure
        self._sink(
            journal.Tick(
                n=facts.n,
                outcome=tick.outcome.kind.value,
                duration_ms=round(tick.outcome.duration_s * 1000, 3),
                late_ms=round(facts.late_s * 1000, 3),
                skipped=facts.skipped,
                error=str(problem) if problem else None,
                traceback=problem.traceback if problem else "",
            )
        )

    def _worker(self, state: journal.WorkerState, reason: str) -> None:
        self._sink(journal.Worker(state, self._performance.worker, self._runner.pid, reason))
