"""`set` on the SQLite store by 1, 100 and 1,000 writers at once: together and each by itself.

By itself every `set` is a transaction with a flush to the disk of its own; together those that
wait share one. Beside them a bare loop of SQLite in this thread: what one `set` costs at least.
Rounds are interleaved, for machines are shared: the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import uvloop

from cellblock.store.database import Database, Layout

LAYOUT = Layout(application=1, steps="state", statements=("state",))
WRITERS = (1, 100, 1_000)
SETS = 1_000
"""Sets of one round, all writers together."""
FASTER = 3.0
"""Goal: how many times the sets of 100 writers by themselves are done together."""
SLOWER = 1.15
"""Goal: how much longer than by itself a lone set may take."""
Put = Callable[[str], Awaitable[object]]


async def round_(put: Put, writers: int) -> tuple[float, list[float]]:
    """Let *writers* set their keys one after the other; gives the whole time and each."""
    times: list[float] = []

    async def write(name: int) -> None:
        for number in range(SETS // writers):
            begun = time.perf_counter()
            await put(f"{name}.{number}")
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(write(name) for name in range(writers)))
    return time.perf_counter() - begun, times


def bare(database: Database) -> float:
    """Set as often as a round does with nothing around SQLite; gives the median in seconds."""
    times = []
    for number in range(SETS // 4):
        begun = time.perf_counter()
        database.run("set", worker="bare", key=str(number), value=os.urandom(100))
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


async def measure(rounds: int, folder: Path) -> tuple[dict[tuple[str, int], list[float]], float]:
    """Give sets a second and latencies by way and writers, and the bare time."""
    database = await Database.open(folder / "state.db", LAYOUT)

    # Values differ, for the same again would write nothing.
    def job(key: str) -> Callable[[], object]:
        return partial(database.run, "set", worker="w", key=key, value=os.urandom(100))

    ways: dict[str, Put] = {
        "each by itself": lambda key: database.work(job(key)),
        "together": lambda key: database.write(job(key)),
    }
    found: dict[tuple[str, int], list[float]] = {}
    least = []
    for _ in range(rounds):
        for writers in WRITERS:
            for name, put in ways.items():
                whole, times = await round_(put, writers)
                values = found.setdefault((name, writers), [])
                values += [
                    SETS / whole,
                    statistics.median(times),
                    sorted(times)[-len(times) // 100],
                ]
        least.append(await database.work(partial(bare, database)))
    await database.close()
    return found, statistics.median(least)


def main() -> int:
    """Measure and print; exit 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the disk is that is to be measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found, least = uvloop.run(measure(options.rounds, Path(folder)))
    print(f"{'set of 100 bytes':18}{'writers':>8}{'sets/s':>10}{'p50 µs':>10}{'p99 µs':>10}")
    medians = {}
    for (name, writers), values in found.items():
        rate, p50, p99 = (statistics.median(values[k::3]) for k in range(3))
        medians[name, writers] = rate, p50
        print(f"{name:18}{writers:8}{rate:10.0f}{p50 * 1e6:10.0f}{p99 * 1e6:10.0f}")
    print(f"{'bare SQLite':18}{1:8}{1 / least:10.0f}{least * 1e6:10.0f}")
    missed = False
    for writers in WRITERS:
        alone, together = medians["each by itself", writers], medians["together", writers]
        faster, slower = together[0] / alone[0], together[1] / alone[1]
        print(
            f"together with {writers} writers: {faster:.1f} times the sets, latency x {slower:.2f}"
        )
        missed |= slower > SLOWER if writers == 1 else faster < FASTER
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
