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

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from cellblock import Sandbox
from cellblock.jail.launch import ENVIRONMENT
from cellblock.sandbox import Worker

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


def over(sets: list[Times]) -> bool:
    """Tell whether a workload's median in the jail is over the goal, in processor time."""
    return any(quartiles(sets, "jail", workload, PROCESSOR)[1] > GOAL for workload in WORKLOADS)


def show(sets: list[Times]) -> None:
    """Print the table."""
    kinds = [("jail", WALL), ("jail", PROCESSOR), ("again", WALL), ("again", PROCESSOR)]
    print(f"{'':10} {'':>8} {'in the jail, % more than bare':^45} {'bare beside bare, %':^45}")
    columns = ("wall", "processor") * 2
    print(f"{'workload':10} {'bare ms':>8}" + "".join(f" {column:^22}" for column in columns))
    for workload in WORKLOADS:
        bare_ms = statistics.median(t[0] * 1e3 for s in sets for t in s["bare", workload])
        line = f"{workload:10} {bare_ms:8.1f}"
        for place, clock in kinds:
            low, median, high = quartiles(sets, place, workload, clock)
            line += f" {f'{median:+.1%} ({low:+.1%}…{high:+.1%})':^22}"
        print(line)
    print("median of the paired rounds (quartiles)")


def main() -> int:
    """Print the table; 1 if a workload takes over 2 % more processor time in the jail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=12, help="sets of processes")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each set")
    options = parser.parse_args()
    # Once, and as many as were asked for: to look again only after a bad look would favour passing.
    sets = [asyncio.run(one_set(options.rounds, turn)) for turn in range(options.sets)]
    show(sets)
    return 1 if over(sets) else 0


if __name__ == "__main__":
    sys.exit(main())
