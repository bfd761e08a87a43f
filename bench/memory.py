"""Memory of an idle sandbox that has numpy and pandas imported: proportional set size (PSS).

Pages that several share are divided among those who share them; a helper process that a sandbox
keeps beside the code is its own cost too, and counted. What all share is told apart. The fewer are
alive, the larger each one's part of the shared pages; *private* does not depend on it. The kernel's
own memory is not in it; the density table has all in.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import AsyncExitStack
from typing import NamedTuple

import msgspec

import measure
import rivals
from cellblock import Sandbox
from measure import Column, Goal, Report, Row
from processes import family, private_bytes, proportional_bytes
from rivals import DATA, Command, Peer

IDLE = f"{DATA}, time\nprint(1, flush=True)\nwhile True: time.sleep(60)"
SOURCE = """
import numpy, pandas
def tick(ctx):
    ctx.state.set("n", ctx.state.get("n", 0) + 1)
    ctx.log.info("ticked")
"""
TICKS = 5
OURS, TICKED = "cellblock, started", f"cellblock, after {TICKS} ticks"
FORKSERVER, PLAIN = "forkserver, preloaded", "python -c"
GOAL_MB = 2.5
UNSEEN = "an ordinary user may not look into a worker; run as root"


class Held(NamedTuple):
    """The megabytes of each process, those below it counted with it."""

    shared_out: list[float]
    private: list[float]


def held(pids: list[int]) -> Held:
    """Look at some processes."""
    families = [(pid, *family(pid)) for pid in pids]
    return Held(
        [sum(map(proportional_bytes, pids)) / 1e6 for pids in families],
        [sum(map(private_bytes, pids)) / 1e6 for pids in families],
    )


def commands(prefix: list[str], count: int) -> Held:
    """Give what each of so many programs holds."""
    started = [
        subprocess.Popen([*Command(prefix).prefix, "-c", IDLE], stdout=subprocess.PIPE)
        for _ in range(count)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        return held([process.pid for process in started])
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.communicate()


def peer(name: str, arguments: tuple[str, ...], count: int) -> Held:
    """Give what each of so many holds that a program in `peers/` keeps."""
    keeper = Peer(name, *arguments)
    try:
        keeper.once(DATA)
        pids = keeper.idle(count, DATA)
        settle(pids)
        return held(pids)
    finally:
        keeper.close()


def settle(pids: list[int]) -> None:
    """Wait until none of them uses the processor."""
    before = -1.0
    while (spent := measure.work_s(*pids)) != before:
        before = spent
        time.sleep(1.0)


def monty(count: int) -> Held:
    """Give what each of so many of Monty's workers holds; it has neither numpy nor pandas."""
    from pydantic_monty import Monty

    with contextlib.ExitStack() as stack:
        before = set(family(os.getpid()))
        for _ in range(count):
            pool = stack.enter_context(Monty())
            session = stack.enter_context(pool.checkout())
            session.feed_run("x = 1")
        return held(sorted(set(family(os.getpid())) - before))


async def ours(count: int) -> tuple[Held, Held, float]:
    """Give what each worker holds, started and after some ticks, and what the zygote does."""
    async with Sandbox() as sandbox, AsyncExitStack() as stack:
        zygote = await sandbox.host.cells.warm()
        workers = [
            await stack.enter_async_context(sandbox.worker(SOURCE, name=f"w{number}"))
            for number in range(count)
        ]
        pids = [worker.pid for worker in workers if worker.pid]
        started = held(pids)
        for _ in range(TICKS):
            for worker in workers:
                assert (await worker.tick()).ok
        return started, held(pids), proportional_bytes(zygote.pid) / 1e6


def take(options: Namespace) -> Report:
    """Measure."""
    count = 10 if options.short else options.count
    ways = {
        PLAIN: lambda: commands([], max(2, count // 5)),
        "bubblewrap": lambda: commands(rivals.bubblewrap(), count // 5),
        "nsjail": lambda: commands(rivals.nsjail(), count // 5),
        "sandlock": lambda: peer("sandbox_lock", (), count // 5),
        "gVisor": lambda: commands(rivals.gvisor(), 2),
        FORKSERVER: lambda: peer("forkserver", ("numpy,pandas",), count),
        "Monty (no numpy)": lambda: monty(count),
    }
    found: dict[str, Held] = {}
    notes = {}
    for name, way in ways.items():
        if options.short and name not in {PLAIN, FORKSERVER}:
            continue
        if note := rivals.missing(name.partition(" (")[0]):
            notes[name] = note
            continue
        found[name] = way()
    try:
        found[OURS], found[TICKED], zygote = asyncio.run(ours(count))
    except PermissionError:
        return report(found, notes | dict.fromkeys((OURS, TICKED), UNSEEN), 0.0)
    return report(found, notes, zygote)


def report(found: dict[str, Held], notes: dict[str, str], zygote: float) -> Report:
    """Make the table."""
    names = ("p50", "most", "of it private")
    columns = (*(Column(name, 2) for name in names), Column("alive", 0))
    rows = []
    for name, (sizes, private) in found.items():
        figures = measure.middle(sizes), max(sizes), measure.middle(private), float(len(sizes))
        rows.append(Row(name, figures))
    rows += [Row(name, (), note) for name, note in notes.items()]
    about = Report("memory", "Memory of an idle sandbox, MB of PSS", __doc__ or "", columns, ())
    if TICKED not in found:
        return msgspec.structs.replace(about, rows=tuple(rows), unable={"memory": UNSEEN})
    ticked, peer = found[TICKED].shared_out, found[FORKSERVER].shared_out
    what = "a worker after its first ticks"
    return msgspec.structs.replace(
        about,
        rows=tuple(rows),
        goals=(Goal(what, measure.middle(ticked), GOAL_MB, unit="MB"),),
        ratios={f"memory of a worker / {FORKSERVER}": measure.ratio(ticked, peer)},
        notes=(f"The zygote that all share: {zygote:.1f} MB.",),
    )


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--count", type=int, default=50)
    sys.exit(measure.main(given.parse_args(), take))
