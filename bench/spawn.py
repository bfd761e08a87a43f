"""Start of a worker, side by side: plain Python, multiprocessing's forkserver, and a jailed cell.

Interleaved in one run, for this machine is shared: only the ratios mean anything. Each figure is
from "start it" to "code that has numpy and pandas at hand has run"; for the cell that includes the
fork, every layer of the jail, the attestation from outside, loading the source and the first tick.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import time

from cellblock import Sandbox

SOURCE = "import numpy, pandas\ndef tick(ctx):\n    pass\n"
LOADED = "import sys; assert 'pandas' in sys.modules; import numpy, pandas"
GOALS = {"python -c": 50.0, "forkserver": 2.5}


def plain() -> float:
    """Time a fresh interpreter that imports both."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numpy, pandas"], check=True)
    return time.perf_counter() - begun


def forkserver(context: multiprocessing.context.ForkServerContext) -> float:
    """Time a process of a forkserver that holds both."""
    begun = time.perf_counter()
    process = context.Process(target=exec, args=(LOADED,))
    process.start()
    process.join()
    assert process.exitcode == 0, "forkserver did not preload numpy and pandas"
    return time.perf_counter() - begun


async def cell(sandbox: Sandbox) -> float:
    """Time a jailed, attested worker up to the end of its first tick."""
    begun = time.perf_counter()
    async with sandbox.worker(SOURCE) as worker:
        outcome = await worker.tick()
        taken = time.perf_counter() - begun
        assert outcome.ok, outcome.failure
    return taken


async def measure(rounds: int) -> dict[str, list[float]]:
    """Take every figure once in each round."""
    # Without this a child of forkserver would run this script's imports again: an unfair weight.
    vars(sys.modules["__main__"]).pop("__file__", None)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["numpy", "pandas"])
    times: dict[str, list[float]] = {"python -c": [], "forkserver": [], "cellblock": []}
    async with Sandbox() as sandbox:
        await cell(sandbox)
        forkserver(context)
        for _ in range(rounds):
            times["python -c"].append(plain())
            times["forkserver"].append(forkserver(context))
            times["cellblock"].append(await cell(sandbox))
    return times


def main() -> int:
    """Print the table; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    times = asyncio.run(measure(parser.parse_args().rounds))
    medians = {name: statistics.median(values) for name, values in times.items()}
    head = ("from start to first code", "p50 ms", "p99 ms", "times ours", "goal")
    print("{:26} {:>9} {:>9} {:>12} {:>6}".format(*head))
    missed = False
    for name, values in times.items():
        slowest = sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
        ratio = medians[name] / medians["cellblock"]
        goal = GOALS.get(name)
        missed = missed or (goal is not None and ratio < goal)
        shown = f"{goal:.1f}" if goal else ""
        print(f"{name:26} {medians[name] * 1e3:9.2f} {slowest * 1e3:9.2f} {ratio:12.1f} {shown:>6}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
