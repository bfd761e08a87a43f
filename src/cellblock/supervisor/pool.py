"""Cells that wait, forked, jailed, proven and sealed, for somebody who wants one at once.

In: each wish for a cell. Out: one that waits, or none, and then the wish counts as demand. A cell
is handed out once and never comes back; who hands it out sees that it lives. What waits is as much
as was wanted lately: it grows with wishes that could not be met, and what nobody wanted ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from cellblock.errors import OperatorFault
from cellblock.limits import POOL_CELLS, POOL_LOOK_S
from cellblock.supervisor.cell import Cell
from cellblock.supervisor.grip import ready

_PAUSE_S = 0.02
"""Between a wish and the fork that makes up for it, which would take a processor from the worker
that was just asked for."""
_logger = logging.getLogger("cellblock.supervisor")


@dataclass(slots=True)
class _Shelf:
    """The cells of one memory limit, which is set in the jail and so cannot be changed later."""

    waiting: list[Cell] = field(default_factory=list)
    wanted: int = 0
    """How many are to wait."""
    missed: bool = False
    """Whether one was wanted already and none was there: the second time it is no accident."""
    lowest: int = 0
    """The fewest that waited since the last look: so many were not needed."""


class Pool:
    """What waits of one zygote. *fork* gives a fresh cell, *busy* says that others wait for one."""

    def __init__(self, fork: Callable[[int], Awaitable[Cell]], busy: Callable[[], bool]) -> None:
        self._fork = fork
        self._busy = busy
        self._shelves: dict[int, _Shelf] = {}
        self._filling: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()
        self._soon: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many cells wait."""
        return sum(len(shelf.waiting) for shelf in self._shelves.values())

    def take(self, memory_bytes: int) -> Cell | None:
        """Give a cell that waits and lives, for good; None if there is none."""
        if self._closed:
            return None
        shelf = self._shelves.setdefault(memory_bytes, _Shelf())
        cell = self._living(shelf)
        if cell is None:
            self._missed(shelf)
        self._fill_soon()
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(POOL_LOOK_S, self._look_again)
        return cell

    def _living(self, shelf: _Shelf) -> Cell | None:
        while shelf.waiting:
            cell = shelf.waiting.pop()
            shelf.lowest = min(shelf.lowest, len(shelf.waiting))
            if _lives(cell):
                return cell
            self._end(cell)
        return None

    def _missed(self, shelf: _Shelf) -> None:
        """Have more wait; a first wish may have been the only one."""
        if shelf.missed:
            room = POOL_CELLS - sum(other.wanted for other in self._shelves.values())
            shelf.wanted += min(room, max(1, shelf.wanted))
        shelf.missed = True

    def empty(self) -> None:
        """End all that waits, for it is of a zygote from which nothing may come any more.

        Demand is forgotten, too: whoever kills zygotes one after the other is not to have the pool
        forked anew each time.
        """
        for shelf in self._shelves.values():
            self._end(*shelf.waiting)
            shelf.waiting.clear()
        self._shelves.clear()

    async def close(self) -> None:
        """End all that waits, and whatever is being done for it."""
        self._closed = True
        for timer in (self._soon, self._look):
            if timer is not None:
                timer.cancel()
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        self.empty()
        await asyncio.gather(*self._endings, return_exceptions=True)

    # Growing

    def _fill_soon(self) -> None:
        if self._soon is None and self._filling is None and not self._closed and self._short():
            self._soon = asyncio.get_running_loop().call_later(_PAUSE_S, self._begin_to_fill)

    def _short(self) -> int | None:
        """Name a memory limit of which fewer cells wait than are to."""
        for memory_bytes, shelf in self._shelves.items():
            if len(shelf.waiting) < shelf.wanted:
                return memory_bytes
        return None

    def _begin_to_fill(self) -> None:
        self._soon = None
        if self._busy():
            self._fill_soon()
            return
        self._filling = asyncio.get_running_loop().create_task(self._fill())
        self._filling.add_done_callback(self._filled)

    async def _fill(self) -> None:
        """Fork what is short, one after the other, as long as nobody else wants a fork."""
        while not self._busy() and (memory_bytes := self._short()) is not None:
            shelf = self._shelves[memory_bytes]
            cell = await self._fork(memory_bytes)
            # Emptied meanwhile, it is another shelf: this cell may be of the zygote of before.
            if self._shelves.get(memory_bytes) is not shelf or len(shelf.waiting) >= shelf.wanted:
                self._end(cell)
                continue
            shelf.waiting.append(cell)
            cell.buried.add_done_callback(partial(_forget, cell, shelf))

    def _filled(self, task: asyncio.Task[None]) -> None:
        self._filling = None
        if task.cancelled():
            return
        if (error := task.exception()) is None:
            self._fill_soon()
            return
        # Whoever asks next meets the same, and is told; until then nothing is tried.
        for shelf in self._shelves.values():
            shelf.wanted = len(shelf.waiting)
        if not isinstance(error, OperatorFault):
            _logger.error("no cell could be kept waiting", exc_info=error)

    # Shrinking

    def _look_again(self) -> None:
        """End what nobody needed since the last look."""
        self._look = None
        for memory_bytes, shelf in list(self._shelves.items()):
            shelf.wanted -= min(shelf.lowest, shelf.wanted)
            self._end(*shelf.waiting[shelf.wanted :])
            del shelf.waiting[shelf.wanted :]
            shelf.lowest, shelf.missed = len(shelf.waiting), False
            if not shelf.wanted:
                del self._shelves[memory_bytes]
        if self._shelves and not self._closed:
            self._look = asyncio.get_running_loop().call_later(POOL_LOOK_S, self._look_again)

    def _end(self, *cells: Cell) -> None:
        for cell in cells:
            ending = asyncio.get_running_loop().create_task(cell.close())
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)


def _forget(cell: Cell, shelf: _Shelf, _buried: asyncio.Future[None]) -> None:
    """Keep no cell that died while it waited."""
    if cell in shelf.waiting:
        shelf.waiting.remove(cell)
        shelf.lowest = min(shelf.lowest, len(shelf.waiting))


def _lives(cell: Cell) -> bool:
    """Tell whether a cell can be given away; what was done to its process may be unheard as yet."""
    return cell.usable and ready(cell.pid)
