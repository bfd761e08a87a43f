"""`set` on the SQLite store by 1, 100 and 1,000 writers at once: together and each by itself.

By itself every `set` is a transaction with a flush to the disk of its own; together those that
wait share one. Beside them a bare loop of SQLite in this thread: what one `set` costs at least.
Rounds are interleaved, for machines are shared: the ratios are what counts. *Work* is the processor
time of a set.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop

import measure
from cellblock.store.database import Database, Layout
from measure import Column, Goal, Report, Row, middle

LAYOUT = Layout(application=1, steps="state", statements=("state",))
WRITERS = (1, 100, 1_000)
SETS = 1_000
"""Sets of one round, all writers together."""
FASTER = 3.0
"""Goal: how many times the sets of 100 writers by themselves are done together."""
SLOWER = 1.15
"""Goal: how much longer than by itself a lone set may take."""
Put = Callable[[str], Awaitable[object]]


WAYS = ("each by itself", "together")
BARE = "bare SQLite"
RATE = 5_000.0
"""Goal: durable sets a second of many writers."""


class Round(NamedTuple):
    """What one round found, in seconds."""

    each: float
    """The whole time, by set."""
    times: list[float]
    work: float
    """Processor time, by set."""


async def round_(put: Put, writers: int) -> Round:
    """Let *writers* set their keys one after the other."""
    times: list[float] = []

    async def write(name: int) -> None:
        for number in range(SETS // writers):
            begun = time.perf_counter()
            await put(f"{name}.{number}")
            times.append(time.perf_counter() - begun)

    begun, before = time.perf_counter(), time.process_time()
    await asyncio.gather(*(write(name) for name in range(writers)))
    taken, work = time.perf_counter() - begun, time.process_time() - before
    return Round(taken / SETS, times, work / SETS)


def bare(database: Database) -> Round:
    """Set as often as a round does with nothing around SQLite."""
    times, before = [], time.thread_time()
    for number in range(SETS // 4):
        begun = time.perf_counter()
        database.run("set", worker="bare", key=str(number), value=os.urandom(100))
        times.append(time.perf_counter() - begun)
    work = time.thread_time() - before
    return Round(sum(times) / len(times), times, work / len(times))


async def measured(rounds: int, folder: Path) -> dict[tuple[str, int], list[Round]]:
    """Give the rounds by way and writers, the bare one with one writer."""
    database = await Database.open(folder / "state.db", LAYOUT)

    # Values differ, for the same again would write nothing.
    def job(key: str) -> Callable[[], object]:
        return partial(database.run, "set", worker="w", key=key, value=os.urandom(100))

    alone, together = WAYS
    ways: dict[str, Put] = {
        alone: lambda key: database.work(job(key)),
        together: lambda key: database.write(job(key)),
    }
    found: dict[tuple[str, int], list[Round]] = defaultdict(list)
    for _ in range(rounds):
        for writers in WRITERS:
            for name, put in ways.items():
                found[name, writers].append(await round_(put, writers))
        found[BARE, 1].append(await database.work(partial(bare, database)))
    await database.close()
    return found


def goals(found: dict[tuple[str, int], list[Round]]) -> list[Goal]:
    """Compare the ways."""
    alone, together = WAYS
    made = []
    for writers in WRITERS:
        one, other = found[alone, writers], found[together, writers]
        pairs = list(zip(one, other, strict=True))
        if writers == 1:
            slower = measure.middle([middle(b.times) / middle(a.times) for a, b in pairs])
            made.append(Goal("a lone set, slower together", slower, SLOWER, unit="times"))
            continue
        faster = measure.middle([a.each / b.each for a, b in pairs])
        what = f"{writers:,} writers, faster together"
        made.append(Goal(what, faster, FASTER, least=True, unit="times"))
        rate = 1 / measure.middle([b.each for b in other])
        made.append(Goal(f"sets of {writers:,} writers", rate, RATE, least=True, unit="a second"))
    return made


def report(found: dict[tuple[str, int], list[Round]]) -> Report:
    """Make the table."""
    rows = []
    for (name, writers), rounds in found.items():
        times = [t * 1e6 for one in rounds for t in one.times]
        rate = 1 / middle([one.each for one in rounds])
        work = middle([one.work for one in rounds]) * 1e6
        figures = float(writers), rate, middle(times), measure.percentile(times, 0.99), work
        rows.append(Row(name, figures))
    least = [one.work for one in found[BARE, 1]]
    ratios = {
        f"work of a set, {writers} together / {BARE}": measure.ratio(
            [one.work for one in found[WAYS[1], writers]], least
        )
        for writers in WRITERS
    }
    names = ("writers", "sets/s", "p50 µs", "p99 µs", "work µs")
    return Report(
        name="stores",
        title="Durable sets of 100 bytes on SQLite",
        about=__doc__ or "",
        columns=tuple(Column(name, int(name == "work µs")) for name in names),
        rows=tuple(rows),
        goals=tuple(goals(found)),
        ratios=ratios,
    )


def take(options: Namespace) -> Report:
    """Measure; in short in memory, where no disk adds its noise to the processor's time."""
    folder = Path("/dev/shm") if options.short else options.folder
    with tempfile.TemporaryDirectory(dir=folder) as place:
        return report(uvloop.run(measured(5 if options.short else options.rounds, Path(place))))


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--folder", type=Path, help="where the disk is that is to be measured")
    sys.exit(measure.main(given.parse_args(), take))
