"""How often a body is copied on its way through a ctx call, in the host and in the jail.

What is copied goes into memory that was not touched before: a block of this size comes fresh from
the kernel (glibc's mmap threshold is set that low, for the host and for the zygote), and each page
of it costs one fault, which the kernel counts. So the faults of a call by the pages of its body are
its copies; a smaller body beside it takes away what every call has. It is a count: no clock, no
noise. The jail's figure holds the making and the reading of the JSON too, which is the author's.
"""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace

import measure
from cellblock import Sandbox
from cellblock.jail import launch
from measure import Column, Goal, Report, Row
from processes import faults

TUNABLES = "glibc.malloc.mmap_threshold=16384:glibc.malloc.mmap_max=1000000"
SMALL, LARGE = 1_000, 250_000
"""None between: what fits into memory that the C library has at hand costs it no fault."""
PAGE = os.sysconf("SC_PAGE_SIZE")
CALLS = 20
MOST = 2.0
SOURCE = f"""
text = {{size: "x" * size for size in ({SMALL}, {LARGE})}}

def setup(ctx):
    for size, value in text.items():
        ctx.state.set(f"get {{size}}", value)

def tick(ctx):
    what, size = ctx.config["steps"][ctx.tick.n % len(ctx.config["steps"])]
    for n in range({CALLS}):
        if what == "state.get":
            ctx.state.get(f"get {{size}}")
        elif what == "state.set":
            ctx.state.set(f"set {{size}} {{n % 2}}", text[size])
        elif what == "own.take":
            ctx.own.take(text[size])
"""
WAYS = ("state.get", "state.set", "own.take")
STEPS = [[way, size] for way in WAYS for size in (SMALL, LARGE)]


async def take_nothing(_value: str) -> None:
    """Be an embedder's adapter that is handed a body."""


async def copies(rounds: int, state: str) -> dict[str, tuple[list[float], list[float]]]:
    """Give the copies of each round by call, in the host and in the jail."""
    found: dict[str, tuple[list[float], list[float]]] = {way: ([], []) for way in WAYS}
    adapters = {"own": {"take": take_nothing}}
    async with (
        Sandbox(preload=(), adapters=adapters) as sandbox,
        sandbox.worker(SOURCE, name="bodies", state=state, config={"steps": STEPS}) as worker,
    ):
        assert worker.pid
        for number in range(rounds + 1):
            counted: dict[tuple[str, int], tuple[int, int]] = {}
            for way, size in STEPS:
                before = faults(os.getpid()), faults(worker.pid)
                outcome = await worker.tick()
                assert outcome.ok, outcome.failure
                after = faults(os.getpid()), faults(worker.pid)
                counted[str(way), int(size)] = after[0] - before[0], after[1] - before[1]
            for way in WAYS if number else ():
                for side in (0, 1):
                    pages = counted[way, LARGE][side] - counted[way, SMALL][side]
                    found[way][side].append(pages * PAGE / CALLS / (LARGE - SMALL))
    return found


def take(options: Namespace) -> Report:
    """Measure."""
    launch.ENVIRONMENT["GLIBC_TUNABLES"] = TUNABLES
    found = asyncio.run(copies(3 if options.short else 10, "memory"))
    middles = {way: tuple(map(measure.middle, sides)) for way, sides in found.items()}
    rows = [Row(f"ctx.{way}", sides) for way, sides in middles.items()]
    goals = [
        Goal(f"ctx.{way}, copies in the host", round(sides[0], 1), MOST)
        for way, sides in middles.items()
    ]
    return Report(
        name="bodies",
        title="Copies of a body",
        about=__doc__ or "",
        columns=(Column("in the host"), Column("in the jail")),
        rows=tuple(rows),
        goals=tuple(goals),
        ratios={
            f"copies of ctx.{way}, {place} / one": measure.ratio(
                [max(0.5, number) for number in sides[side]], [1.0] * len(sides[side])
            )
            for way, sides in found.items()
            for side, place in enumerate(("host", "jail"))
        },
    )


if __name__ == "__main__":
    if os.environ.get("GLIBC_TUNABLES") != TUNABLES:  # read by the C library when it starts
        environment = {**os.environ, "GLIBC_TUNABLES": TUNABLES}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)
    given = measure.parser(__doc__)
    sys.exit(measure.main(given.parse_args(), take))
