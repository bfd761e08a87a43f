"""What the service counts of itself, for Prometheus; ``docs/metrics.md`` describes each series.

In: what happened, told as it happens, about a µs each. Out: one page. No series is kept for each
worker, for there may be thousands; those in trouble are named, up to a bound. A label takes a
bounded number of values, and no text of a worker becomes one.
"""

from __future__ import annotations

import platform
from collections import Counter as Tally
from collections.abc import Iterable
from functools import partial

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

import cellblock
from cellblock.journal.disk import DiskWatch
from cellblock.journal.event import Moved
from cellblock.journal.series import OTHER, Numbers, Pulled, Spread, Spreading, Spreads, Values
from cellblock.journal.sweeper import Sweeper
from cellblock.journal.writer import Writer
from cellblock.limits import METRICS_TROUBLED, METRICS_WORKSPACES
from cellblock.names import WorkerRef
from cellblock.store.records import Line, Run

_LATE_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
_TICK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0)
_CALL_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
_REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_ADAPTERS, _ROUTES, _RESULTS = 100, 200, 20
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_TROUBLE = ("quarantined", "paused", "lost")
"""States of which each worker is named, the worst first."""
_ALIVE = ("running", "held")
"""States in which a worker has a process."""


class Metrics:
    """Counts what it is told; asks *writer*, *sweeper* and *disk* when the page is made.

    All of it in one thread.
    """

    def __init__(self, writer: Writer, sweeper: Sweeper, disk: DiskWatch) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._workspace = Values(METRICS_WORKSPACES)
        self._adapter = Values(_ADAPTERS)
        self._route = Values(_ROUTES)
        self._result = Values(_RESULTS)
        self._states: dict[WorkerRef, str] = {}
        self._memory: dict[WorkerRef, int] = {}
        self._ran: set[WorkerRef] = set()
        self._count_ticks()
        self._count_doings()
        for pulled in (*self._of_workers(), *_of_parts(writer, sweeper, disk)):
            self._registry.register(pulled)

    def _count_ticks(self) -> None:
        self._ticks = self._counter("ticks", "Ticks that ended", "workspace", "outcome")
        self._skipped = self._counter("ticks_skipped", "Slots passed over", "workspace")
        self._cpu = self._counter(
            "tick_cpu_seconds", "Processor time of workers in their ticks", "workspace"
        )
        late = self._histogram("tick_lateness", "From a tick's slot to its begin", _LATE_S)
        took = self._histogram("tick_duration", "From a tick's begin to its end", _TICK_S)
        self._late, self._took = late[()], took[()]
        self._restarts = self._counter(
            "worker_restarts", "Processes begun in the place of another", "workspace", "cause"
        )
        self._security = self._counter(
            "security_events", "Times that a worker was put into quarantine", "workspace"
        )

    def _count_doings(self) -> None:
        self._calls = self._histogram(
            "ctx_call", "Time that an adapter took for a ctx call", _CALL_S, "adapter"
        )
        self._failed = self._counter(
            "ctx_calls_failed", "Calls that did not give what was asked for", "adapter"
        )
        self._lines = self._counter("log_lines", "Log lines of workers", "level")
        self._dropped = self._counter("log_lines_dropped", "Log lines over their worker's rate")
        self._hooks = self._counter("hook_events", "Events from outside", "result")
        self._requests = self._counter(
            "api_requests", "Requests to the HTTP API", "route", "method", "status"
        )
        self._request_s = self._histogram(
            "api_request", "Time that the HTTP API took", _REQUEST_S, "route", "method"
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Numbers:
        numbers = Numbers(float, {} if labels else {(): 0.0})
        pulled = Pulled(f"cellblock_{name}_total", meaning, lambda: numbers, labels)
        self._registry.register(pulled)
        return numbers

    def _histogram(
        self, name: str, meaning: str, bounds: tuple[float, ...], *labels: str
    ) -> Spreads:
        spreads = Spreads(partial(Spread, bounds))
        name = f"cellblock_{name}_seconds"
        self._registry.register(Spreading(name, meaning, labels, bounds, spreads))
        return spreads

    def page(self) -> bytes:
        """Write the page, in the text format 0.0.4."""
        return generate_latest(self._registry)

    def run(self, run: Run) -> None:
        """Count a tick that ended."""
        workspace = self._workspace(run.ref.workspace)
        self._ticks[workspace, run.outcome] += 1
        self._cpu[workspace,] += max(0.0, run.cpu_ms / 1000)
        self._skipped[workspace,] += max(0, run.skipped)
        self._late.observe(run.late_ms / 1000)
        self._took.observe(run.duration_ms / 1000)
        size = run.memory_bytes
        if (
            size is not None
            and self._memory.get(run.ref) != size  # the same for many ticks
            and self._states.get(run.ref) in _ALIVE
        ):
            self._memory[run.ref] = size

    def line(self, line: Line) -> None:
        """Count a log line."""
        self._lines[line.level,] += 1

    def dropped(self, lines: int) -> None:
        """Count log lines that their worker's rate did not allow."""
        self._dropped[()] += lines

    def moved(self, moved: Moved) -> None:
        """Follow a worker through its states."""
        ref = WorkerRef(moved.workspace, moved.name)
        workspace = self._workspace(moved.workspace)
        self._states[ref] = moved.state
        if moved.state not in _ALIVE:
            self._memory.pop(ref, None)
        if moved.state == "quarantined" and moved.before != "quarantined":
            self._security[workspace,] += 1
        if moved.state == "running" and moved.before != "held":
            if ref in self._ran:
                cause = "lost" if moved.before == "lost" else "asked"
                self._restarts[workspace, cause] += 1
            self._ran.add(ref)

    def stands(self, ref: WorkerRef, state: str) -> None:
        """Take a worker in that has not moved yet since the service began."""
        self._states.setdefault(ref, state)

    def purged(self, ref: WorkerRef) -> None:
        """Forget a worker that is there no more."""
        self._states.pop(ref, None)
        self._memory.pop(ref, None)
        self._ran.discard(ref)

    def call(self, adapter: str, seconds: float, good: bool) -> None:
        """Count a ctx call; see `broker.Grants.observed`."""
        adapter = self._adapter(adapter)
        self._calls[adapter,].observe(seconds)
        if not good:
            self._failed[adapter,] += 1

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; *route* is the template of its path, or ``none``."""
        where = self._route(route), method if method in _METHODS else OTHER
        self._requests[*where, str(status)] += 1
        self._request_s[where].observe(seconds)

    def hooked(self, result: str) -> None:
        """Count an event from outside: accepted, full, unknown, unsigned or another plain word."""
        self._hooks[self._result(result),] += 1

    def _of_workers(self) -> Iterable[Pulled]:
        yield Pulled("cellblock_workers", "Workers", self._by_state, ("state",))
        yield Pulled(
            "cellblock_worker_trouble",
            f"Workers that are {', '.join(_TROUBLE)}; the first {METRICS_TROUBLED}",
            self._in_trouble,
            ("workspace", "worker", "state"),
        )
        yield Pulled(
            "cellblock_workers_resident_memory_bytes",
            "Resident memory of the workers' processes, as seen in their last ticks",
            lambda: {(): sum(self._memory.values())},
        )
        yield Pulled(
            "cellblock_worker_resident_memory_max_bytes",
            "Resident memory of the largest worker",
            lambda: {(): max(self._memory.values(), default=0)},
        )

    def _by_state(self) -> dict[tuple[str, ...], float]:
        tally = Tally(self._states.values())
        return {(state,): tally[state] for state in {*_ALIVE, *_TROUBLE, *tally}}

    def _in_trouble(self) -> dict[tuple[str, ...], float]:
        found = sorted(
            (_TROUBLE.index(state), ref) for ref, state in self._states.items() if state in _TROUBLE
        )
        return {
            (ref.workspace, ref.name, _TROUBLE[rank]): 1.0 for rank, ref in found[:METRICS_TROUBLED]
        }


def _of_parts(writer: Writer, sweeper: Sweeper, disk: DiskWatch) -> Iterable[Pulled]:
    build = (cellblock.__version__, platform.python_version())
    yield Pulled(
        "cellblock_build_info", "1; what runs", lambda: {build: 1.0}, ("version", "python")
    )
    yield Pulled(
        "cellblock_journal_backlog_rows",
        "Log lines and runs that wait for the disk",
        lambda: {(): writer.backlog},
    )
    yield Pulled(
        "cellblock_journal_lost_rows_total",
        "Log lines and runs that were dropped, for the disk took none",
        lambda: {(): writer.lost},
    )
    yield Pulled(
        "cellblock_journal_forgotten_rows_total",
        "Log lines and runs that were too old, too much, or of a purged worker",
        lambda: {(): sweeper.forgotten},
    )
    yield Pulled(
        "cellblock_disk_free_bytes",
        "Room in the data directory",
        lambda: {} if disk.free_bytes is None else {(): disk.free_bytes},
    )
    yield Pulled(
        "cellblock_disk_problem",
        "1 if the disk is short of room or takes no writes, else 0",
        lambda: {(): float(disk.problem is not None)},
    )
