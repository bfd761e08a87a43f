"""One host before the stores: its workers, their journal, and who is alerted.

In: open stores and terms. Out: workers that run as the stores say they should. The API is no part
of it; several stations may stand before the same stores, each with workers of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from cellblock.alerts.desk import Desk
from cellblock.broker.plugins import Kinds
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock
from cellblock.compose.cabinet import Cabinet
from cellblock.compose.posts import posts
from cellblock.compose.service_host import ServiceHost, Supplies, Terms
from cellblock.compose.standings import FreshStandings
from cellblock.compose.telling import Teller
from cellblock.errors import OperatorFault
from cellblock.journal.disk import DiskWatch
from cellblock.journal.metrics import Metrics
from cellblock.journal.pulse import Pulse
from cellblock.journal.sweeper import Sweeper
from cellblock.journal.tail import Tail
from cellblock.journal.writer import Writer
from cellblock.names import WorkerRef
from cellblock.outcome import LogLine
from cellblock.store.ports import StoreFault
from cellblock.store.records import Version
from cellblock.supervisor.fleet import Fleet, Ports
from cellblock.supervisor.runner import Runner

VAULT_LOOK_S = 2.0
"""Time after which connections that another process changed are seen."""
_VAULT_REST_S = 0.2
_logger = logging.getLogger("cellblock.serve")


class Station:
    """The parts, not begun yet: `heat`, `warm`, then `begin`, then `close`."""

    def __init__(
        self,
        folder: Path,
        cabinet: Cabinet,
        terms: Terms,
        files: Callable[[str], Workspace],
        kinds: Kinds,
        clock: Clock,
    ) -> None:
        self._cabinet = cabinet
        self._clock = clock
        self.tail = Tail()
        self.writer = Writer(cabinet.chronicle, self.tail, clock)
        self.pulse = Pulse(lambda: self.fleet.unkept)
        self.teller = Teller(self.writer, self.pulse)
        self.sweeper = Sweeper(cabinet.registry.workspaces, cabinet.chronicle, clock)
        self.disk = DiskWatch(folder, clock, self.teller.told, (self._unkept,))
        self.metrics = Metrics(self.writer, self.sweeper, self.disk)
        supplies = Supplies(
            states=cabinet.states,
            pictures=cabinet.pictures,
            quarantine=cabinet.quarantine,
            vault=cabinet.vault,
            files=files,
            kinds=kinds,
            clock=clock,
            metrics=self.metrics,
        )
        self.host = ServiceHost(terms, supplies)
        outbound = posts(self.host, self.writer.line)
        self.desk = Desk(cabinet.registry.rules, outbound, clock, self.host.scrub)
        self.teller.tell(self.metrics, self.desk)
        self.standings = FreshStandings(
            cabinet.registry.standings, lambda: self.fleet.unkept, self.pulse.stood
        )
        self.fleet = Fleet(self._ports(), clock, os.uname().nodename)
        self._asked = asyncio.Event()
        """Set when the API changed something: the vault, perhaps."""
        self._watches: set[asyncio.Task[None]] = set()
        self._ends = contextlib.AsyncExitStack()

    async def heat(self) -> None:
        """Start the zygote's process, and do not wait until it is warm."""
        self._ends.push_async_callback(self.writer.close)
        self._ends.push_async_callback(self.host.close)
        self._ends.push_async_callback(self.desk.close)  # while its bots are there
        await self.host.heat()

    async def warm(self) -> None:
        """Wait until the zygote is warm. Raises: OperatorFault."""
        await self.host.warm()

    async def begin(self) -> int:
        """Have the workers start; gives how many do. Raises: OperatorFault."""
        self._ends.push_async_callback(self.fleet.close)
        try:
            begun = await self.fleet.begin()
        except StoreFault as fault:
            raise OperatorFault(
                "bad-service-file", str(fault), "see to the disk of the data directory"
            ) from fault
        self._ends.push_async_callback(self.fleet.drain)
        self._ends.push_async_callback(self._end_watches)
        for watch in (
            self.sweeper.keep_sweeping(),
            self.disk.keep_watching(),
            self.desk.run(),
            self._keep_looking(),
        ):
            self._watch(watch)
        return begun

    async def close(self) -> None:
        """Let running ticks end, then end every part."""
        await self._ends.aclose()

    def problems(self) -> tuple[str, ...]:
        """Tell what is wrong with the core of the service, a sentence each."""
        self.disk.look()
        found = (self.disk.problem, self.writer.problem, self.sweeper.problem, self.fleet.problem)
        return tuple(dict.fromkeys(said for said in found if said))

    def woken(self) -> None:
        """Look now for what the API changed: intent, and connections."""
        self.fleet.woken()
        self._asked.set()

    # What the fleet asks for

    def _ports(self) -> Ports:
        registry = self._cabinet.registry
        return Ports(
            workers=registry.workers,
            standings=self.standings,
            hooks=registry.hooks,
            chronicle=self.teller,
            hire=self._hire,
            forget=self._forget,
            told=self.teller.told,
        )

    async def _hire(
        self, ref: WorkerRef, version: Version, heard: Callable[[LogLine], None]
    ) -> Runner:
        assert ref == version.ref
        return await self.host.runner(version, heard)

    async def _forget(self, ref: WorkerRef) -> None:
        """Remove what a worker has beside its records. Raises: StoreFault."""
        if not await self.writer.flush():
            raise StoreFault(f"log lines of {ref} wait still, and would be kept after it is gone")
        await self._cabinet.forget(ref)
        await self.sweeper.forget(ref)
        self.teller.purged(ref)

    def _unkept(self) -> str | None:
        """Say why records cannot be kept, whatever the disk says of its room."""
        return self.writer.problem or self.fleet.problem

    # Watches

    async def _keep_looking(self) -> None:
        """See connections that were changed, by whichever process, and renew whom it concerns."""
        while True:
            await asyncio.sleep(_VAULT_REST_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(VAULT_LOOK_S):
                    await self._asked.wait()
            self._asked.clear()
            try:
                for ref in await self.host.moved():
                    self.fleet.renew(ref)
            except OperatorFault as fault:
                _logger.warning("the connections cannot be looked at: %s", fault)

    def _watch(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._watches.add(task)
        task.add_done_callback(self._watched)

    def _watched(self, task: asyncio.Task[None]) -> None:
        self._watches.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _logger.error("a watch ended: %r", error, exc_info=error)

    async def _end_watches(self) -> None:
        for task in tuple(self._watches):
            task.cancel()
        if self._watches:
            await asyncio.wait(tuple(self._watches))
