"""Start: from the request until code has run, side by side with every peer that is here.

Interleaved in one run, for machines are shared: only the ratios mean anything. *First line* is when
the code itself, its imports done, looks at the clock; *answer* is when the one who asked has it:
for a program its end, for us the outcome. Ours include every layer of the jail, the attestation
from outside, and loading the source. *Work* is the processor time of all who took part. All are
p50, but for p99. *From the fork* is a worker up to the end of its first tick; *from the pool* is
one `Sandbox.run` when a cell stood ready. Neither waits for the end of the process.
"""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import measure
import rivals
from cellblock import Sandbox
from measure import Column, Goal, Ratio, Report, Row
from rivals import DATA, LEAN, Command, MontyPool, Peer, Restricted, Rival, Run

FORKED, POOLED = "cellblock, from the fork", "cellblock, from the pool"
PLAIN, FORKSERVER = "python -c", "forkserver, preloaded"
REST_S = 0.05
"""Long enough that a cell is made ready meanwhile."""
RARE = 5
"""gVisor takes over a second; it runs every fifth round."""
PEERS: dict[str, Callable[[], Rival]] = {
    PLAIN: Command,
    "bubblewrap": lambda: Command(rivals.bubblewrap()),
    "nsjail": lambda: Command(rivals.nsjail()),
    "sandlock": partial(Peer, "sandbox_lock"),
    "gVisor": lambda: Command(rivals.gvisor()),
    FORKSERVER: partial(Peer, "forkserver", "numpy,pandas"),
    "Monty, new worker": partial(MontyPool, warm=False),
    "Monty, warm pool": partial(MontyPool, warm=True),
    "RestrictedPython": Restricted,
}
ONLY_LEAN = ("Monty, new worker", "Monty, warm pool", "RestrictedPython")
SHORT = (PLAIN, FORKSERVER)
COUNTED = (PLAIN, FORKSERVER, "nsjail", FORKED)
"""Those whose processor time is known whole; of the others a part runs in nobody's account."""
Times = dict[tuple[str, str], list[Run]]


async def pooled(sandbox: Sandbox, code: str) -> Run:
    """Time one `Sandbox.run` after a rest, the third in a row: what is wanted is made ready."""
    program = rivals.timed(code)
    for _ in range(2):
        await sandbox.run(program)
        await asyncio.sleep(REST_S)
    begun = time.time()
    outcome = await sandbox.run(program)
    done = time.time() - begun
    assert outcome.ok, outcome.failure
    return Run(float(outcome.output) - begun, done, 0.0)


async def forked(sandbox: Sandbox, code: str) -> Run:
    """Time a worker from its start to the outcome of its first tick."""
    source = f"{code}\ndef tick(ctx):\n    " + rivals.timed("").replace("\n", "\n    ")
    zygote = await sandbox.host.cells.warm()
    begun, before = time.time(), time.process_time() + measure.work_s(zygote.pid)
    async with sandbox.worker(source) as worker:
        outcome = await worker.tick()
        done = time.time() - begun
        assert outcome.ok, outcome.failure
        assert worker.pid
        work = measure.work_s(worker.pid)
    await asyncio.sleep(REST_S)  # what the zygote makes ready meanwhile is this start's work too
    work += time.process_time() + measure.work_s(zygote.pid) - before
    return Run(float(outcome.output) - begun, done, work)


async def take_rounds(rounds: int, codes: tuple[str, ...], peers: dict[str, Rival]) -> Times:
    """Take every figure once in each round, the first to warm up."""
    times: Times = defaultdict(list)
    async with Sandbox() as sandbox, Sandbox() as unready:
        if pool := getattr(unready.host.cells, "pool", None):
            await pool.close()
        for number in range(rounds + 1):
            for code in codes:
                for name, rival in peers.items():
                    rare = name == "gVisor" and number % RARE != 1
                    if not rare and not (code == DATA and name in ONLY_LEAN):
                        times[name, code].append(rival.once(code))
                times[FORKED, code].append(await forked(unready, code))
                times[POOLED, code].append(await pooled(sandbox, code))
            if number == 0:
                times.clear()
    return times


def rows(times: Times, notes: dict[str, str]) -> list[Row]:
    """Give a row for each, in the order of the peers, ours last."""
    found = []
    for name in (*PEERS, FORKED, POOLED):
        figures: list[float | None] = []
        for code in (LEAN, DATA):
            runs = times.get((name, code), ())
            done = [one.done * 1e3 for one in runs]
            first = measure.middle([one.first * 1e3 for one in runs]) if runs else None
            middle = measure.middle(done) if runs else None
            figures += [first, middle, measure.percentile(done, 0.99) if runs else None]
        work = [one.work * 1e3 for one in times.get((name, DATA), ()) if name in COUNTED]
        figures.append(measure.middle(work) if work else None)
        if any(figures) or name in notes:
            found.append(Row(name, tuple(figures) if any(figures) else (), notes.get(name, "")))
    return found


def ratios(times: Times) -> dict[str, Ratio]:
    """Compare with the two peers that are everywhere."""
    found = {}
    for name in (PLAIN, FORKSERVER):
        peer = times[name, DATA]
        fork, pool = times[FORKED, DATA], times[POOLED, DATA]
        found[f"start from the fork / {name}"] = measure.ratio(
            [one.done for one in fork], [one.done for one in peer], wall=True
        )
        found[f"first line from the pool / {name}"] = measure.ratio(
            [one.first for one in pool], [one.first for one in peer], wall=True
        )
        found[f"work of a start / {name}"] = measure.ratio(
            [one.work for one in fork], [one.work for one in peer]
        )
    return found


def open_peers(
    names: Iterable[str], codes: tuple[str, ...]
) -> tuple[dict[str, Rival], dict[str, str]]:
    """Give the peers that are here, and why the others are not."""
    peers, notes = {}, {}
    for name in names:
        rival, note = rivals.opened(name, PEERS[name], (LEAN,) if name in ONLY_LEAN else codes)
        if rival is None:
            notes[name] = note
        else:
            peers[name] = rival
    return peers, notes


def take(options: Namespace) -> Report:
    """Measure."""
    rounds, codes = (8, (DATA,)) if options.short else (options.rounds, (LEAN, DATA))
    peers, notes = open_peers(SHORT if options.short else PEERS, codes)
    times = asyncio.run(take_rounds(rounds, codes, peers))
    for rival in peers.values():
        rival.close()
    compared = ratios(times)
    faster = {name: 1 / ratio.middle for name, ratio in compared.items()}
    goals = (
        (f"start from the fork / {PLAIN}", 65),
        (f"start from the fork / {FORKSERVER}", 3.5),
        (f"first line from the pool / {PLAIN}", 400),
    )
    names = ("x = 1, first line", "answer", "p99", "numpy, pandas, first line", "answer ", "p99 ")
    return Report(
        name="start",
        title="Start, ms",
        about=__doc__ or "",
        columns=tuple(Column(name, 2) for name in (*names, "work")),
        rows=tuple(rows(times, notes)),
        goals=tuple(
            Goal(name, faster[name], bound, least=True, unit="times faster")
            for name, bound in goals
        ),
        ratios=compared,
    )


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--rounds", type=int, default=30)
    sys.exit(measure.main(given.parse_args(), take))
