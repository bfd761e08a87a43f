"""When the service's process looks for objects that hold each other, so that no tick waits for it.

In: a process that is the service and nothing else. Out: short looks at what is young, and the long
one at all there is only once the process has grown for no other reason.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable

from cellblock.supervisor.gauge import resident_bytes

_YOUNG = 2_000
"""New objects after which they are looked at: some 2 ms."""
_YOUNGER = 5
"""Such looks after which those that stayed are looked at again: some 10 ms."""
_NEVER = 1_000_000_000
_LOOK_S = 60.0
_GROWN = 1.25
_GROWN_BYTES = 64_000_000
_logger = logging.getLogger("cellblock.compose")


def spare() -> None:
    """Have Python look at young objects alone, from now on, and seldom.

    By itself it looks at all there is whenever a quarter more came: with 1,000 workers, whose ticks
    leave nothing that holds itself, every few seconds, for a fifth of a second each time.
    """
    gc.set_threshold(_YOUNG, _YOUNGER, _NEVER)


def _own_bytes() -> int | None:
    return resident_bytes(os.getpid())


class Heap:
    """Looks at all there is when the process has grown; *measured* tells its resident memory."""

    def __init__(self, measured: Callable[[], int | None] = _own_bytes) -> None:
        self._measured = measured
        self._bytes: int | None = None
        """What the process took when it was looked at last."""

    async def keep_looking(self) -> None:
        """Look every minute, until cancelled; not before the workers of the start are there."""
        while True:
            await asyncio.sleep(_LOOK_S)
            self.look()

    def look(self) -> bool:
        """Collect if the process has grown by a quarter and more than a little; tell whether."""
        size = self._measured()
        if size is None:
            return False
        if self._bytes is None:
            self._bytes = size
        if size <= self._bytes * _GROWN + _GROWN_BYTES:
            return False
        found = gc.collect()
        self._bytes = self._measured() or size
        _logger.debug("the process had grown to %d bytes; %d objects held themselves", size, found)
        return True
