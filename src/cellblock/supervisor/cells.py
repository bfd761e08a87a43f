"""Where cells come from: one zygote, started when needed and again when lost."""

from __future__ import annotations

import asyncio
import os

from cellblock.errors import OperatorFault
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
        self._taken: set[int] = set()
        self._closed = False

    async def warm(self) -> Zygote:
        """Have a zygote, started now if there is none. Raises: OperatorFault."""
        async with self._starting:
            if self._closed:
                raise OperatorFault("not-open", "the sandbox is closed", "open a new one")
            if self._zygote is None or not self._zygote.alive:
                if self._zygote is not None:
                    await self._zygote.close()
                self._zygote = await Zygote.start(self._setup)
            return self._zygote

    async def open(self, memory_bytes: int, ears: Ears) -> Cell:
        """Give a proven cell that waits for its source.

        A zygote or a child that someone killed half-way is replaced once.
        Raises: OperatorFault.
        """
        try:
            return await self._open(memory_bytes, ears)
        except OperatorFault as fault:
            if fault.slug not in {"no-zygote", "jail-failed"}:
                raise
        return await self._open(memory_bytes, ears)

    async def _open(self, memory_bytes: int, ears: Ears) -> Cell:
        zygote = await self.warm()
        uid, gid = self._identity()
        # Taken before anything is awaited: two starts at once must not choose the same.
        self._taken.add(uid)
        try:
            cell = await Cell.open(zygote, self.kernel, (uid, gid), memory_bytes, ears)
        except BaseException:
            self._taken.discard(uid)
            raise
        cell.buried.add_done_callback(lambda _: self._taken.discard(uid))
        return cell

    async def prove(self) -> Enforcement:
        """Open a cell for nothing but its enforcement report. Raises: OperatorFault."""
        cell = await self.open(64_000_000, Ears(_nobody_asks, lambda _: 0.0))
        await cell.close()
        assert cell.enforcement is not None
        return cell.enforcement

    async def close(self) -> None:
        """End the zygote and every worker of it."""
        self._closed = True
        async with self._starting:
            if self._zygote is not None:
                await self._zygote.close()

    def _identity(self) -> tuple[int, int]:
        """Choose uid and gid: a free one of this host's part of the pool, or our own."""
        if not self.kernel.own_uids or self.kernel.uid_pool_start is None:
            return os.getuid(), os.getgid()
        # Several hosts on one machine take different parts of the pool, as far as it goes.
        part = os.getpid() % (UID_POOL_SIZE // _UIDS_OF_A_HOST)
        start = self.kernel.uid_pool_start + part * _UIDS_OF_A_HOST
        for uid in range(start, start + _UIDS_OF_A_HOST):
            if uid not in self._taken:
                return uid, uid
        raise OperatorFault(
            "no-uid", f"all {_UIDS_OF_A_HOST:,} uids for workers are in use", "run fewer at once"
        )


async def _nobody_asks(_call: Call) -> Answer:
    return Answer(0, None, None)
