"""The parts that run together, connected; and one call to end them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cellblock.broker.adapter import Adapter
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.adapters.state import StateAdapter
from cellblock.broker.broker import Grants
from cellblock.broker.clients import Web
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.methods import Methods
from cellblock.broker.secret import Scrubber
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock, SystemClock
from cellblock.compose.bounds import Adapters, check_limits, checked
from cellblock.compose.catalogue import kinds
from cellblock.compose.cells import make_cells
from cellblock.compose.pictures import OverheardRenders, Shown
from cellblock.compose.states import open_state
from cellblock.errors import OperatorFault
from cellblock.intake.deployment import Deployment
from cellblock.limits import (
    Limits,
)
from cellblock.names import WorkerId
from cellblock.outcome import LogLine
from cellblock.store.memory import MemoryQuarantine, MemoryRenders, MemoryState
from cellblock.store.ports import (
    QuarantineStore,
    RenderStore,
    ReportingStore,
    StateStore,
    StoreFault,
    offered,
)
from cellblock.supervisor.runner import Job, Runner
from cellblock.wire.messages import Language

_logger = logging.getLogger("cellblock.store")
_Claim = tuple[int, WorkerId]
"""A store, and the name that a worker has in it."""


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
    only: str | None = None
    """The one source that is run here, if it is one; without numpy and pandas if it needs none."""
    connections: tuple[Connection, ...] = ()
    """What workers can be connected to; each is granted by `Host.runner`."""


class Host:
    """The parts that all workers of one program share."""

    def __init__(self, choices: Choices, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.plan, self.flavours = make_cells(
            choices.language,
            more=(*choices.more_modules, *choices.test_preload),
            preload=choices.preload,
            require_landlock=choices.require_landlock,
            lean=choices.only is not None,
        )
        self.cells = self.flavours.of_text(choices.only or "")
        """Those that are warm from the beginning."""
        self._adapters = checked(choices.adapters, choices.connections)
        self._scrub = Scrubber()
        self._web = Web()
        around = Surroundings(clock=self.clock, scrub=self._scrub, web=self._web)
        self._connections = Connections(kinds(), choices.connections, around)
        self._closed = False
        self._opened = contextlib.AsyncExitStack()
        """Closes stores and workspaces, all of them, whichever fails."""
        self._states: dict[str, StateStore] = {}
        self._opening = asyncio.Lock()
        self._quarantine = MemoryQuarantine()
        self._renders = MemoryRenders()
        self._workspaces: dict[Path, Workspace] = {}
        self._runners: dict[_Claim, Runner | None] = {}
        """Those that are not closed yet; None for one that is being put together."""
        self.told: Callable[[str], object] = _logger.warning
        """Hears what an operator should know of a store that is opened."""
        self.shown: Shown = _nobody
        """Hears what workers draw with ctx.monitor."""

    async def warm(self) -> None:
        """Start the zygote, and open the connections meanwhile. Raises: OperatorFault."""
        await self.cells.begin()  # it imports numpy, while this process imports kinds and httpx
        self._connections.open()
        await self.cells.warm()

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
        self._check_open()
        check_limits(limits)
        chosen = self._connections.choose(connect)
        if files is not None and not str(files):
            raise OperatorFault("bad-files", "the files directory has no name", "name a directory")
        workspace = self._workspace(Path(files), limits.files_bytes) if files is not None else None
        store = await self.state(state)
        self._check_open()  # now, too: it may have been closed in the meantime
        turn = Turn()
        renders = OverheardRenders(self._renders_in(store), self.shown)
        guest = Guest(deployment.worker, turn, workspace, renders)
        claim = (id(store), deployment.worker)
        self._claim(claim)
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(self._runners.pop, claim)  # the last to be called
            adapters: dict[str, Adapter] = {}
            for name, adapter in self._made(chosen, guest, store, workspace):
                adapters[name] = adapter
                ends.push_async_callback(adapter.close)
            grants = Grants(adapters, turn, self._scrub)
            job = Job(deployment, grants, limits, heard, self._quarantine_in(store))
            runner = Runner(self.flavours, job, self.clock, ends.pop_all())
        self._runners[claim] = runner
        return runner

    def _made(
        self,
        chosen: Mapping[str, str],
        guest: Guest,
        store: StateStore,
        workspace: Workspace | None,
    ) -> Iterator[tuple[str, Adapter]]:
        """Make the adapters of one worker, one by one. Raises: OperatorFault."""
        yield "state", StateAdapter(store, guest.worker)
        if workspace is not None:
            yield "files", FilesAdapter(workspace)
        for kind, name in chosen.items():
            yield kind, self._connections.adapter(kind, name, guest)
        for name, table in self._adapters.items():
            yield name, Methods(name, table, self._scrub)

    async def state(self, choice: str | StateStore) -> StateStore:
        """Open the store that *choice* names; a store object is the caller's own.

        A file is opened once. Memory is new each time, for one run must not read another's.
        """
        if not isinstance(choice, str):
            return choice
        if choice == "memory":
            return MemoryState()
        async with self._opening:  # or two who ask at once would each have a store of their own
            if choice not in self._states:
                store = await open_state(choice)
                self._opened.push_async_callback(store.close)
                if self._closed:  # as it was being opened
                    await self._close_opened()
                self._check_open()
                self._states[choice] = store
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
        own = offered(store, QuarantineStore)
        return self._quarantine if own is None else own

    def _renders_in(self, store: StateStore) -> RenderStore:
        own = offered(store, RenderStore)
        return self._renders if own is None else own

    def _check_open(self) -> None:
        if self._closed:
            raise OperatorFault("not-open", "the sandbox is closed", "open a new one")

    def _claim(self, claim: _Claim) -> None:
        """Let one worker at a time have a name in a store, for its state is its own."""
        if claim in self._runners:
            raise OperatorFault(
                "name-taken",
                f"a worker named {claim[1]} is using this state store",
                "give each worker of a store a name of its own: name=…",
            )
        self._runners[claim] = None

    def _workspace(self, path: Path, limit_bytes: int) -> Workspace:
        key = path.absolute()
        if key not in self._workspaces:
            self._workspaces[key] = Workspace.open(path, limit_bytes)
            self._opened.push_async_callback(self._workspaces[key].close)
        if self._workspaces[key].limit_bytes != limit_bytes:
            raise OperatorFault(
                "bad-limit",
                f"{path} is in use with a files_bytes of {self._workspaces[key].limit_bytes:,}",
                "give all workers of a workspace the same",
            )
        return self._workspaces[key]

    async def close(self) -> None:
        """End every worker, then what they share, then the stores.

        Each is closed whatever becomes of those before it; what one raised is raised at the end.
        """
        self._closed = True
        async with contextlib.AsyncExitStack() as ends:  # called from the last to the first
            ends.push_async_callback(self._close_opened)
            ends.push_async_callback(self._web.close)
            ends.push_async_callback(self._connections.close)
            ends.push_async_callback(self._close_runners)
            ends.push_async_callback(self.flavours.close)

    async def _close_runners(self) -> None:
        """Have every adapter keep what it holds, while the stores are there."""
        closing = [runner.close() for runner in self._runners.values() if runner is not None]
        for fault in await asyncio.gather(*closing, return_exceptions=True):
            if fault is not None:
                raise fault

    async def _close_opened(self) -> None:
        self._states.clear()
        self._workspaces.clear()
        await self._opened.aclose()


def _nobody(_worker: WorkerId, _render: bytes) -> None:
    """Look at no picture."""
