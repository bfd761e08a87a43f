"""What the keepers of all workers share: ports, clock, clerk, and the turns of those who start."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from cellblock.clock import Clock
from cellblock.journal import event as journal
from cellblock.names import WorkerRef
from cellblock.outcome import LogLine
from cellblock.store.records import Line, Run, Version
from cellblock.store.service import HookStore, StandingStore, WorkerStore
from cellblock.supervisor.clerk import Clerk
from cellblock.supervisor.runner import Runner
from cellblock.supervisor.rush import Rush
from cellblock.supervisor.schedule import Now

Hire = Callable[[WorkerRef, Version, Callable[[LogLine], None]], Awaitable[Runner]]
"""Puts a runner together for a version; its process starts later. The runner before it is closed by
then. Raises: OperatorFault, which is tried again; WorkerFault, which is not."""
Forget = Callable[[WorkerRef], Awaitable[None]]
"""Removes what a worker has beside its records: state, picture, lines and runs. Called until it
raises no more; the records go after it."""


class Chronicle(Protocol):
    """Takes log lines and runs at once, and keeps them later."""

    def line(self, line: Line) -> None:
        """Take a log line."""

    def run(self, run: Run) -> None:
        """Take a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the fleet needs of the rest of the service."""

    workers: WorkerStore
    standings: StandingStore
    hooks: HookStore
    chronicle: Chronicle
    hire: Hire
    forget: Forget
    told: journal.Sink
    """Hears `Moved` and `Late`; must not block."""


@dataclass(frozen=True, slots=True)
class Office:
    """Shared by all keepers of one fleet."""

    ports: Ports
    clock: Clock
    clerk: Clerk
    host: str
    states: Counter[str] = field(default_factory=Counter)
    """How many workers are in each state."""
    rush: Rush = field(default_factory=Rush)
    turns: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(2 * (os.cpu_count() or 1))
    )
    """For reading a version and putting a runner together; few at a time."""

    def now(self) -> Now:
        """Read both hands of the clock."""
        return Now(self.clock.monotonic_s(), self.clock.wall_s())
