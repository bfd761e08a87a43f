"""The start of many workers at once: those that tick often wait with it until all are there.

A start and a tick take the same processors. Were each worker to tick from its own start on, the
later starts of thousands would have what the ticks of the earlier ones leave: hardly anything.

In: who is to start, and who has. Out: for each that waits a call with its share of the way, so that
those who begin together do not all tick at one instant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cellblock.names import WorkerRef

_FEW = 100
"""Fewer wait for nobody."""
_PATIENCE_S = 5.0
"""Nobody waits any longer when no process came for so long, and at the most twice that."""
OFTEN_S = 10.0
"""Who ticks less often than this waits for nobody: its ticks are few, and each matters more."""

Go = Callable[[float], None]
"""Called with a number from 0 to less than 1, evenly spread over those who waited."""


class Rush:
    """One start of many; it is there once, at the begin of a fleet."""

    def __init__(self) -> None:
        self._gathering = False
        self._coming: set[WorkerRef] = set()
        self._waiting: list[Go] = []
        self._came = False
        """Whether somebody came since it was looked."""
        self._patience: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Count who comes from now on."""
        self._gathering = True

    def come(self, ref: WorkerRef) -> None:
        """Hear that a worker is to be started."""
        if self._gathering:
            self._coming.add(ref)

    def gathered(self) -> None:
        """Count nobody more."""
        self._gathering = False
        if len(self._coming) >= _FEW:
            self._look()
        else:
            self._coming.clear()

    def arrived(self, ref: WorkerRef) -> None:
        """Hear that a worker has a process, or cannot have one; its code has no say in when."""
        if ref in self._coming:
            self._coming.remove(ref)
            self._came = True
            if not self._coming and self._patience is not None:
                self._end()

    def _look(self) -> None:
        """Wait on, unless nobody came for a while."""
        if self._patience is not None and not self._came:
            self._end()
            return
        self._came = False
        self._patience = asyncio.get_running_loop().call_later(_PATIENCE_S, self._look)

    def wait(self, go: Go) -> bool:
        """Have *go* called when all are there; False if there is nothing to wait for."""
        if self._patience is None:
            return False
        self._waiting.append(go)
        return True

    def close(self) -> list[Go]:
        """Have nobody wait any more, and call nobody; gives who waited."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        waiting, self._waiting = self._waiting, []
        return waiting

    def _end(self) -> None:
        """Let all go."""
        waiting = self.close()
        for place, go in enumerate(waiting):
            go(place / len(waiting))
