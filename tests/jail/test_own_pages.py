"""What a worker does not share with the others, which is what each more of them costs."""

from __future__ import annotations

import asyncio
import os

import pytest

from journeys.long_run import WORKER_GROWTH_BYTES, grow

pytestmark = pytest.mark.skipif(
    os.getuid() != 0, reason="only root may look at a sealed process's memory"
)
OWN_BYTES = 2_600_000


def test_a_worker_with_numpy_and_pandas_has_few_pages_of_its_own_and_no_more_with_each_tick():
    before, after = asyncio.run(grow(500))
    assert before.worker <= OWN_BYTES
    assert after.worker - before.worker <= WORKER_GROWTH_BYTES
