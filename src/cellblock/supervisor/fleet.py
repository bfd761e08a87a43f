"""All workers of the service: what is wanted of them, and what is.

In: intent from a store. Out: keepers, one for each worker, which bring the worker to what is wanted
and keep it there; and what became of it, to stores and journal. Nothing a worker does, and nothing
that a store cannot do for a while, stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cellblock.clock import Clock
from cellblock.journal import event as journal
from cellblock.names import WorkerRef
from cellblock.outcome import LogLine
from cellblock.store.records import Line, Run, Version
from cellblock.store.service import HookStore, StandingStore, WorkerStore
from cellblock.supervisor.runner import Runner

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


class Fleet:
    """The workers of one host, which is named *host* in their standings."""

    def __init__(self, ports: Ports, clock: Clock, host: str = "") -> None:
        self._ports = ports
        self._clock = clock
        self._host = host
        self._states: Counter[str] = Counter()

    async def begin(self) -> None:
        """Read what is wanted, and go about it; workers start after this returns.

        Raises: StoreFault.
        """

    def woken(self) -> None:
        """Look now for what has changed: intent, or events that came; does not wait."""

    def renew(self, ref: WorkerRef) -> None:
        """Have a worker run by a fresh runner: what `Hire` gives it now is another.

        One that waits because it could not be hired is tried again at once.
        """

    @property
    def states(self) -> Mapping[str, int]:
        """How many workers are in each state."""
        return self._states

    @property
    def problem(self) -> str | None:
        """Why intent or standings cannot be read or kept, in a sentence; None while they can."""
        return None

    async def drain(self) -> None:
        """Begin no tick, give those that run `DRAIN_S`, then their deadline; end all processes.

        What is kept afterwards is as a clean end leaves it. Cancelled, it ends all at once.
        """

    async def close(self) -> None:
        """End every worker at once; after `drain` there is none. Never raises."""
