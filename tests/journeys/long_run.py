"""Whether memory grows with the ticks: ``python -m journeys.long_run --ticks 100000``.

One worker with numpy and pandas ticks as fast as it is asked to. Its own pages are looked at when
the first of the ticks are over and again at the end, and those of this process, its host, likewise.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cellblock import Sandbox

SOURCE = """
import numpy, pandas
def tick(ctx):
    count = ctx.state.get("count", 0) + 1
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""
WORKER_GROWTH_BYTES = 16_384
"""What a page here and there may be touched late."""
HOST_GROWTH_BYTES = 8_000_000


def own_bytes(pid: int | str) -> int:
    """Give the memory that ends with the process. Of a worker, only root may look."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


@dataclass(frozen=True)
class Sizes:
    """Own bytes of worker and host."""

    worker: int
    host: int


async def grow(ticks: int, settled: int = 200) -> tuple[Sizes, Sizes]:
    """Give the sizes after *settled* ticks and after *ticks* more."""
    found = []
    # The second stands beside the first, so that what the zygote shares is shared.
    async with Sandbox() as sandbox, sandbox.worker(SOURCE) as worker, sandbox.worker(SOURCE):
        for count in (settled, ticks):
            for _ in range(count):
                outcome = await worker.tick()
                assert outcome.ok, outcome.failure
            found.append(Sizes(own_bytes(worker.pid), own_bytes("self")))
    return found[0], found[1]


def main() -> None:
    """Tick, and tell what became of the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=100_000)
    ticks = parser.parse_args().ticks
    if os.getuid() != 0:
        sys.stdout.write("not done: only root may look at the memory of a sealed worker\n")
        return
    before, after = asyncio.run(grow(ticks, settled=1_000))
    worker, host = after.worker - before.worker, after.host - before.host
    sys.stdout.write(
        f"{ticks:,} ticks: worker {before.worker:,} bytes of its own, {worker:+,};"
        f" host {before.host:,}, {host:+,}\n"
    )
    sys.exit(worker > WORKER_GROWTH_BYTES or host > HOST_GROWTH_BYTES)


if __name__ == "__main__":
    main()
