"""Density: a service of 100 to 4,000 workers at one tick a second each, and what it takes.

Each tick makes three calls of ctx: state.get, state.set (on the disk when it returns), log.info.
Ticks and lateness are read from the journal's own runs, processor time and memory from the kernel.
*Start* is from nothing to the last worker's process. *All in* is what the machine has less to give
for each worker, host and kernel included. Machines are shared: read the share of the processors
beside the lateness. Few workers cost more a tick, for each then pays alone what many share: a
flush of the disk, a batch of the journal, a turn of the loop. *Bare* processes are forks with numpy
and pandas and two pipes, told and answered in the same rhythm by a bare loop: no jail, no checks,
nothing kept. They are what this machine can do at most.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import measure
from cellblock.intake.settings import Settings
from cellblock.names import WorkerRef
from cellblock.store.chronicle import Chronicle
from cellblock.store.records import Draft, RunStatistics, Workspace
from cellblock.store.registry import Registry
from cellblock.store.service import RunQuery
from ctx import Pipe
from measure import Column, Goal, Report
from processes import available_bytes, family, proportional_bytes, resident_bytes

SOURCE = """
def tick(ctx):
    count = ctx.state.get("count", 0) + 1
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""
START_S = 300.0
SETTLE_S = 3.0
BARE = Path(__file__).parent / "peers" / "bare.py"
LOOKED_AT = 40
"""Workers whose memory is looked at; their mean stands for all."""
SIZES = [100, 500, 1_000, 2_000, 3_000, 4_000]
LATE_MS, ALL_IN_MB, START_GOAL_S, FLAT, WORKERS = 50.0, 2.5, 4.0, 1.25, 4_000.0
"""Goals: of the largest size in time (two), of 1,000 workers, of more by fewer, of that size."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, in processor seconds."""

    seconds: float
    host: float
    jails: float
    """Of zygote and workers together."""
    yardstick: float
    """A message to and fro over a raw pipe, just before."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was found of so many workers."""

    workers: int
    start_s: float
    windows: list[Window]
    span_s: float
    """From the first window's begin to the last one's end, the yardsticks between included."""
    runs: RunStatistics
    """Those that began in the span."""
    host_bytes: int
    worker_bytes: float
    """Of one worker, shared pages divided among those who share them."""
    all_in_bytes: float

    @property
    def seconds(self) -> float:
        """How long was looked."""
        return sum(window.seconds for window in self.windows)

    def ticks(self, seconds: float) -> float:
        """Tell how many ticks fell into so many seconds; they are spread evenly."""
        return max(1, self.runs.runs) * seconds / self.span_s

    def per_tick(self) -> tuple[float, float]:
        """Give the processor time of a tick in microseconds: the host's and the jails'."""
        ticks = self.ticks(self.seconds) / 1e6
        host = sum(window.host for window in self.windows)
        return host / ticks, sum(window.jails for window in self.windows) / ticks


async def deploy(folder: Path, count: int) -> None:
    """Write down what is wanted, as many deploys would."""
    registry = await Registry.open(folder / "service.db")
    try:
        now = time.time()
        await registry.workspaces.add_workspace(Workspace(name="default", created_at=now))
        drafts = [
            Draft(
                ref=WorkerRef("default", f"w{number:04}"),
                source=SOURCE,
                settings=Settings(interval_s=1.0, connect=()),
                by="bench",
                at=now + number / count,  # a grid's anchor: they are spread over the second
            )
            for number in range(count)
        ]
        await asyncio.gather(*(registry.workers.deploy(draft) for draft in drafts))
    finally:
        await registry.close()


def ask(folder: Path) -> dict[str, int] | None:
    """Give how many workers are in each state; None while nobody answers."""
    try:
        url = json.loads((folder / "server.json").read_text("utf-8"))["url"]
        token = (folder / "admin.token").read_text("ascii").strip()
        request = urllib.request.Request(
            f"{url}/health", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.load(answer)["facts"]["workers"])
    except (OSError, ValueError, KeyError):
        return None


def cpu_s(pids: Iterable[int]) -> dict[int, float]:
    """Give the processor time of each that is there."""
    spent = {}
    for pid in pids:
        try:
            spent[pid] = measure.work_s(pid)
        except OSError:
            continue
    return spent


def window(host: int, jails: list[int], seconds: float) -> Window:
    """Look for so long."""
    pipe = Pipe()
    yardstick = asyncio.run(pipe.round()).work
    pipe.close()
    begun, before = time.monotonic(), cpu_s((host, *jails))
    time.sleep(seconds)
    lasted, after = time.monotonic() - begun, cpu_s((host, *jails))
    spent = {pid: after[pid] - before[pid] for pid in after if pid in before}
    own = spent.pop(host)
    return Window(lasted, own, sum(spent.values()), yardstick)


def service(folder: Path, workers: int, windows: list[float], options: list[str]) -> Size:
    """Start a service, wait until all run, look for so many seconds each, end it."""
    folder.mkdir(mode=0o700)
    asyncio.run(deploy(folder, workers))
    left = available_bytes()
    command = [sys.executable, "-m", "cellblock", "serve", "--data", str(folder), "--port", "0"]
    begun = time.monotonic()
    with (folder / "log").open("wb") as log:
        host = subprocess.Popen([*command, *options], stdout=log, stderr=log)
    try:
        while (ask(folder) or {}).get("running", 0) < workers:
            if time.monotonic() - begun > START_S or host.poll() is not None:
                sys.exit(f"not all run: {ask(folder)}\n{(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.1)
        start_s = time.monotonic() - begun
        time.sleep(SETTLE_S)  # what the start has left over is done then
        jails = family(host.pid)
        begun_at = time.time()
        found = [window(host.pid, jails, seconds) for seconds in windows]
        ended_at = time.time()
        looked_at = jails[-LOOKED_AT:]
        worker_bytes = sum(map(proportional_bytes, looked_at)) / len(looked_at)
        host_bytes, all_in = resident_bytes(host.pid), (left - available_bytes()) / workers
    finally:
        host.send_signal(signal.SIGTERM)
        host.wait(60)
    runs = asyncio.run(statistics(folder, begun_at, ended_at))
    memory = host_bytes, worker_bytes, all_in
    return Size(workers, start_s, found, ended_at - begun_at, runs, *memory)


async def statistics(folder: Path, since: float, until: float) -> RunStatistics:
    """Read the runs that began in a span of time."""
    chronicle = await Chronicle.open(folder / "journal.db")
    try:
        return await chronicle.statistics(RunQuery(workspace="default", since=since, until=until))
    finally:
        await chronicle.close()


COLUMNS = (
    Column("start s"),
    Column("ticks/s", 0),
    Column("skipped", 0),
    Column("not done", 0),
    Column("late p50 ms"),
    Column("p99"),
    Column("tick p50 ms"),
    Column("p99 "),
    Column("processors, host", 2),
    Column("jails", 2),
    Column("a tick µs, host", 0),
    Column("jail", 0),
    Column("host MB", 0),
    Column("worker MB", 2),
    Column("all in MB", 2),
)


def row(size: Size) -> measure.Row:
    """Give one line of the table."""
    runs, seconds = size.runs, size.seconds
    host, jail = size.per_tick()
    late = runs.late_ms_p50 or 0.0, runs.late_ms_p99 or 0.0
    took = runs.duration_ms_p50 or 0.0, runs.duration_ms_p99 or 0.0
    busy = (
        sum(window.host for window in size.windows) / seconds,
        sum(window.jails for window in size.windows) / seconds,
    )
    counts = runs.runs / size.span_s, float(runs.skipped)
    wrong = float(runs.runs - runs.by_outcome.get("done", 0))
    memory = size.host_bytes / 1e6, size.worker_bytes / 1e6, size.all_in_bytes / 1e6
    figures = (size.start_s, *counts, wrong, *late, *took, *busy, host, jail, *memory)
    return measure.Row(f"{size.workers:,} workers", figures)


def bare(count: int, seconds: float) -> measure.Row:
    """Measure as many bare processes."""
    command = [sys.executable, str(BARE), str(count), str(seconds)]
    told = subprocess.run(command, check=True, capture_output=True, timeout=START_S)
    found = json.loads(told.stdout)
    ticks, seconds = found["ticks"], found["seconds"]
    spent = found["host_s"], found["workers_s"]
    figures = (
        *(found["start_s"], ticks / seconds, float(found["skipped"]), 0.0),
        *(*found["late_ms"], *found["tick_ms"]),
        *(one / seconds for one in spent),
        *(one * 1e6 / ticks for one in spent),
        *(None, None, None),
    )
    return measure.Row(f"{count:,} bare processes", figures)


def goals(sizes: list[Size]) -> tuple[Goal, ...]:
    """Hold what was found to the goals."""
    in_time = [
        size
        for size in sizes
        if (size.runs.late_ms_p99 or 0.0) <= LATE_MS and not size.runs.skipped
    ]
    costs = [sum(size.per_tick()) for size in sizes]
    rise = max(after / min(costs[: k + 1]) for k, after in enumerate(costs))
    found = [
        Goal("workers whose ticks are in time", float(_most(in_time)), WORKERS, least=True),
        Goal("a tick of more workers, by one of fewer", rise, FLAT),
    ]
    for size in in_time[-1:]:
        late_ms, all_in_mb = size.runs.late_ms_p99 or 0.0, size.all_in_bytes / 1e6
        name = f"{size.workers:,} workers"
        found.append(Goal(f"{name}, p99 of lateness", late_ms, LATE_MS, unit="ms"))
        found.append(Goal(f"{name}, all in, each", all_in_mb, ALL_IN_MB, unit="MB"))
    found += [
        Goal("start of 1,000 workers", size.start_s, START_GOAL_S, unit="s")
        for size in sizes
        if size.workers == 1_000
    ]
    return tuple(found)


def _most(sizes: list[Size]) -> int:
    return max((size.workers for size in sizes), default=0)


def ratios(sizes: list[Size]) -> dict[str, measure.Ratio]:
    """Compare the work of a tick with that of a message over a raw pipe."""
    size = sizes[0]
    yardsticks = [one.yardstick for one in size.windows]
    return {
        "work of a tick of the service, host / raw pipe": measure.ratio(
            [one.host / size.ticks(one.seconds) for one in size.windows], yardsticks
        ),
        "work of a tick of the service, jail / raw pipe": measure.ratio(
            [one.jails / size.ticks(one.seconds) for one in size.windows], yardsticks
        ),
    }


def take(options: Namespace) -> Report:
    """Measure each size in turn."""
    workers = [100] if options.short else options.workers
    windows = [1.5] * 4 if options.short else [options.seconds / 2] * 2
    sizes, floor = [], []
    for count in workers:
        with tempfile.TemporaryDirectory(prefix="cellblock-bench-") as folder:
            sizes.append(service(Path(folder) / "data", count, windows, options.options))
        if count >= 1_000:
            floor.append(bare(count, options.seconds))
        print(f"{count:,} workers are measured", flush=True)
    return Report(
        name="density",
        title="Density: one tick a second, three ctx calls each",
        about=__doc__ or "",
        columns=COLUMNS,
        rows=(*map(row, sizes), *floor),
        goals=() if options.short else goals(sizes),
        ratios=ratios(sizes),
    )


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--workers", type=int, nargs="+", default=SIZES)
    given.add_argument("--seconds", type=float, default=20.0)
    given.add_argument("--options", nargs="*", default=[], help="more options of serve")
    sys.exit(measure.main(given.parse_args(), take))
