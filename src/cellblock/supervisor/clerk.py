"""Keeps how workers stand and where on their schedules, in batches, so that no tick waits for it.

In: standings and places, one by one. Out: writes, the newest of each worker; while the store cannot
keep them they wait and are tried again, and the fault is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Place, Standing
from cellblock.store.service import StandingStore
from cellblock.supervisor.bell import Bell

_GATHER_S = 0.1
_UNHURRIED_S = 5.0
_RETRY_S = 1.0
_CLOSE_S = 5.0
_logger = logging.getLogger("cellblock.supervisor")


class Clerk:
    """One writer for all workers. `run` is its task, `close` its end."""

    def __init__(self, store: StandingStore) -> None:
        self._store = store
        self._standings: dict[WorkerRef, Standing] = {}
        self._under_way: dict[WorkerRef, Standing] = {}
        """Those that are being written."""
        self._places: dict[WorkerRef, Place] = {}
        self._waiters: list[asyncio.Future[None]] = []
        self._bell = Bell()
        self.problem: str | None = None
        """Why nothing is kept, in a sentence; None while all is."""

    @property
    def unkept(self) -> Mapping[WorkerRef, Standing]:
        """The newest standings that wait to be kept, or are being kept."""
        return self._under_way | self._standings

    def stand(self, standing: Standing, *, soon: bool = True) -> None:
        """Keep a standing within a tenth of a second, or of five if it is not wanted *soon*."""
        self._standings[standing.ref] = standing
        if soon:
            self._bell.ring()

    def settle(self, place: Place) -> asyncio.Future[None]:
        """Keep a place; what is given is done when it is durable."""
        self._places[place.ref] = place
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._bell.ring()
        return waiter

    def forget(self, ref: WorkerRef) -> None:
        """Keep nothing more of a worker that is purged."""
        self._standings.pop(ref, None)
        self._under_way.pop(ref, None)
        self._places.pop(ref, None)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._bell.wait(_UNHURRIED_S)
            await asyncio.sleep(_GATHER_S)
            if not await self.flush():
                await asyncio.sleep(_RETRY_S)
                self._bell.ring()

    async def flush(self) -> bool:
        """Write what there is; False if the store cannot."""
        standings, self._standings = self._standings, {}
        self._under_way = standings
        places, self._places = self._places, {}
        waiters, self._waiters = self._waiters, []
        try:
            if places:
                await self._store.settle(list(places.values()))
            if standings:
                await self._store.stand(list(standings.values()))
            self._under_way = {}
        except BaseException as error:
            self._standings, self._under_way = standings | self._standings, {}
            self._places = places | self._places
            self._waiters = waiters + self._waiters
            if not isinstance(error, StoreFault):
                raise
            if self.problem is None:
                _logger.warning("how workers stand cannot be kept: %s", error)
            self.problem = f"how workers stand cannot be kept: {error}"
            return False
        self.problem = None
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        return True

    async def close(self) -> None:
        """Write what is left, if that can be done within some seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                await self.flush()
        for waiter in self._waiters:
            waiter.cancel()
