"""What a service of 100, 1,000 and 4,000 workers does at one tick a second each, and what it takes.

Each tick makes three calls of ctx: state.get, state.set (on the disk when it returns), log.info.
Ticks and lateness are read from the journal's own runs, processor time and memory from /proc. The
start, from nothing to the last worker's process, is told apart. Machines are shared: read the
share of the processors beside the lateness.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cellblock.intake.settings import Settings
from cellblock.names import WorkerRef
from cellblock.store.chronicle import Chronicle
from cellblock.store.records import Draft, RunStatistics, Workspace
from cellblock.store.registry import Registry
from cellblock.store.service import RunQuery

SOURCE = """
def tick(ctx):
    count = ctx.state.get("count", 0) + 1
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""
START_S = 300.0
LOOKED_AT = 40
"""Workers whose memory is looked at; their mean stands for all."""
TICK_S = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Row:
    """One size."""

    workers: int
    start_s: float
    seconds: float
    runs: RunStatistics
    host_cpu: float
    """Processors that the host kept busy."""
    jail_cpu: float
    """Likewise, of zygote and workers together."""
    host_bytes: int
    worker_bytes: float | None
    """Of one worker, shared pages divided among those who share them."""


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


def family(host: int) -> list[int]:
    """Give the processes below the host."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text("ascii").rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, level = [], [host]
    while level:
        level = [child for pid in level for child in parents.get(pid, [])]
        found += level
    return found


def cpu_s(pids: list[int]) -> dict[int, float]:
    """Give the processor time of each that is there."""
    spent = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        except OSError:
            continue
        spent[pid] = (int(fields[11]) + int(fields[12])) / TICK_S
    return spent


def resident_bytes(pid: int) -> int:
    """Give the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE


def shared_out_bytes(pids: list[int]) -> float | None:
    """Give the mean proportional memory of some; None if this user may not look."""
    found = []
    for pid in pids[-LOOKED_AT:]:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")]
    return sum(found) / len(found) if found else None


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


def measure(folder: Path, workers: int, seconds: float, options: list[str]) -> Row:
    """Start a service, wait until all run, look for *seconds*, end it."""
    folder.mkdir(mode=0o700)
    asyncio.run(deploy(folder, workers))
    command = [sys.executable, "-m", "cellblock", "serve", "--data", str(folder), "--port", "0"]
    begun = time.monotonic()
    with (folder / "log").open("wb") as log:
        host = subprocess.Popen([*command, *options], stdout=log, stderr=log)
    try:
        while (ask(folder) or {}).get("running", 0) < workers:
            if time.monotonic() - begun > START_S or host.poll() is not None:
                sys.exit(f"not all run: {ask(folder)}\n{(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.2)
        start_s = time.monotonic() - begun
        time.sleep(3)  # what the start has left over is done then
        pids = family(host.pid)
        begun_at, before = time.time(), cpu_s([host.pid, *pids])
        time.sleep(seconds)
        ended_at, after = time.time(), cpu_s([host.pid, *pids])
        memory = resident_bytes(host.pid), shared_out_bytes(pids)
    finally:
        host.send_signal(signal.SIGTERM)
        host.wait(60)
    runs = asyncio.run(statistics(folder, begun_at, ended_at))
    lasted = ended_at - begun_at
    spent = {pid: after[pid] - before[pid] for pid in after if pid in before}
    own = spent.pop(host.pid)
    return Row(
        workers=workers,
        start_s=start_s,
        seconds=lasted,
        runs=runs,
        host_cpu=own / lasted,
        jail_cpu=sum(spent.values()) / lasted,
        host_bytes=memory[0],
        worker_bytes=memory[1],
    )


async def statistics(folder: Path, since: float, until: float) -> RunStatistics:
    """Read the runs that began in a span of time."""
    chronicle = await Chronicle.open(folder / "journal.db")
    try:
        return await chronicle.statistics(RunQuery(workspace="default", since=since, until=until))
    finally:
        await chronicle.close()


def show(row: Row) -> None:
    """Print one line of the table."""
    runs = row.runs
    done = runs.by_outcome.get("done", 0)
    size = "-" if row.worker_bytes is None else f"{row.worker_bytes / 1e6:.1f}"
    print(
        f"{row.workers:>7,} {row.start_s:>8.1f} {runs.runs / row.seconds:>8,.0f}"
        f" {runs.skipped:>7,} {runs.runs - done:>6,}"
        f" {runs.late_ms_p50 or 0:>8.1f} {runs.late_ms_p99 or 0:>8.1f}"
        f" {runs.duration_ms_p50 or 0:>8.1f} {runs.duration_ms_p99 or 0:>8.1f}"
        f" {row.host_cpu:>8.2f} {row.jail_cpu:>8.2f} {row.host_bytes / 1e6:>8.0f} {size:>9}",
        flush=True,
    )


def main() -> None:
    """Measure each size in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[100, 1_000, 4_000])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--options", nargs="*", default=[], help="more options of serve")
    given = parser.parse_args()
    print(
        "                           not on  not      late ms        tick takes ms    "
        "processors busy   MB\n"
        "workers  start s  ticks/s    time   done      p50      p99      p50      p99"
        "     host    jails     host  a worker"
    )
    for workers in given.workers:
        with tempfile.TemporaryDirectory(prefix="cellblock-bench-") as folder:
            show(measure(Path(folder) / "data", workers, given.seconds, given.options))


if __name__ == "__main__":
    main()
