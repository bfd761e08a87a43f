"""Standings as the API shows them, while the store keeps them and while it cannot."""

from __future__ import annotations

import asyncio

from cellblock.compose.standings import FreshStandings
from cellblock.intake.settings import settings
from cellblock.names import WorkerRef
from cellblock.store.records import Draft, Place, Standing, Workspace
from cellblock.store.registry import Registry
from cellblock.supervisor.clerk import Clerk

A, B, OTHER = WorkerRef("w", "a"), WorkerRef("w", "b"), WorkerRef("v", "a")


def standing(ref, state):
    return Standing(ref=ref, state=state, since=0.0)


def test_what_cannot_be_kept_is_shown_all_the_same_and_kept_when_there_is_room(tmp_path):
    async def scenario():
        registry = await Registry.open(tmp_path / "service.db")
        for ref in (A, B, OTHER):
            if await registry.workspaces.workspace(ref.workspace) is None:
                room = Workspace(name=ref.workspace, created_at=0.0)
                await registry.workspaces.add_workspace(room)
            draft = Draft(ref=ref, source="x", settings=settings({}), by="t", at=0.0)
            await registry.workers.deploy(draft)
        clerk = Clerk(registry.standings)
        fresh = FreshStandings(registry.standings, lambda: clerk.unkept, lambda _: None)
        await fresh.stand([standing(A, "running"), standing(B, "running")])
        await fresh.settle([Place(ref=A, anchor_at=1.0, reserved=0)])
        assert set(await fresh.places()) == {A}
        await switch(registry, "ON")
        clerk.stand(standing(A, "paused"))
        clerk.stand(standing(OTHER, "lost"))
        writing = asyncio.create_task(clerk.flush())
        while not writing.done():  # at no moment is the old one shown
            assert await fresh.standing(A) == standing(A, "paused")
            await asyncio.sleep(0)
        assert not await writing
        assert await registry.standings.standing(A) == standing(A, "running")
        assert await fresh.standing(B) == standing(B, "running")
        assert await fresh.standings("w") == {A: standing(A, "paused"), B: standing(B, "running")}
        assert set(await fresh.standings(None)) == {A, B, OTHER}
        await switch(registry, "OFF")
        assert await clerk.flush()
        assert not clerk.unkept
        assert await fresh.standing(A) == standing(A, "paused")
        await registry.close()

    asyncio.run(asyncio.wait_for(scenario(), 30))


async def switch(registry, to):
    """Let nothing be written to the file, or let it."""
    database = registry.standings._ledger._database
    await database.work(lambda: database.connection.execute(f"PRAGMA query_only = {to}"))
