"""Deleted workers whose grace is over: forgotten one after another, beside all other work.

In: workers as they are wanted. Out: nothing of them is left. A purge is claimed before anything is
forgotten, so that nobody restores a worker of which a part is gone already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cellblock.clock import Clock
from cellblock.names import WorkerRef
from cellblock.store.records import PURGED, Worker, is_over
from cellblock.store.service import Conflict
from cellblock.supervisor.office import Ports

_AGAIN_S = 10.0
_logger = logging.getLogger("cellblock.supervisor")


class Purges:
    """Those of one fleet; *busy* tells of a worker that has not ended, *gone* hears of the end."""

    def __init__(
        self,
        ports: Ports,
        clock: Clock,
        busy: Callable[[WorkerRef], bool],
        gone: Callable[[WorkerRef], Awaitable[None]],
    ) -> None:
        self._ports = ports
        self._clock = clock
        self._busy = busy
        self._gone = gone
        self._due: dict[WorkerRef, float] = {}
        """When each is to be forgotten, by the wall clock."""
        self._task: asyncio.Task[None] | None = None

    def note(self, worker: Worker) -> None:
        """Hear what is wanted of a worker now."""
        self._due.pop(worker.ref, None)
        if worker.desired == "deleted" and worker.purge_at is not None:
            self._due[worker.ref] = worker.purge_at

    def drop(self, ref: WorkerRef) -> None:
        """Hear that a worker is there no more."""
        self._due.pop(ref, None)

    def look(self) -> None:
        """Begin to forget what is due, if that is not under way; does not wait for it."""
        under_way = self._task is not None and not self._task.done()
        if self._due and not under_way and min(self._due.values()) <= self._clock.wall_s():
            self._task = asyncio.create_task(self._forget_all())

    async def end(self) -> None:
        """Stop; what is half forgotten is gone about again by the next host."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _forget_all(self) -> None:
        now_at = self._clock.wall_s()
        for ref, due in list(self._due.items()):
            if due > now_at or self._busy(ref):
                continue
            try:
                await self._forget(ref, now_at)
            except Exception:
                self._due[ref] = now_at + _AGAIN_S
                _logger.exception("%s cannot be forgotten yet", ref)

    async def _forget(self, ref: WorkerRef, now_at: float) -> None:
        worker = await self._ports.workers.worker(ref)
        if worker is not None:
            if not is_over(worker, now_at):
                self.note(worker)  # restored, or put off
                return
            try:
                await self._ports.workers.change(ref, {"purge_at": PURGED}, worker.revision)
            except Conflict:
                return  # looked at again
            await self._ports.forget(ref)
            await self._ports.workers.purge(ref)
        self._due.pop(ref, None)
        await self._gone(ref)
