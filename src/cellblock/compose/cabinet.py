"""All that a service keeps: records, log lines and runs, state, connections; opened and closed.

In: a data directory, and where state is. Out: stores behind their ports. What one store cannot do
is told by it; the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

from cellblock.clock import Clock
from cellblock.compose.states import open_state
from cellblock.compose.vaults import Given, open_vault
from cellblock.names import WorkerId, WorkerRef
from cellblock.store.chronicle import Chronicle
from cellblock.store.ports import (
    BulkStore,
    ConnectionStore,
    QuarantineStore,
    RenderStore,
    ReportingStore,
    StateStore,
    StoreFault,
)
from cellblock.store.registry import Registry

_NOBODY = WorkerId("")
"""No worker has this name, nor any state under it."""
_STATE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cabinet:
    """The open stores. Make it with `open`."""

    registry: Registry
    chronicle: Chronicle
    states: StateStore
    pictures: RenderStore
    quarantine: QuarantineStore
    vault: ConnectionStore
    ends: contextlib.AsyncExitStack

    @classmethod
    async def open(cls, folder: Path, state: str, keys: Given, clock: Clock) -> Cabinet:
        """Open or make them. Raises: OperatorFault, and then none is left open."""
        async with contextlib.AsyncExitStack() as ends:
            registry = await Registry.open(folder / "service.db", clock)
            ends.push_async_callback(registry.close)
            chronicle = await Chronicle.open(folder / "journal.db")
            ends.push_async_callback(chronicle.close)
            states = await open_state(state)
            ends.push_async_callback(states.close)
            vault = await open_vault(folder, keys)
            ends.push_async_callback(vault.close)
            return cls(
                registry=registry,
                chronicle=chronicle,
                states=states,
                pictures=states,
                quarantine=states,
                vault=vault,
                ends=ends.pop_all(),
            )
        raise AssertionError  # the stack above lets everything pass

    async def worries(self) -> tuple[str, ...]:
        """Tell what an operator should know of the state, a sentence each."""
        if isinstance(self.states, ReportingStore):
            with contextlib.suppress(StoreFault):  # which the workers will meet, if it lasts
                return tuple(f"state: {said}" for said in (await self.states.report()).worries)
        return ()

    async def problem(self) -> str | None:
        """Tell why no worker reaches its state now, or None; asked of the store within seconds."""
        try:
            async with asyncio.timeout(_STATE_S):
                await self.states.get(_NOBODY, "")
        except StoreFault as fault:
            return f"ctx.state: {fault}"
        except TimeoutError:
            return f"ctx.state: the store does not answer within {_STATE_S:g} s"
        return None

    async def forget(self, ref: WorkerRef) -> None:
        """Remove the state and the picture of a worker. Raises: StoreFault."""
        await forget_state(self.states, ref.state_id)
        await self.pictures.forget(ref.state_id)

    async def close(self) -> None:
        """Close all, whichever fails; what one raised is raised at the end."""
        await self.ends.aclose()


async def forget_state(states: StateStore, worker: WorkerId) -> None:
    """Remove every key of a worker. Raises: StoreFault."""
    if isinstance(states, BulkStore):
        await states.replace(worker, {})
        return
    for key in await states.keys(worker):
        await states.delete(worker, key)
