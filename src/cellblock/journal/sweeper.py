"""Forgets log lines and runs that are too old or too much, by the settings of each workspace.

Done in steps of a bounded size, with a rest after each that is longer than the step was, so that
what is written meanwhile is not kept waiting. A store that fails now is asked again later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cellblock.clock import Clock
from cellblock.limits import SWEEP_EVERY_S, SWEEP_ROWS
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Workspace
from cellblock.store.service import ChronicleStore, WorkspaceStore

_DAY_S = 86_400.0
_REST = 3.0
"""Rest after a step, as a multiple of its time: the store is free for three quarters of it."""
_REST_MIN_S = 0.005
_PAGE = 100
_logger = logging.getLogger("cellblock.journal")


class Sweeper:
    """Holds every workspace to its retention; `keep_sweeping` goes on until it is cancelled."""

    def __init__(self, workspaces: WorkspaceStore, chronicle: ChronicleStore, clock: Clock) -> None:
        self._workspaces = workspaces
        self._chronicle = chronicle
        self._clock = clock
        self.forgotten = 0
        """Rows forgotten since the start."""
        self.problem: str | None = None
        """Why the last look failed, in a sentence; None after one that did not."""

    async def keep_sweeping(self) -> None:
        """Sweep every `SWEEP_EVERY_S`, until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreFault as fault:
                self.problem = f"what is too old cannot be forgotten: {fault}"
                _logger.warning("%s", self.problem)
            except Exception:  # the retention must go on, whatever befell one round
                self.problem = "what is too old cannot be forgotten: see the service's log"
                _logger.exception("the retention failed")
            await asyncio.sleep(SWEEP_EVERY_S)

    async def sweep(self) -> int:
        """Hold all workspaces to their retention once; gives how many rows were forgotten.

        They take turns, step by step, so that a large one keeps no other waiting.
        Raises: StoreFault.
        """
        begun = self.forgotten
        left = [self._forget(one) for one in await self._all()]
        while left:
            left = [work for work in left if await self._step(work)]
        self.problem = None
        return self.forgotten - begun

    async def forget(self, ref: WorkerRef) -> int:
        """Forget every line and run of a worker, before it is purged; gives how many.

        What the journal holds of it must have been flushed. Raises: StoreFault.
        """
        begun = self.forgotten
        while await self._step(lambda: self._chronicle.forget_worker(ref, SWEEP_ROWS)):
            pass
        return self.forgotten - begun

    async def _all(self) -> list[Workspace]:
        """Give the workspaces; of those that were removed nothing is to stay."""
        rooms = await self._chronicle.rooms()  # first, for what is made meanwhile is to stay
        found: list[Workspace] = []
        while page := await self._workspaces.workspaces(found[-1].name if found else "", _PAGE):
            found += page
        gone = set(rooms) - {one.name for one in found}
        return [*found, *(_removed(name) for name in sorted(gone))]

    def _forget(self, workspace: Workspace) -> Callable[[], Awaitable[int]]:
        before_at = self._clock.wall_s() - workspace.retention_days * _DAY_S
        return lambda: self._chronicle.forget(
            workspace.name, before_at, workspace.retention_bytes, SWEEP_ROWS
        )

    async def _step(self, work: Callable[[], Awaitable[int]]) -> int:
        begun_s = self._clock.monotonic_s()
        count = await work()
        self.forgotten += count
        await asyncio.sleep(max(_REST_MIN_S, _REST * (self._clock.monotonic_s() - begun_s)))
        return count


def _removed(name: str) -> Workspace:
    return Workspace(name=name, created_at=0.0, retention_days=0.0, retention_bytes=0)
