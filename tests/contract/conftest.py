"""The service's stores, each in a file and in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cellblock.clock import HandClock
from cellblock.store.chronicle import Chronicle
from cellblock.store.ledger import MEMORY
from cellblock.store.registry import Registry
from service_samples import workspace


@pytest.fixture(params=["file", "memory"])
def registry(request, tmp_path):
    """Run a scenario against a new registry with one workspace."""

    def play(scenario: Any) -> None:
        async def run() -> None:
            path = MEMORY if request.param == "memory" else tmp_path / "service.db"
            stores = await Registry.open(path, HandClock(wall_s=1_000.0))
            try:
                await stores.workspaces.add_workspace(workspace())
                await asyncio.wait_for(scenario(stores), 60)
            finally:
                await stores.close()

        asyncio.run(run())

    return play


@pytest.fixture(params=["file", "memory"])
def chronicle(request, tmp_path):
    """Run a scenario against a new chronicle."""

    def play(scenario: Any) -> None:
        async def run() -> None:
            path = MEMORY if request.param == "memory" else tmp_path / "journal.db"
            store = await Chronicle.open(path)
            try:
                await asyncio.wait_for(scenario(store), 60)
            finally:
                await store.close()

        asyncio.run(run())

    return play
