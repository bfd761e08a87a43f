"""What the jail costs code that only computes: the same function in a worker and in bare CPython.

Bare is a long-lived ``python -I`` with the worker's environment, in a session of its own as a
worker is, that runs the same source; its collector is as Python sets it, where a worker's does not
look at what the zygote imported. Each round runs every workload once in every place, in an order
that turns, and compares within the round what was measured inside: wall time
(`time.perf_counter`) and processor time (`time.process_time`). The goal is judged by processor
time, which holds system calls and page faults too; wall time also holds the wait for a processor
that others use. Two processes of one program differ by some percent for as long as they live, for
each has its own address layout and hash seed; so several sets of processes are made, one after the
other, and the ratios of all are taken together. A second bare process stands beside the first:
what is seen between these two is what the machine's noise alone would make of no difference.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from argparse import Namespace
from collections import defaultdict
from pathlib import Path

import measure
from cellblock import Sandbox
from cellblock.jail.launch import ENVIRONMENT
from cellblock.sandbox import Worker
from measure import Column, Goal, Report, Row

GOAL = 0.02
WALL, PROCESSOR = 0, 1
WORK = (Path(__file__).parent / "peers" / "work.py").read_text("utf-8")
WORKLOADS = ("python", "json", "matmul", "groupby")
LISTEN = """
import json, sys
space = {}
exec(compile(json.loads(sys.stdin.readline()), "work.py", "exec"), space)
for name in sys.stdin:
    print(json.dumps(space["measure"](name.strip())), flush=True)
"""
TICK = """
def tick(ctx):
    print(json.dumps(measure(ctx.config["order"][ctx.tick.n % len(ctx.config["order"])])))
"""
Times = dict[tuple[str, str], list[tuple[float, float]]]
"""Place and workload to wall and processor seconds, a pair for each round."""


class Bare:
    """The peer: CPython with nothing around it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-c", LISTEN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            # As a worker has: the kernel may share out the processor by session.
            start_new_session=True,
        )
        self._say(json.dumps(WORK))

    def measure(self, workload: str) -> list[float]:
        """Have it run a workload once."""
        self._say(workload)
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """End it."""
        self._process.communicate()


async def jailed(worker: Worker) -> list[float]:
    """Tick once, which runs the next workload."""
    outcome = await worker.tick()
    assert outcome.ok, outcome.failure
    return json.loads(outcome.output)


async def one_set(rounds: int, turn: int) -> Times:
    """Make one process for each place and run all rounds; the first is to warm up."""
    times: Times = defaultdict(list)
    bare, again = Bare(), Bare()
    async with (
        Sandbox() as sandbox,
        sandbox.worker(WORK + TICK, config={"order": WORKLOADS}) as worker,
    ):
        places = ["bare", "again", "jail"]
        for number in range(rounds + 1):
            start = (number + turn) % len(places)
            for workload in WORKLOADS:
                for place in places[start:] + places[:start]:
                    if place == "jail":
                        taken = await jailed(worker)
                    else:
                        taken = (bare if place == "bare" else again).measure(workload)
                    assert taken[0] == workload
                    if number:
                        times[place, workload].append((taken[1], taken[2]))
    bare.close()
    again.close()
    return times


def quartiles(sets: list[Times], place: str, workload: str, clock: int) -> list[float]:
    """Give the quartiles of all rounds' ratios between *place* and bare, less one."""
    ratios = [
        one[clock] / other[clock] - 1
        for times in sets
        for one, other in zip(times[place, workload], times["bare", workload], strict=True)
    ]
    return statistics.quantiles(ratios, method="inclusive")


def ratios(sets: list[Times]) -> dict[str, measure.Ratio]:
    """Compare the processor time of each round, in the jail and bare."""
    return {
        f"work of {workload} in the jail / bare": measure.ratio(
            [one[PROCESSOR] for times in sets for one in times["jail", workload]],
            [one[PROCESSOR] for times in sets for one in times["bare", workload]],
        )
        for workload in WORKLOADS
    }


def report(sets: list[Times]) -> Report:
    """Make the table."""
    rows, goals = [], []
    for workload in WORKLOADS:
        bare_ms = statistics.median(t[0] * 1e3 for s in sets for t in s["bare", workload])
        figures: list[float | None] = [bare_ms]
        for place, clock in (("jail", WALL), ("jail", PROCESSOR), ("again", PROCESSOR)):
            low, median, high = (100 * q for q in quartiles(sets, place, workload, clock))
            figures += [median] if clock == WALL else [low, median, high]
            if (place, clock) == ("jail", PROCESSOR):
                goals.append(Goal(workload, median, GOAL * 100, unit="%"))
        rows.append(Row(workload, tuple(figures)))
    names = ("bare ms", "jail, wall %", "work, % Q1", "median", "Q3")
    names += ("bare again, % Q1", "median ", "Q3 ")
    return Report(
        name="overhead",
        title="What the jail costs code that only computes, % more than bare CPython",
        about=__doc__ or "",
        columns=tuple(Column(name) for name in names),
        rows=tuple(rows),
        goals=tuple(goals),
        ratios=ratios(sets),
    )


def take(options: Namespace) -> Report:
    """Measure."""
    count, rounds = (1, 10) if options.short else (options.sets, options.rounds)
    # Once, and as many as were asked for: to look again only after a bad look would favour passing.
    return report([asyncio.run(one_set(rounds, turn)) for turn in range(count)])


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--sets", type=int, default=12, help="sets of processes")
    given.add_argument("--rounds", type=int, default=15, help="rounds of each set")
    sys.exit(measure.main(given.parse_args(), take))
