"""The numbers of a worker's ticks: each once, also after an end that nobody had time to note.

A number is used only below what was reserved durably; blocks are asked for ahead, so that a tick
seldom waits. While the store cannot reserve, numbers go on after a short wait all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cellblock.limits import NUMBERS_RESERVED

_AHEAD = NUMBERS_RESERVED // 4
_PATIENCE_S = 1.0
Reserve = Callable[[int], asyncio.Future[None]]
"""Keeps that every number below may have been used; done when that is durable."""


class Numbers:
    """Counts from *first* on. Without *reserve*, for a run whose numbers end with it.

    *seed* shortens the first block by some, for workers that begin together must not all ask for
    the next one in the same second.
    """

    def __init__(self, first: int = 0, reserve: Reserve | None = None, seed: int = 0) -> None:
        self.next = first
        """The number of the next tick, if no slot is skipped."""
        self._reserve = reserve
        self._shorter = seed % (NUMBERS_RESERVED - _AHEAD)
        self._asked = first
        self._durable = first

    @property
    def reserved(self) -> int:
        """Every number below it is reserved, or is about to be."""
        return self._asked

    def prepare(self) -> None:
        """Ask for a block now, if few are left, so that the next tick need not wait for it."""
        if self._reserve is not None and self.next + _AHEAD > self._asked:
            asked = self._asked = self.next + NUMBERS_RESERVED - self._shorter
            self._shorter = 0
            self._reserve(asked).add_done_callback(lambda done: self._reserved(asked, done))

    async def take(self, skipped: int) -> int:
        """Give the number of a tick before which *skipped* slots were passed over."""
        number = self.next + skipped
        self.next = number + 1
        if self._reserve is not None:
            self.prepare()
            if number >= self._durable:
                await self._wait(self._reserve(self._asked))
        return number

    async def _wait(self, reserved: asyncio.Future[None]) -> None:
        asked = self._asked
        await asyncio.wait({reserved}, timeout=_PATIENCE_S)
        # Not durable after all that time, the block is used all the same: ticks go on while the
        # disk is full, and each of them waiting for it would be late.
        self._durable = max(self._durable, asked)

    def _reserved(self, asked: int, done: asyncio.Future[None]) -> None:
        if not done.cancelled():
            self._durable = max(self._durable, asked)
