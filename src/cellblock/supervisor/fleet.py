"""All workers of the service: what is wanted of them, and what is.

In: intent from a store. Out: keepers, one for each worker, which bring the worker to what is wanted
and keep it there. Nothing a worker does, and nothing that a store cannot do for a while, stops the
others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping

from cellblock.clock import Clock
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Standing, Worker
from cellblock.supervisor.bell import Bell
from cellblock.supervisor.clerk import Clerk
from cellblock.supervisor.keeper import Keeper
from cellblock.supervisor.office import Office, Ports
from cellblock.supervisor.purging import Purges

__all__ = ["Fleet", "Ports"]

_LOOK_S = 1.0
_LOOK_FOR_POST_S = 10.0
_PAGE = 1_000
_SHARE = 10
"""Reading all intent takes at most this part of the time: one in so many."""
_logger = logging.getLogger("cellblock.supervisor")


class Fleet:
    """The workers of one host, which is named *host* in their standings."""

    def __init__(self, ports: Ports, clock: Clock, host: str = "") -> None:
        self._ports = ports
        self._clock = clock
        self._clerk = Clerk(ports.standings)
        self._office = Office(ports, clock, self._clerk, host)
        self._keepers: dict[WorkerRef, Keeper] = {}
        self._purges = Purges(ports, clock, self._is_busy, self._dismiss)
        self._revision: int | None = None
        self._bell = Bell()
        self._post = True
        self._post_s = 0.0
        self._rest_until_s = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._problem: str | None = None

    async def begin(self) -> int:
        """Read what is wanted, and go about it; gives how many workers start, after it returned.

        Those are not among them that are held, or at rest after errors or in quarantine.

        Raises: StoreFault.
        """
        self._revision = await self._ports.workers.revision()
        standings = await self._ports.standings.standings(None)
        places = await self._ports.standings.places()
        self._office.rush.begin()
        async for worker in self._wanted():
            ref = worker.ref
            self._add(
                Keeper(
                    worker, self._office, standings.get(ref), places.get(ref), worker.ticks_asked
                )
            )
        self._office.rush.gathered()
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._clerk.run())]
        return sum(keeper.busy for keeper in self._keepers.values())

    def woken(self) -> None:
        """Look now for what has changed: intent, or events that came; does not wait."""
        self._post = True
        self._bell.ring()

    def renew(self, ref: WorkerRef) -> None:
        """Have a worker run by a fresh runner: what `Hire` gives it now is another.

        One that waits because it could not be hired is tried again at once; none else is begun.
        """
        if ref in self._keepers:
            self._keepers[ref].renew()

    @property
    def states(self) -> Mapping[str, int]:
        """How many workers are in each state in which there are any."""
        return +self._office.states

    @property
    def unkept(self) -> Mapping[WorkerRef, Standing]:
        """How workers stand of whom that is not kept yet."""
        return self._clerk.unkept

    @property
    def problem(self) -> str | None:
        """Why intent or standings cannot be read or kept, in a sentence; None while they can."""
        return self._problem or self._clerk.problem

    async def drain(self) -> None:
        """Begin no tick, give those that run `DRAIN_S`, then their deadline; end all processes.

        What is kept afterwards is as a clean end leaves it. Cancelled, it ends all at once.
        """
        await self._end_tasks()
        try:
            await asyncio.gather(*(keeper.end() for keeper in self._keepers.values()))
        finally:
            await self.close()

    async def close(self) -> None:
        """End every worker at once; after `drain` there is none. Never raises."""
        await self._end_tasks()
        self._office.rush.close()
        await asyncio.gather(*(keeper.kill() for keeper in self._keepers.values()))
        await self._clerk.close()

    async def _end_tasks(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._purges.end()

    # What is wanted

    async def _watch(self) -> None:
        """Look each second, and whenever woken."""
        while True:
            try:
                await self._look()
            except StoreFault as fault:
                if self._problem is None:
                    _logger.warning("what is wanted of workers cannot be read: %s", fault)
                self._problem = f"what is wanted of workers cannot be read: {fault}"
            except Exception:
                _logger.exception("the fleet could not be looked at")
                self._problem = "the fleet could not be looked at; the log says why"
            else:
                self._problem = None
            await self._bell.wait(_LOOK_S)

    async def _look(self) -> None:
        revision = await self._ports.workers.revision()
        now_s = self._clock.monotonic_s()
        if revision != self._revision and now_s >= self._rest_until_s:
            await self._read()
            self._revision = revision
            after_s = self._clock.monotonic_s()
            self._rest_until_s = after_s + (_SHARE - 1) * (after_s - now_s)
        elif revision != self._revision:
            asyncio.get_running_loop().call_later(self._rest_until_s - now_s, self._bell.ring)
        if self._post or now_s >= self._post_s + _LOOK_FOR_POST_S:
            self._post, self._post_s = False, now_s
            for ref in await self._ports.hooks.awaited():
                if ref in self._keepers:
                    self._keepers[ref].post()
        self._purges.look()

    async def _read(self) -> None:
        """Tell each keeper what is wanted of its worker, if that has changed."""
        gone = set(self._keepers)
        async for worker in self._wanted():
            gone.discard(worker.ref)
            keeper = self._keepers.get(worker.ref)
            if keeper is None:
                self._add(Keeper(worker, self._office, None, None, 0))
            elif keeper.worker != worker:
                self._purges.note(worker)
                keeper.want(worker)
        for ref in gone:  # purged by somebody else
            await self._dismiss(ref)

    async def _wanted(self) -> AsyncIterator[Worker]:
        after: WorkerRef | None = None
        while True:
            page = await self._ports.workers.workers(None, after, _PAGE)
            for worker in page:
                yield worker
            if len(page) < _PAGE:
                return
            after = page[-1].ref

    def _add(self, keeper: Keeper) -> None:
        self._keepers[keeper.worker.ref] = keeper
        self._purges.note(keeper.worker)
        keeper.want(keeper.worker)

    # What is forgotten

    def _is_busy(self, ref: WorkerRef) -> bool:
        return ref in self._keepers and self._keepers[ref].busy

    async def _dismiss(self, ref: WorkerRef) -> None:
        self._purges.drop(ref)
        keeper = self._keepers.pop(ref, None)
        if keeper is not None:
            await keeper.kill()
            keeper.profile.forget()
