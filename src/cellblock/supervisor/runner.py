"""One worker across its processes: load, setup, ticks, `on_error`, and the next process.

In: a deployment, and "tick now". Out: one `Outcome` for each. Nothing here knows a schedule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import assert_never

from msgspec.structs import replace as replace_fields

from cellblock.broker.broker import Broker, Grants
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.intake.deployment import Deployment
from cellblock.jail.attest import Enforcement
from cellblock.jail.reap import Death, failure
from cellblock.limits import LOG_BYTES_KEPT, LOG_LINES_KEPT, Limits
from cellblock.outcome import Failure, LogLine, Outcome, OutcomeKind
from cellblock.store.ports import QuarantineStore
from cellblock.supervisor.cell import Cell, Ears, Ending
from cellblock.supervisor.custody import Custody
from cellblock.supervisor.flavours import Flavours, Origin
from cellblock.supervisor.gauge import Gauge
from cellblock.supervisor.said import Said
from cellblock.wire import messages as m


@dataclass(frozen=True, slots=True)
class Job:
    """What a runner is for: a deployment, its adapters, its limits, and who hears its log."""

    deployment: Deployment
    grants: Grants
    limits: Limits
    heard: Callable[[LogLine], None]
    quarantine: QuarantineStore
    said_bytes: int = LOG_BYTES_KEPT
    """Memory that the log lines of an outcome may take; 0 for none where nobody reads them."""


class Runner:
    """A worker that outlives its processes. One call at a time, but for `close`.

    *ends* lets go of what the job holds: its adapters, and its name.
    """

    def __init__(self, flavours: Flavours, job: Job, clock: Clock, ends: AsyncExitStack) -> None:
        self._origin = Origin(flavours, job.deployment)
        self._ends = ends
        self._closing = asyncio.Lock()
        self._job = job
        self._clock = clock
        self._said = Said(job.heard, job.said_bytes)
        self._broker = Broker(job.grants, clock, job.limits.ctx_calls_per_tick, self._said.add)
        self._cell: Cell | None = None
        self._has_on_error = self._in_on_error = False
        self._past: m.PastFailure | None = None
        self._facts: m.TickFacts | None = None
        self.enforcement: Enforcement | None = None
        self._custody = Custody(job.quarantine, job.deployment, clock)
        self._gauge: Gauge | None = None
        self.orphaned = False
        """Whether the last order ended because of the zygote, which is not the worker's fault: it
        went, or was a lean one that holds too little."""
        self.bereaved: Callable[[], None] = _nobody
        """Called when a process has died, for whatever reason."""
        self.housed: Callable[[], None] = _nobody
        """Called when a process is there, proven, before it has the source."""

    @property
    def alive(self) -> bool:
        """Whether a process is there that has loaded the source."""
        return self._cell is not None and self._cell.usable

    @property
    def pid(self) -> int | None:
        """The process of now."""
        return self._cell.pid if self._cell and self.alive else None

    @property
    def breach(self) -> Failure | None:
        """Set once the worker did what only hostile code does; it is then never started again."""
        return self._custody.breach

    @property
    def version(self) -> str:
        """What is run."""
        return self._job.deployment.version

    @property
    def limits(self) -> Limits:
        """What the worker may use."""
        return self._job.limits

    async def idle_death(self) -> Failure | None:
        """Tell, once, what the process died of since its last order, if it did."""
        return None if self._cell is None or self._cell.usable else await self._leave_cell()

    def hurry(self) -> None:
        """Have the code that runs meet its deadline now, for the host stops; not `on_error`."""
        if self._cell is not None and not self._in_on_error:
            self._cell.alarm.hurry(self._job.limits.kill_grace_s)

    async def start(self) -> Outcome:
        """Load the source in a fresh process, run `setup`, then `on_error` for the process before.

        Raises: OperatorFault if no jail can be had; WorkerFault("breach") after a breach,
        WorkerFault("quarantined") for a version that is known for one.
        """
        await self._custody.admit()
        outcome = await self._begin()
        await self._custody.keep()
        return _completed(outcome, self._said.take())

    async def _begin(self) -> Outcome:
        """Load and set up in a fresh process."""
        started_s, said = self._clock.monotonic_s(), self._said.count
        ending = await self._load_and_set_up()
        if self._origin.outgrown and not self._broker.calls and self._said.count == said:
            # Nobody saw anything of that process, so beginning again repeats nothing.
            ending = await self._load_and_set_up()
        outcome = self._outcome(ending, started_s)
        if not outcome.ok:
            await self._leave_cell()
        elif self._past is not None:
            past, self._past = self._past, None
            await self._on_error(past)
        return outcome

    async def _load_and_set_up(self) -> Ending | Death:
        await self._leave_cell()
        self._broker.new_tick()
        ears = Ears(self._broker.answer, self._broker.log)
        cell = await self._origin.cells.open(self._job.limits.memory_bytes, ears)
        self._cell, self.enforcement = cell, cell.enforcement
        self._gauge = Gauge(cell.pid, self._clock)
        cell.buried.add_done_callback(lambda _: self.bereaved())
        self.housed()
        ending = await self._order(_load(self._job, self._beside()), self.limits.tick_timeout_s)
        if not isinstance(ending, m.Loaded):
            return ending
        self._has_on_error = ending.has_on_error
        if not ending.has_setup:
            return ending
        return await self._order(m.Run("setup", self._beside(), None), self.limits.tick_timeout_s)

    async def tick(self, facts: m.TickFacts) -> Outcome:
        """Run one tick, and `on_error` after one that failed in a process that lives.

        After a lost process `alive` is False, and the next `start` runs `on_error`.
        """
        started_s = self._clock.monotonic_s()
        self._facts = facts
        self._broker.new_tick(facts)
        if self._gauge is not None:
            self._gauge.begin()
        ending = await self._order(m.Run("tick", facts, None), self._job.limits.tick_timeout_s)
        outcome = self._outcome(ending, started_s)
        if outcome.failure is not None:
            if self.alive:
                # A deadline that was swallowed left the worker no exception to remember.
                ended_well = isinstance(ending, m.Finished)
                await self._on_error(_past(outcome.failure) if ended_well else None)
            elif outcome.kind is not OutcomeKind.SECURITY:
                self._past = _past(outcome.failure)
            await self._custody.keep()
            return _completed(outcome, self._said.take())
        return outcome

    async def settle(self) -> None:
        """Run the `on_error` that a lost process is still owed, in a fresh one."""
        if self._past is not None and self.breach is None:
            await self.start()

    async def close(self) -> None:
        """End the process, if there is one, and close its adapters; whoever comes second waits."""
        async with self._closing:
            try:
                await self._leave_cell()
                await self._custody.keep()
            finally:  # given up while the process is being buried, the burial goes on by itself
                await self._ends.aclose()

    async def _on_error(self, past: m.PastFailure | None) -> None:
        if not self._has_on_error:
            return
        self._broker.new_tick()
        timeout_s = self._job.limits.error_timeout_s
        facts = replace_fields(self._facts or self._beside(), deadline_s=timeout_s)
        self._in_on_error = True
        ending = await self._order(m.Run("on_error", facts, past), timeout_s)
        self._in_on_error = False
        if isinstance(ending, m.Failed):
            said = f"{ending.failure.type}: {ending.failure.message}"
        elif isinstance(ending, Death):
            said = str(self._custody.noted(failure(ending)))
        else:
            return
        self._said.add(LogLine("error", f"on_error failed: {said}", self._clock.wall_s()))

    async def _order(self, message: m.Load | m.Run, timeout_s: float) -> Ending | Death:
        if self._cell is None:
            raise OperatorFault("not-open", "the worker was closed as it ran", "enter it again")
        ending = await self._cell.order(message, timeout_s, self._job.limits.kill_grace_s)
        self._broker.end_tick()
        self._origin.learn(ending)
        return ending

    async def _leave_cell(self) -> Failure | None:
        """Let go of the process; gives what it died of, also behind its last word, if known."""
        cell, self._cell = self._cell, None
        if cell is None:
            return None
        await self._origin.cells.leave(cell, behind=self._job.deployment.script)
        return self._custody.noted(failure(cell.death)) if cell.death else None

    def _beside(self) -> m.TickFacts:
        """Tell `ctx.tick` of what runs beside the ticks: now, under the number of the last one."""
        now_s, n = self._clock.wall_s(), self._facts.n if self._facts else 0
        return m.TickFacts(n, now_s, now_s, 0.0, 0, self.limits.tick_timeout_s)

    def _outcome(self, ending: Ending | Death, started_s: float) -> Outcome:
        problem = _problem(ending, struck=self._cell is not None and self._cell.alarm.struck)
        if problem is not None:
            self._custody.noted(problem)
        death = ending if isinstance(ending, Death) else None
        self.orphaned = _is_bereft(death) or self._origin.outgrown
        gauge = self._gauge
        return Outcome(
            kind=problem.kind if problem else OutcomeKind.DONE,
            duration_s=self._clock.monotonic_s() - started_s,
            failure=problem,
            restarted=death is not None,
            ctx_calls=self._broker.calls,
            cpu_s=gauge.spent_s(death.cpu_us / 1e6 if death else None) if gauge else 0.0,
            memory_bytes=gauge.memory_bytes() if gauge else None,
            host_failed=self._broker.host_failed,
            calls=self._broker.trail() if problem else (),
            logs=self._said.take(),
        )


def _is_bereft(death: Death | None) -> bool:
    return death is not None and death.status == -1 and death.killed_for is None


def _completed(outcome: Outcome, lines: tuple[LogLine, ...]) -> Outcome:
    """Add the lines that came after it, of `on_error`."""
    return replace(outcome, logs=(*outcome.logs, *lines)[-LOG_LINES_KEPT:])


def _load(job: Job, tick: m.TickFacts) -> m.Load:
    return m.Load(
        source=job.deployment.source,
        filename=job.deployment.filename,
        script=job.deployment.script,
        language=job.deployment.language.name,
        config=job.deployment.config,
        adapters=dict(job.grants.methods),
        connected=job.grants.connected,
        tick=tick,
    )


def _problem(ending: Ending | Death, *, struck: bool) -> Failure | None:
    if not struck and isinstance(ending, m.Finished):  # nearly always
        return None
    problem = _told(ending)
    if struck and problem is None:
        text = "the code went on past its deadline; let TickTimeoutError pass, end the loop"
        return Failure(OutcomeKind.TIMEOUT, "TickTimeoutError", text)
    if struck and problem is not None and problem.kind is OutcomeKind.ERROR:
        # It caught the deadline's error and raised another; it ran out of time anyway.
        return replace(problem, kind=OutcomeKind.TIMEOUT)
    return problem


def _told(ending: Ending | Death) -> Failure | None:
    match ending:
        case m.Loaded() | m.Finished() | m.Diagnosed():
            return None
        case m.Failed(report):
            return Failure(OutcomeKind(report.kind), report.type, report.message, report.traceback)
        case Death():
            return failure(ending)
        case _:
            assert_never(ending)


def _past(problem: Failure) -> m.PastFailure:
    kinds = {OutcomeKind.TIMEOUT: "timeout", OutcomeKind.MEMORY: "memory"}
    kind = kinds.get(problem.kind, "crash")
    return m.PastFailure(kind, problem.message, problem.traceback)  # type: ignore[arg-type]


def _nobody() -> None:
    """Hear of a process."""
