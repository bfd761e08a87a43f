"""Of what a worker died is not read off the memory that its zygote lends it."""

from __future__ import annotations

import asyncio

import pytest

from cellblock import Limits, Sandbox

pytestmark = pytest.mark.jail
PANDAS_AND_OUT = """
import os
import pandas as pd
def tick(ctx):
    d = pd.DataFrame({"a": range(500), "c": pd.date_range("2020-01-01", periods=500, freq="h")})
    d.groupby("a").sum(numeric_only=True), d.describe(), d.to_json(), d.resample("D", on="c").mean()
    d.merge(d, on="a")
    os._exit(3)
"""


def test_a_worker_with_a_small_limit_that_used_pandas_and_crashed_did_not_die_of_memory():
    async def work():
        async with (
            Sandbox(language="full") as sandbox,
            sandbox.worker(PANDAS_AND_OUT, limits=Limits(memory_bytes=32_000_000)) as worker,
        ):
            return (await worker.tick()).failure

    assert asyncio.run(work()).type == "WorkerCrashError"
