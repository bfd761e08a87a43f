"""What a worker does not share with the others, which is what each more of them costs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from cellblock import Sandbox

pytestmark = [
    pytest.mark.jail,
    pytest.mark.skipif(os.getuid() != 0, reason="only root may look at a sealed process's memory"),
]
OWN_BYTES = 3_100_000
GROWTH_BYTES = 16_384
"""Of hundreds of ticks: what a page here and there may be touched late."""
SOURCE = """
import numpy, pandas
def tick(ctx):
    count = ctx.state.get("count", 0) + 1
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""


def own_bytes(pid: int) -> int:
    """Give the memory that ends with the process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def test_a_worker_with_numpy_and_pandas_has_few_pages_of_its_own_and_no_more_with_each_tick():
    async def work():
        # The second stands beside the first, so that what the zygote shares is shared.
        async with Sandbox() as sandbox, sandbox.worker(SOURCE) as one, sandbox.worker(SOURCE):
            found = []
            for _ in range(2):
                for _ in range(200):
                    assert (await one.tick()).ok
                found.append(own_bytes(one.pid))
            return found

    first, later = asyncio.run(work())
    assert first <= OWN_BYTES
    assert later - first <= GROWTH_BYTES
