"""Runs the hostile programs, each in its own worker, and watches from outside what they reach.

A cell of the matrix is one program under one language. An escape is what SECURITY.md promises not
to happen; it is seen from outside wherever it can be (`Targets`, /proc, a neighbour's ticks), and
told by the program itself where it cannot, for the programs are ours.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cellblock import Failure, Limits, Outcome, Sandbox, WorkerFault
from cellblock.names import worker_id
from cellblock.store.memory import MemoryState
from cellblock.supervisor import cell
from cellblock.supervisor.cell import Ears
from cellblock.supervisor.pool import _Shelf
from hostile.corpus import Program, ending
from hostile.targets import Targets

COLUMNS = ("as written", "kernel alone")
AT_ONCE = 3
_NEIGHBOUR = """
def setup(ctx):
    ctx.state.set("kept", ctx.config["neighbour"])
def tick(ctx):
    assert ctx.state.get("kept") == ctx.config["neighbour"]
"""
_PATIENCE_S = 40.0
_LATE_S = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one program under one language."""

    program: Program
    column: str
    outcome: Outcome
    escapes: tuple[str, ...]

    @property
    def told(self) -> str:
        """The outcome as the matrix shows it."""
        failure = self.outcome.failure
        if failure is None:
            return "held, ran to its end"
        if called := re.search(r"the system call (\w+),", failure.message):
            return f"killed for {called[1]}"
        if self.outcome.kind.value in {"security", "crash"}:
            return f"{self.outcome.kind}: {failure.type}"
        return ending(self.outcome)


async def run(chosen: Iterable[Program], columns: Iterable[str] = COLUMNS) -> list[Cell]:
    """Run every program in every column."""
    with Targets() as targets:
        return [cell for column in columns for cell in await _column(column, list(chosen), targets)]


async def _column(column: str, chosen: list[Program], targets: Targets) -> list[Cell]:
    full = column == COLUMNS[1]
    async with (
        Sandbox(language="full", test_preload=("ctypes",)) if full else Sandbox() as sandbox,
        Sandbox(preload=()) as apart,
        apart.worker(_NEIGHBOUR, config={"neighbour": targets.tokens["neighbour"]}) as neighbour,
    ):
        await _let_in(sandbox, by_pool=full)
        watch = _Watch(targets, sandbox, neighbour)
        async with watch.watching():
            turns = asyncio.Semaphore(AT_ONCE)
            return list(
                await asyncio.gather(*(watch.cell(program, column, turns) for program in chosen))
            )


async def _let_in(sandbox: Sandbox, *, by_pool: bool) -> None:
    """Have every worker of a sandbox get a cell that waited in the pool, or none of them."""
    cells = sandbox.host.cells
    if not by_pool:
        await cells.pool.close()
        return

    async def waited(memory_bytes: int, ears: Ears) -> cell.Cell:
        spare = await cells._spare(memory_bytes)
        cells.pool._shelves.setdefault(memory_bytes, _Shelf()).waiting.append(spare)
        taken = cells.pool.take(memory_bytes)
        assert taken is not None
        taken.ears = ears
        return taken

    cells._fresh = waited  # type: ignore[method-assign]


class _Watch:
    """Runs cells of one sandbox and looks at everything around them meanwhile."""

    def __init__(self, targets: Targets, sandbox: Sandbox, neighbour: object) -> None:
        self._targets = targets
        self._sandbox = sandbox
        self._neighbour = neighbour
        self._running: dict[str, list[str]] = {}
        self._store = MemoryState()
        self._number = 0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Keep the neighbour ticking and look around, from now to the end."""
        await self._store.set(
            worker_id("treasure"), "token", f'"{self._targets.tokens["state"]}"'.encode()
        )
        tasks = [asyncio.create_task(self._tick_neighbour()), asyncio.create_task(self._look())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for error in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(error, Exception):
                    raise error

    async def cell(self, program: Program, column: str, turns: asyncio.Semaphore) -> Cell:
        """Run one program."""
        async with turns:
            self._number += 1
            escapes = self._running[program.name] = []
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    outcome = await self._play(program, f"w{self._number}")
            except TimeoutError:
                raise AssertionError(f"{program.name} ({column}) hangs the host") from None
            self._blame(self._targets.harm())
            del self._running[program.name]
            kept = await self._store.get(worker_id("treasure"), "token")
            if kept != f'"{self._targets.tokens["state"]}"'.encode():
                escapes.append("changed another worker's state")
            text = (
                outcome.output
                + "\n"
                + (f"{outcome.failure}\n{outcome.failure.traceback}" if outcome.failure else "")
            )
            return Cell(program, column, outcome, (*escapes, *self._targets.told(text)))

    async def _play(self, program: Program, name: str) -> Outcome:
        config = {
            **self._targets.config,
            "zygote": (await self._sandbox.host.cells.warm()).pid,
            "sibling": self._neighbour.pid,  # type: ignore[attr-defined]
        }
        limits = Limits(
            tick_timeout_s=program.timeout_s,
            kill_grace_s=0.3,
            error_timeout_s=1.0,
            memory_bytes=program.memory_bytes,
        )
        if not program.worker:
            return await self._sandbox.run(
                program.source,
                config=config,
                timeout_s=program.timeout_s,
                memory_bytes=program.memory_bytes,
                state=self._store,
                name=name,
            )
        worker = self._sandbox.worker(
            program.source, name=name, config=config, state=self._store, limits=limits
        )
        logs = []
        try:
            async with worker:
                assert worker.started
                logs += worker.started.logs
                outcome = worker.started
                for _ in range(program.ticks):
                    outcome = await worker.tick()
                    logs += outcome.logs
                    self._look_at(worker.pid)
                return replace(outcome, logs=tuple(logs))
        except WorkerFault as fault:
            known = fault.facts.get("outcome")
            if isinstance(known, Outcome):
                return replace(known, logs=(*logs, *known.logs))
            if isinstance(breach := fault.facts.get("failure"), Failure):
                return replace(outcome, kind=breach.kind, failure=breach, logs=tuple(logs))
            return replace(outcome, logs=tuple(logs))

    async def _tick_neighbour(self) -> None:
        while True:
            planned = time.monotonic() + 0.1
            await asyncio.sleep(0.1)
            outcome = await self._neighbour.tick()  # type: ignore[attr-defined]
            late = time.monotonic() - planned
            if not outcome.ok:
                self._blame([f"a neighbour failed: {outcome.failure}"])
            if late > _LATE_S:
                self._blame([f"a neighbour's tick came {late:.1f} s late"])

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(0.03)
            for zygote in list(self._sandbox.host.cells._living):  # those worn included
                ours: set[tuple[int, int]] = set()
                for pid in _numbers(f"/proc/{zygote.pid}/task/{zygote.pid}/children"):
                    ours = ours or _executable(zygote.pid)  # once for all: it takes a millisecond
                    self._look_at(pid, ours)

    def _look_at(self, pid: int | None, ours: set[tuple[int, int]] | None = None) -> None:
        """See that a worker is one process with one thread and no code of its own making.

        *ours* is the executable memory of its parent, if that was read already.
        """
        if pid is None:
            return
        try:
            status = Path(f"/proc/{pid}/status").read_text(errors="replace")
            children = _numbers(f"/proc/{pid}/task/{pid}/children")
        except OSError:
            return
        found = []
        # A process on its way out has none.
        if int(status.partition("Threads:")[2].split()[0]) > 1:
            found.append("a second thread runs")
        if children:
            found.append(f"started processes {children}")
        if not ours:
            ours = _executable(int(status.partition("PPid:")[2].split()[0]))
        # Within what the zygote has: a worker may unmap a part of its code, and so split a range.
        strange = {
            (start, end)
            for start, end in _executable(pid)
            if not any(low <= start and end <= high for low, high in ours)
        }
        if ours and strange:
            found.append(f"executable memory that the zygote has not: {sorted(strange)[:3]}")
        self._blame(found)

    def _blame(self, found: list[str]) -> None:
        for escapes in self._running.values():
            escapes.extend(found)


def _numbers(path: str) -> list[int]:
    try:
        return [int(word) for word in Path(path).read_text().split()]
    except OSError:
        return []


def _executable(pid: int) -> set[tuple[int, int]]:
    """Address ranges of executable memory, adjacent ones as one; empty where not to be seen."""
    try:
        lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError:
        return set()
    found: list[tuple[int, int]] = []
    for line in lines:
        places, rights = line.split(maxsplit=2)[:2]
        if "x" not in rights:
            continue
        start, end = (int(part, 16) for part in places.split("-"))
        if found and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end))
    return set(found)
