"""Where cells come from: one zygote, started when needed and again when lost."""

from __future__ import annotations

import asyncio
import os
from itertools import count

from cellblock.jail.attest import Enforcement
from cellblock.jail.control import Setup
from cellblock.jail.probe import UID_POOL_SIZE, Kernel
from cellblock.supervisor.cell import Cell, Ears
from cellblock.supervisor.zygotes import Zygote
from cellblock.wire.messages import Answer, Call

_UIDS_OF_A_HOST = 6_000


class Cells:
    """Opens cells for all workers of one host."""

    def __init__(self, kernel: Kernel, setup: Setup) -> None:
        self.kernel = kernel
        self._setup = setup
        self._zygote: Zygote | None = None
        self._starting = asyncio.Lock()
        self._uids: dict[Cell, int] = {}

    async def warm(self) -> Zygote:
        """Have a zygote, started now if there is none. Raises: OperatorFault."""
        async with self._starting:
            if self._zygote is None or not self._zygote.alive:
                if self._zygote is not None:
                    await self._zygote.close()
                self._zygote = await Zygote.start(self._setup)
            return self._zygote

    async def open(self, memory_bytes: int, ears: Ears) -> Cell:
        """Give a proven cell that waits for its source. Raises: OperatorFault."""
        zygote = await self.warm()
        uid, gid = self._identity()
        cell = await Cell.open(zygote, self.kernel, (uid, gid), memory_bytes, ears)
        self._uids = {held: number for held, number in self._uids.items() if held.death is None}
        self._uids[cell] = uid
        return cell

    async def prove(self) -> Enforcement:
        """Open a cell for nothing but its enforcement report. Raises: OperatorFault."""
        cell = await self.open(64_000_000, Ears(_nobody_asks, lambda _: None))
        await cell.close()
        assert cell.enforcement is not None
        return cell.enforcement

    async def close(self) -> None:
        """End the zygote and every worker of it."""
        if self._zygote is not None:
            await self._zygote.close()
            self._zygote = None

    def _identity(self) -> tuple[int, int]:
        """Choose uid and gid: a free one of this host's part of the pool, or our own."""
        if not self.kernel.own_uids or self.kernel.uid_pool_start is None:
            return os.getuid(), os.getgid()
        # Several hosts on one machine take different parts of the pool, as far as it goes.
        part = os.getpid() % (UID_POOL_SIZE // _UIDS_OF_A_HOST)
        start = self.kernel.uid_pool_start + part * _UIDS_OF_A_HOST
        taken = {number for held, number in self._uids.items() if held.death is None}
        uid = next(number for number in count(start) if number not in taken)
        return uid, uid


async def _nobody_asks(_call: Call) -> Answer:
    return Answer(0, None, None)
