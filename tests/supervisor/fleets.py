"""A fleet with real records and real processes, and what it wrote; for tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cellblock import Limits, Sandbox
from cellblock.errors import OperatorFault
from cellblock.intake.deployment import deployment
from cellblock.intake.settings import limits_of, settings
from cellblock.journal import event as journal
from cellblock.names import WorkerRef
from cellblock.store import records as r
from cellblock.store.registry import Registry
from cellblock.supervisor.fleet import Fleet, Ports

QUIET = "def tick(ctx): pass"


@dataclass
class Pages:
    """A chronicle that keeps everything where a test can look."""

    lines: list[r.Line] = field(default_factory=list)
    runs: list[r.Run] = field(default_factory=list)
    told: list[journal.Event] = field(default_factory=list)

    def line(self, line: r.Line) -> None:
        self.lines.append(line)

    def run(self, run: r.Run) -> None:
        self.runs.append(run)

    def of(self, name: str) -> list[r.Run]:
        """Give the runs of a worker, in order."""
        return [run for run in self.runs if run.ref.name == name]

    def moves(self, name: str) -> list[str]:
        """Give the states that a worker went through."""
        return [e.state for e in self.told if isinstance(e, journal.Moved) and e.name == name]


class Town:
    """One service on a sandbox; `open` may be called again, as a restart of the host is."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.pages = Pages()
        self.refuses: str | None = None
        """Why nobody can be hired, if so."""
        self.forgotten: list[WorkerRef] = []

    async def __aenter__(self) -> Self:
        self.registry = await Registry.open(self.folder / "service.db")
        if await self.registry.workspaces.workspace("w") is None:
            await self.registry.workspaces.add_workspace(r.Workspace(name="w", created_at=0.0))
        self.fleet = self._fleet()
        await self.fleet.begin()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.fleet.close()
        await self.registry.close()

    async def crash(self) -> None:
        """End the host without a word to the stores, and begin another."""
        fleet, self.fleet = self.fleet, self._fleet()
        fleet._clerk._standings.clear()
        fleet._clerk._places.clear()
        fleet._clerk.stand = lambda *_args, **_more: None
        fleet._clerk.settle = lambda _place: asyncio.get_running_loop().create_future()
        await fleet.close()
        await self.fleet.begin()

    def _fleet(self) -> Fleet:
        ports = Ports(
            workers=self.registry.workers,
            standings=self.registry.standings,
            hooks=self.registry.hooks,
            chronicle=self.pages,
            hire=self._hire,
            forget=self._forget,
            told=self.pages.told.append,
        )
        return Fleet(ports, self.sandbox.host.clock, "here")

    async def _hire(self, ref: WorkerRef, version: r.Version, heard: Any) -> Any:
        if self.refuses:
            raise OperatorFault("no-connection", self.refuses, "see `cellblock connect`")
        job = deployment(
            ref.state_id, version.source, self.sandbox.language, config=version.settings.config
        )
        return await self.sandbox.host.runner(
            job,
            state=f"sqlite:///{self.folder}/state.db",
            files=None,
            limits=limits_of(version.settings.limits, Limits()),
            heard=heard,
            connect=version.settings.connect,
        )

    async def _forget(self, ref: WorkerRef) -> None:
        self.forgotten.append(ref)

    # What a person does

    async def deploy(self, name: str, source: str = QUIET, **chosen: Any) -> r.Worker:
        draft = r.Draft(
            ref=WorkerRef("w", name),
            source=source,
            settings=settings({"interval_s": 1.0} | chosen),
            by="test",
            at=time.time(),
        )
        done = await self.registry.workers.deploy(draft)
        self.fleet.woken()
        return done.worker

    async def change(self, name: str, **values: Any) -> None:
        await self.registry.workers.change(WorkerRef("w", name), values)
        self.fleet.woken()

    async def ask(self, name: str, what: str) -> None:
        """Raise restarts_asked or ticks_asked."""
        worker = await self.registry.workers.worker(WorkerRef("w", name))
        assert worker is not None
        await self.change(name, **{what: getattr(worker, what) + 1})

    async def standing(self, name: str) -> r.Standing | None:
        return await self.registry.standings.standing(WorkerRef("w", name))

    def pid(self, name: str) -> int:
        """Give the process of a worker that runs."""
        pid = self.fleet._keepers[WorkerRef("w", name)].profile.pid
        assert pid is not None
        return pid

    async def until_state(self, name: str, *states: str, within_s: float = 20.0) -> r.Standing:
        """Wait until a worker's standing is kept with one of these states."""
        end_s = time.monotonic() + within_s
        while True:
            standing = await self.standing(name)
            if standing is not None and standing.state in states:
                return standing
            assert time.monotonic() < end_s, standing
            await asyncio.sleep(0.02)

    async def until(self, holds: Callable[[], Any], within_s: float = 20.0) -> Any:
        """Wait until something holds, and give it."""
        end_s = time.monotonic() + within_s
        while not (found := holds()):
            assert time.monotonic() < end_s, (self.pages.told[-5:], self.pages.lines[-5:])
            await asyncio.sleep(0.01)
        return found
