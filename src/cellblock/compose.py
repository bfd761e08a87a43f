"""The only place that names a concrete store, adapter or jail, and connects them.

In: what the operator or the embedding program chose. Out: running parts, and one call to end them.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellblock.broker.adapter import Adapter, Method
from cellblock.broker.adapters import bybit, http, monitor
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.adapters.state import StateAdapter
from cellblock.broker.broker import Grants
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Kind, Surroundings, Turn
from cellblock.broker.methods import Methods
from cellblock.broker.plugins import Kinds
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock, SystemClock
from cellblock.errors import OperatorFault
from cellblock.intake.deployment import Deployment
from cellblock.intake.policy import FULL_MODULES, MODULES, OPTIONAL_MODULES
from cellblock.jail import launch, plan, probe
from cellblock.jail.control import Setup
from cellblock.limits import (
    ADAPTER_TIMEOUT_S,
    MEMORY_MAX_BYTES,
    MEMORY_MIN_BYTES,
    TIMEOUT_MAX_S,
    Limits,
)
from cellblock.names import WorkerId, adapter_name
from cellblock.outcome import LogLine
from cellblock.store import redis_address
from cellblock.store.memory import MemoryQuarantine, MemoryRenders, MemoryState
from cellblock.store.ports import (
    ConnectionStore,
    QuarantineStore,
    RenderStore,
    ReportingStore,
    StateStore,
    StoreFault,
    StoreReport,
)
from cellblock.store.sqlite import SqliteState
from cellblock.supervisor.cells import Cells
from cellblock.supervisor.runner import Job, Runner
from cellblock.wire.messages import Language

if TYPE_CHECKING:
    from cellblock.store.keys import Given
    from cellblock.store.redis import RedisState

Adapters = Mapping[str, Mapping[str, Method]]
"""Own adapters: namespace to method name to async function."""

_RESERVED = {"state", "files", "http", "log", "bybit", "telegram", "monitor", "llm", "tick"} | {
    "config",
    "connected",
}

_logger = logging.getLogger("cellblock.store")

BUILT_IN: tuple[Kind, ...] = (bybit.KIND, http.KIND, monitor.KIND)
"""The kinds of adapters that come with Cellblock and can be connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a host is made of; the same for all its workers."""

    language: Language
    """What workers of this host are written in."""
    adapters: Adapters = field(default_factory=dict)
    more_modules: tuple[str, ...] = ()
    """Preloaded beside the contract's, because the operator allows them."""
    preload: tuple[str, ...] | None = None
    """Which of numpy and pandas to hold; None for those that are installed."""
    test_preload: tuple[str, ...] = ()
    """For attack tests alone: modules such as ctypes that no worker is given otherwise."""
    require_landlock: bool = True
    connections: tuple[Connection, ...] = ()
    """What workers can be connected to; each is granted by `Host.runner`."""


class Host:
    """The parts that all workers of one program share."""

    def __init__(self, choices: Choices, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.kernel = probe.probe()
        self.plan = plan.build(self.kernel, require_landlock=choices.require_landlock)
        self.installed = held(choices.preload)
        self._adapters = _checked(choices.adapters, choices.connections)
        self._scrub = Scrubber()
        self._web = Web()
        self._connections = Connections(
            kinds(),
            choices.connections,
            Surroundings(clock=self.clock, scrub=self._scrub, web=self._web),
        )
        more = launch.installed(choices.more_modules)
        if missing := set(choices.more_modules) - set(more):
            raise OperatorFault(
                "no-module", f"module {sorted(missing)[0]} is not installed", "install it"
            )
        modules = dict.fromkeys(
            (*MODULES, *FULL_MODULES, *self.installed, *more, *choices.test_preload)
        )
        self.cells = Cells(self.kernel, Setup(self.plan, tuple(modules), (choices.language,)))
        self._states: dict[str, StateStore] = {}
        self._quarantine = MemoryQuarantine()
        self._renders = MemoryRenders()
        self._workspaces: dict[Path, Workspace] = {}
        self._claims: set[tuple[int, WorkerId]] = set()
        self.told: Callable[[str], object] = _logger.warning
        """Hears what an operator should know of a store that is opened."""

    async def runner(
        self,
        deployment: Deployment,
        *,
        state: str | StateStore,
        files: str | Path | None,
        limits: Limits,
        heard: Callable[[LogLine], None],
        connect: tuple[str, ...] | None = None,
    ) -> Runner:
        """Put a runner together; its process starts with `Runner.start`.

        *connect* names connections, as ``kind`` or ``kind=name``; None grants those of the host.
        Raises: OperatorFault for a store, a folder, a connection or a limit that cannot be.
        """
        check_limits(limits)
        chosen = self._connections.choose(connect)
        if files is not None and not str(files):
            raise OperatorFault("bad-files", "the files directory has no name", "name a directory")
        workspace = self._workspace(Path(files), limits.files_bytes) if files is not None else None
        store = await self.state(state)
        turn = Turn()
        guest = Guest(deployment.worker, turn, workspace, self._renders_in(store))
        # Before the claim, which would be left behind if an adapter cannot be made.
        connected = self._connections.adapters(chosen, guest)
        claim = (id(store), deployment.worker)
        if state != "memory":  # which is nobody else's
            self._claim(claim)
        kept = StateAdapter(store, deployment.worker, lambda: self._claims.discard(claim))
        adapters: dict[str, Adapter] = {"state": kept}
        if workspace is not None:
            adapters["files"] = FilesAdapter(workspace)
        adapters |= connected
        adapters |= {
            name: Methods(name, table, self._scrub) for name, table in self._adapters.items()
        }
        grants = Grants(adapters, turn, self._scrub)
        job = Job(deployment, grants, limits, heard, self._quarantine_in(store))
        return Runner(self.cells, job, self.clock)

    async def state(self, choice: str | StateStore) -> StateStore:
        """Open the store that *choice* names; a store object is the caller's own.

        A file is opened once. Memory is new each time, for one run must not read another's.
        """
        if not isinstance(choice, str):
            return choice
        if choice == "memory":
            return MemoryState()
        if choice not in self._states:
            self._states[choice] = await open_state(choice)
            await self._tell_worries(self._states[choice])
        return self._states[choice]

    async def _tell_worries(self, store: StateStore) -> None:
        if isinstance(store, ReportingStore):
            with contextlib.suppress(StoreFault):  # which the worker will meet, if it lasts
                for worry in (await store.report()).worries:
                    self.told(f"state: {worry}")

    async def quarantine(self, choice: str | StateStore) -> QuarantineStore:
        """Give the quarantine that stands beside a state: in its file, or in this host's memory."""
        return self._quarantine_in(await self.state(choice))

    async def rendered(self, worker: WorkerId, choice: str | StateStore) -> bytes | None:
        """Give the newest picture that *worker* drew, as JSON text, from beside its state.

        Raises: OperatorFault.
        """
        store = self._renders_in(await self.state(choice))
        try:
            return await store.drawn(worker)
        except StoreFault as fault:
            raise OperatorFault(
                "no-render", f"the picture cannot be read: {fault}", "see that the file can be"
            ) from fault

    def _quarantine_in(self, store: StateStore) -> QuarantineStore:
        return store if isinstance(store, QuarantineStore) else self._quarantine

    def _renders_in(self, store: StateStore) -> RenderStore:
        return store if isinstance(store, RenderStore) else self._renders

    def _claim(self, claim: tuple[int, WorkerId]) -> None:
        """Let one worker at a time have a name in a store, for its state is its own."""
        if claim in self._claims:
            raise OperatorFault(
                "name-taken",
                f"a worker named {claim[1]} is using this state store",
                "give each worker of a store a name of its own: name=…",
            )
        self._claims.add(claim)

    def _workspace(self, path: Path, limit_bytes: int) -> Workspace:
        key = path.absolute()
        if key not in self._workspaces:
            self._workspaces[key] = Workspace.open(path, limit_bytes)
        if self._workspaces[key].limit_bytes != limit_bytes:
            raise OperatorFault(
                "bad-limit",
                f"{path} is in use with a files_bytes of {self._workspaces[key].limit_bytes:,}",
                "give all workers of a workspace the same",
            )
        return self._workspaces[key]

    async def close(self) -> None:
        """End every worker, then the stores."""
        await self.cells.close()
        await self._connections.close()
        await self._web.close()
        for store in self._states.values():
            await store.close()
        for workspace in self._workspaces.values():
            workspace.close()
        self._states.clear()
        self._workspaces.clear()


def kinds() -> Kinds:
    """Give every kind of adapter that can be connected: those built in, and those of plugins."""
    return Kinds(BUILT_IN, _RESERVED)


def has_vault(folder: Path) -> bool:
    """Tell whether connections were ever kept in a data directory."""
    from cellblock.store.vault import Vault

    return Vault.is_in(folder)


async def open_vault(folder: Path, given: Given) -> ConnectionStore:
    """Open the connections of a data directory, which is made if it is not there.

    Raises: OperatorFault.
    """
    # The cryptography is loaded by those alone who need it.
    from cellblock.store.vault import Vault

    return await Vault.open(folder, given, SystemClock())


async def check_connection(connection: Connection) -> Any:
    """Make the cheap call that proves a connection; None if its kind has none.

    Raises: OperatorFault for settings that cannot be; AdapterError; what a plugin raises.
    """
    web, scrub = Web(), Scrubber()
    around = Surroundings(clock=SystemClock(), scrub=scrub, web=web)
    known = Connections(kinds(), (connection,), around)
    try:
        async with asyncio.timeout(ADAPTER_TIMEOUT_S):
            guest = Guest(WorkerId("check"), Turn(), None, MemoryRenders())
            return await known.check(connection.kind, connection.name, guest)
    finally:
        await known.close()
        await web.close()


async def open_state(choice: str, *, there: bool = False) -> SqliteState | RedisState:
    """Open a store that outlives this process; *there* refuses a file that would be made.

    Raises: OperatorFault.
    """
    if choice.partition("://")[0] in redis_address.SCHEMES:
        from cellblock.store.redis import RedisState  # importing redis-py takes a while

        return await RedisState.open(choice)
    file = _state_file(choice)
    if file is None:
        raise OperatorFault(
            "bad-state",
            f"{redis_address.shown(choice)!r} names no state store",
            f"write {'' if there else 'memory, '}sqlite:///relative.db, sqlite:////absolute/path.db"
            ", redis://host:6379/0, rediss://host:6379/0 or unix:///path/redis.sock",
        )
    if there:
        _found(file)
    return await SqliteState.open(file)


async def examine_state(choice: str) -> StoreReport:
    """Look how safe the state would be; a file that is not there is not made.

    Raises: OperatorFault for what cannot be used; StoreFault.
    """
    if choice == "memory":
        return StoreReport(
            facts={"place": "this process's memory"}, worries=("state is gone with its process",)
        )
    file = _state_file(choice)
    if file is not None and (report := _planned(file)):
        return report
    store = await open_state(choice)
    try:
        return await store.report()
    finally:
        await store.close()


def _state_file(choice: str) -> Path | None:
    kind, separator, path = choice.partition(":///")
    return Path(path) if kind == "sqlite" and separator and path else None


def _found(file: Path) -> None:
    if not file.is_file():
        text = f"there is no state file {file}"
        raise OperatorFault("bad-state", text, "write the --state of the worker's run")


def _planned(file: Path) -> StoreReport | None:
    """Tell of a file that the first start would make; None for one that is there."""
    if file.exists():
        return None
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        text = f"the state file {file} cannot be made: its folder cannot be written to"
        raise OperatorFault("bad-state-file", text, "name a folder that you can write to")
    return StoreReport(facts={"place": f"{file}, made at the first start"})


def held(preload: tuple[str, ...] | None) -> tuple[str, ...]:
    """Tell which of numpy and pandas the zygote will hold. Raises: OperatorFault."""
    installed = launch.installed(OPTIONAL_MODULES)
    if preload is None:
        return installed
    if unknown := set(preload) - set(OPTIONAL_MODULES):
        raise OperatorFault(
            "bad-preload",
            f"{sorted(unknown)[0]} is none of the optional modules",
            f"preload takes {' and '.join(OPTIONAL_MODULES)}; modules= allows others",
        )
    if missing := set(preload) - set(installed):
        raise OperatorFault("no-module", f"{sorted(missing)[0]} is not installed", "install it")
    return tuple(name for name in OPTIONAL_MODULES if name in preload)


def _checked(adapters: Any, connections: tuple[Connection, ...]) -> Adapters:
    if not isinstance(adapters, Mapping) or not all(
        isinstance(methods, Mapping) for methods in adapters.values()
    ):
        raise OperatorFault(
            "bad-adapter", "adapters is no dict of dicts", 'write {"prices": {"latest": latest}}'
        )
    for name, methods in adapters.items():
        if adapter_name(name) in _RESERVED:
            raise OperatorFault(
                "bad-adapter-name", f"ctx.{name} is the contract's", "choose another name"
            )
        if any(connection.kind == name for connection in connections):
            raise OperatorFault(
                "bad-adapter-name",
                f"ctx.{name} is both an own adapter and a connection",
                "rename the adapter, or leave the connection out",
            )
        for method, function in methods.items():
            adapter_name(method)
            if not inspect.iscoroutinefunction(function):
                raise OperatorFault(
                    "bad-adapter",
                    f"ctx.{name}.{method} is not an async function",
                    f"write `async def {method}(...)`",
                )
    return adapters


def check_limits(limits: Limits) -> None:
    """Refuse limits that cannot be. Raises: OperatorFault("bad-limit")."""
    if not isinstance(limits, Limits):
        raise OperatorFault(
            "bad-limit",
            f"limits is a {type(limits).__name__}",
            "give a cellblock.Limits, such as Limits(tick_timeout_s=5)",
        )
    for name in limits.__dataclass_fields__:
        if not isinstance(getattr(limits, name), (int, float)):
            raise OperatorFault("bad-limit", f"{name} is no number", "give a number")
    for name in ("tick_timeout_s", "error_timeout_s", "kill_grace_s"):
        value = getattr(limits, name)
        if not 0 < value <= TIMEOUT_MAX_S:
            raise OperatorFault(
                "bad-limit",
                f"{name} of {value:g} s cannot be",
                f"choose more than 0 and up to {TIMEOUT_MAX_S:g} s",
            )
    if not MEMORY_MIN_BYTES <= limits.memory_bytes <= MEMORY_MAX_BYTES:
        raise OperatorFault(
            "bad-limit",
            f"a worker cannot live in {limits.memory_bytes:,} bytes",
            f"give it {MEMORY_MIN_BYTES:,} to {MEMORY_MAX_BYTES:,}",
        )
    for name in ("max_errors", "files_bytes", "ctx_calls_per_tick"):
        if getattr(limits, name) < 1:
            raise OperatorFault("bad-limit", f"{name} must be at least 1", "raise it")
