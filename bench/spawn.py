"""Start of a worker, side by side: plain Python, multiprocessing's forkserver, and a jailed cell.

Interleaved in one run, for machines are shared: only the ratios mean anything. Each figure is from
"start it" to "code that has numpy and pandas at hand has run"; for the cell that includes the fork,
every layer of the jail, the attestation from outside, loading the source and the first tick.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

from cellblock import Sandbox

SOURCE = "import numpy, pandas\ndef tick(ctx):\n    pass\n"
GOALS = {"python -c": 50.0, "forkserver": 2.5}


def plain() -> float:
    """Time a fresh interpreter that imports both."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import numpy, pandas"], check=True)
    return time.perf_counter() - begun


class Forkserver:
    """The peer, in a process of its own so that its main module is as small as can be."""

    def __init__(self) -> None:
        script = Path(__file__).parent / "peers" / "forkserver.py"
        self._process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def once(self) -> float:
        """Have it time one process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


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
    times: dict[str, list[float]] = {"python -c": [], "forkserver": [], "cellblock": []}
    peer = Forkserver()
    async with Sandbox() as sandbox:
        for _ in range(3):
            await cell(sandbox)
            peer.once()
        for _ in range(rounds):
            times["python -c"].append(plain())
            times["forkserver"].append(peer.once())
            times["cellblock"].append(await cell(sandbox))
    peer.close()
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
