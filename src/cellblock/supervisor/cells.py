"""Where cells come from: one zygote, started when needed, and again when it is lost or worn.

Some wait ahead for those who will want one, in a `Pool`; all are made in the same way. A zygote is
worn after a number of forks, and after a death that betrays its address layout: the next cells come
from a fresh one, while the workers of the old one run on. It ends with the last.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter

from cellblock.errors import OperatorFault
from cellblock.jail.attest import Enforcement
from cellblock.jail.control import Setup
from cellblock.jail.probe import Kernel
from cellblock.jail.reap import betrays_layout
from cellblock.limits import ZYGOTE_FORKS
from cellblock.supervisor.cell import Cell, Ears, Order
from cellblock.supervisor.identities import Identities
from cellblock.supervisor.pool import Pool
from cellblock.supervisor.zygotes import Zygote
from cellblock.wire.messages import Answer, Call

_logger = logging.getLogger("cellblock.supervisor")


class Cells:
    """Opens cells for the workers of one host that need what this zygote holds."""

    def __init__(self, kernel: Kernel, setup: Setup, identities: Identities) -> None:
        self.kernel = kernel
        self._setup = setup
        self._identities = identities
        self._zygote: Zygote | None = None
        self._starting: asyncio.Task[None] | None = None
        self._living: Counter[Zygote] = Counter()
        """Cells of each zygote, those being opened included."""
        self._endings: set[asyncio.Task[str]] = set()
        self._burials: set[asyncio.Task[None]] = set()
        """Those that nobody waits for, of cells that were left."""
        self._few = 2 * (os.cpu_count() or 1)
        self._turns = asyncio.Semaphore(self._few)
        """Of many who want a cell at once, few are served at a time, so that none is too slow."""
        self.pool = Pool(self._spare, self._turns.locked)
        self._closed = False

    async def begin(self) -> None:
        """Start a zygote's process, and do not wait until it is warm."""
        self._start()
        await asyncio.sleep(0)  # which is when the task above starts the process

    @property
    def begun(self) -> bool:
        """Whether there is a zygote, or one is being started."""
        return self._zygote is not None or self._starting is not None

    async def warm(self) -> Zygote:
        """Have a zygote, started now if there is none. Raises: OperatorFault."""
        while self._zygote is None or not self._zygote.alive:
            if self._closed:
                raise OperatorFault("not-open", "the sandbox is closed", "open a new one")
            # Shielded: one who waits and gives up must not end the start that others wait for.
            await asyncio.shield(self._start())
        return self._zygote

    async def open(self, memory_bytes: int, ears: Ears) -> Cell:
        """Give a proven cell that waits for its source: one of the pool, else a fresh one.

        Where many that were left have not ended yet, it waits until they are few. A zygote or a
        child that someone killed half-way is replaced once.
        Raises: OperatorFault.
        """
        while len(self._burials) >= self._few:
            await asyncio.wait(self._burials, return_when=asyncio.FIRST_COMPLETED)
        if (cell := self.pool.take(memory_bytes)) is not None:
            cell.ears = ears
            return cell
        return await self._fresh(memory_bytes, ears)

    async def leave(self, cell: Cell, *, behind: bool) -> None:
        """End a cell; *behind* waits for no end of one whose worker has said all."""
        if not (behind and cell.idle):
            await cell.close()
            return
        burial = cell.leave()
        self._burials.add(burial)
        burial.add_done_callback(self._burials.discard)

    async def _fresh(self, memory_bytes: int, ears: Ears) -> Cell:
        """Fork a cell, and another one if need be. Raises: OperatorFault."""
        try:
            return await self._open(memory_bytes, ears)
        except OperatorFault as fault:
            if fault.slug not in {"no-zygote", "jail-failed"}:
                raise
        return await self._open(memory_bytes, ears)

    async def prove(self) -> Enforcement:
        """Open a cell for nothing but its enforcement report. Raises: OperatorFault."""
        cell = await self._fresh(64_000_000, _NOBODY)
        await cell.close()
        assert cell.enforcement is not None
        return cell.enforcement

    async def close(self) -> None:
        """End the zygotes and every worker of them."""
        self._closed = True
        zygotes = self._known()  # also one that is left by its last cell from now on
        await self.pool.close()
        await asyncio.gather(*self._burials, return_exceptions=True)
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        zygotes |= self._known()
        await asyncio.gather(*(zygote.close() for zygote in zygotes), *self._endings)

    @property
    def zygotes(self) -> list[tuple[Zygote, int]]:
        """Those that there are, each with its cells; the one from which new ones come first."""
        known = sorted(self._known(), key=lambda one: (one is not self._zygote, -one.begun_s))
        return [(zygote, self._living[zygote]) for zygote in known]

    def _known(self) -> set[Zygote]:
        return {*self._living, *((self._zygote,) if self._zygote else ())}

    # Cells

    async def _spare(self, memory_bytes: int) -> Cell:
        """Give a fresh cell that nobody hears yet. Raises: OperatorFault."""
        return await self._open(memory_bytes, _NOBODY, waits=True)

    async def _open(self, memory_bytes: int, ears: Ears, *, waits: bool = False) -> Cell:
        async with self._turns:
            return await self._fork(memory_bytes, ears, waits=waits)

    async def _fork(self, memory_bytes: int, ears: Ears, *, waits: bool) -> Cell:
        zygote = await self.warm()
        uid, gid = self._identities.take()
        # Counted before anything is awaited: a zygote is not to end while a cell of it is opened.
        self._living[zygote] += 1
        try:
            order = Order(memory_bytes, uid, gid, ears, waits)
            cell = await Cell.open(zygote, self.kernel, order)
        except BaseException:
            self._identities.give_back(uid)
            self._left(zygote)
            raise
        cell.buried.add_done_callback(lambda _: self._buried(zygote, cell, uid))
        if zygote.forks >= ZYGOTE_FORKS and zygote is self._zygote and not self._closed:
            self._start()
        return cell

    def _buried(self, zygote: Zygote, cell: Cell, uid: int) -> None:
        self._identities.give_back(uid)
        if cell.death and betrays_layout(cell.death) and zygote is self._zygote:
            # At once: whoever saw the layout of this zygote must not meet it again.
            self._zygote = None
            self.pool.empty()
            if not self._closed:
                self._start()
        self._left(zygote)

    def _left(self, zygote: Zygote) -> None:
        """Count one cell less; a worn zygote ends with its last."""
        self._living[zygote] -= 1
        if not self._living[zygote]:
            del self._living[zygote]
            if zygote is not self._zygote and not self._closed:
                self._end(zygote)

    # Zygotes

    def _start(self) -> asyncio.Task[None]:
        """Start a fresh zygote, unless that is under way; it takes the place of the one before."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._replace())
            self._starting.add_done_callback(self._started)
        return self._starting

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting = None
        # Looked at here, for there may be nobody who waits; the next one who does tries again.
        if not task.cancelled() and (error := task.exception()):
            _logger.warning("a zygote could not be started: %s", error)

    async def _replace(self) -> None:
        fresh = await Zygote.start(self._setup)
        before, self._zygote = self._zygote, fresh
        self.pool.empty()
        if before is not None and not self._living[before]:
            del self._living[before]
            self._end(before)

    def _end(self, zygote: Zygote) -> None:
        ending = asyncio.get_running_loop().create_task(zygote.close())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


async def _nobody_asks(_call: Call) -> Answer:
    return Answer(0, None, None)


_NOBODY = Ears(_nobody_asks, lambda _: 0.0)
