"""The host of many workspaces: the jail, the broker, and what workers are given of the stores.

In: versions, and the connections that the vault has now. Out: runners. It knows no API and no
schedule; several such hosts may stand before the same stores, each with workers of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cellblock.broker.adapter import Adapter
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.adapters.state import StateAdapter
from cellblock.broker.broker import Grants
from cellblock.broker.clients import Web
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.plugins import Kinds
from cellblock.broker.secret import Scrubber
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock
from cellblock.compose.bounds import check_limits
from cellblock.compose.cells import check, make_cells
from cellblock.compose.outlets import Outlet, Outlets
from cellblock.errors import Bug, OperatorFault
from cellblock.intake.calendar import check_schedule
from cellblock.intake.deployment import Deployment, deployment
from cellblock.intake.settings import Settings, limits_of
from cellblock.journal.metrics import Metrics
from cellblock.limits import ADAPTER_TIMEOUT_S, Limits
from cellblock.names import WorkerId, WorkerRef
from cellblock.outcome import LogLine
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import ConnectionStore, QuarantineStore, RenderStore, StateStore
from cellblock.store.records import Version
from cellblock.supervisor.runner import Job, Runner
from cellblock.wire.messages import Call, Diagnostic, Language

_ZYGOTES_TRIED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for all workers of a host."""

    language: Language
    more_modules: tuple[str, ...] = ()
    """Held warm beside the contract's, because the operator allows them."""
    preload: tuple[str, ...] | None = None
    """Which of numpy and pandas to hold; None for those that are installed."""
    require_landlock: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What a host is given; it closes none of it."""

    states: StateStore
    pictures: RenderStore
    quarantine: QuarantineStore
    vault: ConnectionStore
    files: Callable[[str], Workspace]
    """The files of a workspace, by its name."""
    kinds: Kinds
    clock: Clock
    metrics: Metrics | None = None


@dataclass(frozen=True, slots=True)
class _Tenant:
    """A runner that is not closed yet, and what it was plugged into."""

    settings: Settings
    outlets: tuple[Outlet, ...]


class ServiceHost:
    """One host. Close it with `close`."""

    def __init__(self, terms: Terms, supplies: Supplies) -> None:
        self._terms = terms
        self.supplies = supplies
        self.plan, self.flavours = make_cells(
            terms.language,
            more=terms.more_modules,
            preload=terms.preload,
            require_landlock=terms.require_landlock,
            lean=True,
        )
        self.scrub = Scrubber()
        self.web = Web()
        self._around = Surroundings(clock=supplies.clock, scrub=self.scrub, web=self.web)
        self._outlets = Outlets(supplies.vault, supplies.kinds, self._around)
        self._tenants: dict[WorkerRef, _Tenant | None] = {}

    @property
    def limits(self) -> Limits:
        """What a worker is given that asks for none."""
        return self._terms.limits

    async def heat(self) -> None:
        """Start the zygote's process, and do not wait until it is warm."""
        await self.flavours.laden.begin()

    async def warm(self) -> None:
        """Start the zygote; one that is killed meanwhile has followers. Raises: OperatorFault."""
        for left in reversed(range(_ZYGOTES_TRIED)):
            try:
                await self.flavours.laden.warm()
            except OperatorFault as fault:
                if fault.slug != "no-zygote" or not left:
                    raise
            else:
                return

    async def runner(self, version: Version, heard: Callable[[LogLine], None]) -> Runner:
        """Put a worker together; its process starts with `Runner.start`.

        *heard* hears its log. Raises: OperatorFault, WorkerFault for what cannot be run now.
        """
        ref = version.ref
        job = self._deployment(version)
        limits = self._limits(version.settings)
        outlets = await self._outlets.choose(ref.workspace, version.settings.connect)
        if ref in self._tenants:
            raise Bug("two-runners", f"{ref} is run already")
        self._tenants[ref] = None
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(self._tenants.pop, ref)  # the last to be called
            turn = Turn()
            files = self.supplies.files(ref.workspace)
            guest = Guest(job.worker, turn, files, self.supplies.pictures)
            adapters: dict[str, Adapter] = {
                "state": StateAdapter(self.supplies.states, job.worker),
                "files": FilesAdapter(files),
            }
            for outlet in outlets:
                adapters[outlet.kind] = outlet.plug(guest)
                ends.push_async_callback(outlet.unplug)
                ends.push_async_callback(adapters[outlet.kind].close)
            grants = self._grants(adapters, turn)
            # Its lines are the journal's, which bounds them for all workers together.
            work = Job(job, grants, limits, heard, self.supplies.quarantine, said_bytes=0)
            runner = Runner(self.flavours, work, self.supplies.clock, ends.pop_all())
        self._tenants[ref] = _Tenant(version.settings, outlets)
        return runner

    def _grants(self, adapters: Mapping[str, Adapter], turn: Turn) -> Grants:
        metrics = self.supplies.metrics
        if metrics is None:
            return Grants(adapters, turn, self.scrub)
        return Grants(adapters, turn, self.scrub, metrics.call, metrics.dropped)

    def _deployment(self, version: Version) -> Deployment:
        job = deployment(
            version.ref.state_id,
            version.source,
            self._terms.language,
            filename=f"{version.ref.name}.py",
            config=version.settings.config,
        )
        return replace(job, named=version.hash)

    def _limits(self, settings: Settings) -> Limits:
        limits = limits_of(settings.limits, self._terms.limits)
        check_limits(limits)
        return limits

    async def moved(self) -> set[WorkerRef]:
        """Read the vault; gives the workers whose connections are not what they were given."""
        tenants = {ref: tenant for ref, tenant in self._tenants.items() if tenant}
        wanting = {ref: tenant for ref, tenant in tenants.items() if tenant.settings.connect}
        for workspace in {ref.workspace for ref in wanting}:
            await self._outlets.look(workspace)
        return {
            ref
            for ref, tenant in wanting.items()
            if not self._outlets.same(ref.workspace, tenant.settings.connect, tenant.outlets)
        }

    async def check(self, source: str, filename: str) -> tuple[Diagnostic, ...]:
        """Read a source in a jail. Raises: WorkerFault, OperatorFault."""
        job = deployment(WorkerId("check"), source, self._terms.language, filename=filename)
        return await check(self.flavours, job, self._terms.limits.memory_bytes)

    async def admit(self, workspace: str, source: str, settings: Settings) -> None:
        """Judge what is to be deployed. Raises: WorkerFault, OperatorFault."""
        deployment(WorkerId("check"), source, self._terms.language, config=settings.config)
        self._limits(settings)
        check_schedule(settings)
        await self._outlets.judge(workspace, settings.connect)

    async def prove(self, connection: Connection) -> Any:
        """Make the cheap call that proves a connection; None if its kind has none.

        Raises: OperatorFault, AdapterError; what a plugin raises.
        """
        known = Connections(self.supplies.kinds, (connection,), self._around)
        try:
            async with asyncio.timeout(ADAPTER_TIMEOUT_S):
                guest = Guest(WorkerId("check"), Turn(), None, MemoryRenders())
                return await known.check(connection.kind, connection.name, guest)
        finally:
            await known.close()
            known.forget_secrets()

    async def call(self, workspace: str, wanted: str, call: Call) -> bytes | None:
        """Make a call of a connection for the host itself, by its adapter.

        Raises: OperatorFault for one that is not there; AdapterError, CallRefused.
        """
        (outlet,) = await self._outlets.choose(workspace, (wanted,))
        guest = Guest(WorkerId(f"{workspace}/"), Turn(), None, MemoryRenders())
        adapter = outlet.plug(guest)
        try:
            return await adapter.answer(call)
        finally:
            await adapter.close()
            await outlet.unplug()

    async def close(self) -> None:
        """End every process, then what the workers shared; their runners are closed before."""
        async with contextlib.AsyncExitStack() as ends:  # called from the last to the first
            ends.push_async_callback(self.web.close)
            ends.push_async_callback(self._outlets.close)
            ends.push_async_callback(self.flavours.close)
