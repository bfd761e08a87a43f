"""Watches the free space of the data directory, and says when there is little of it, and again.

In: a directory, looked at now and then. Out: a sentence for an operator, and a `Disk` event each
time that it begins or ends.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cellblock.clock import Clock
from cellblock.journal.event import Disk, Sink
from cellblock.limits import DISK_LITTLE_BYTES, DISK_LOOK_S

_ENOUGH = 1.2
"""A problem ends at this multiple of the bound, so that it does not come and go with each write."""
_LITTLE_FILES = 1_000
_logger = logging.getLogger("cellblock.journal")

Problem = Callable[[], str | None]
"""Asked for a sentence; None if all is well."""


class DiskWatch:
    """What is wrong with the disk, and who is told when that changes.

    *others* are asked too: they know whether writing goes well, whatever is free.
    """

    def __init__(
        self, directory: Path, clock: Clock, sink: Sink, others: Sequence[Problem] = ()
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._sink = sink
        self._others = others
        self._little = False
        self.free_bytes: int | None = None
        """Free space that this process may use, at the last look; None if there was none."""
        self.problem: str | None = None
        """What is wrong, in a sentence with what to do; None if all is well."""

    async def keep_watching(self) -> None:
        """Look every `DISK_LOOK_S`, until cancelled."""
        while True:
            # In a thread, for a network's file system may take its time.
            room = await asyncio.to_thread(_room, self._directory)
            try:
                self._judge(room)
            except Exception:  # whoever is told, the next look comes
                _logger.exception("the disk's problem could not be told")
            await asyncio.sleep(DISK_LOOK_S)

    def look(self) -> str | None:
        """Look now, and give what is wrong."""
        self._judge(_room(self._directory))
        return self.problem

    def _judge(self, room: tuple[int, int | None] | OSError) -> None:
        before, self.problem = self.problem, self._found(room)
        if self.problem is None:
            self.problem = next((said for other in self._others if (said := other())), None)
        if (before is None) != (self.problem is None):
            now_at = self._clock.wall_s()
            self._sink(
                Disk("recovered", "", now_at)
                if self.problem is None
                else Disk("problem", self.problem, now_at)
            )

    def _found(self, room: tuple[int, int | None] | OSError) -> str | None:
        if isinstance(room, OSError):
            self.free_bytes = None
            return f"the data directory {self._directory} cannot be looked at: {room.strerror}"
        self.free_bytes, files = room
        bound = DISK_LITTLE_BYTES * (_ENOUGH if self._little else 1)
        self._little = self.free_bytes < bound
        if self._little:
            return (
                f"{self.free_bytes / 1e6:,.0f} MB are free in {self._directory}; free some space, "
                "or lower the retention of log lines, before writes fail"
            )
        if files is not None and files < _LITTLE_FILES:
            return f"room for {files:,} more files is left in {self._directory}; remove some"
        return None


def _room(directory: Path) -> tuple[int, int | None] | OSError:
    """Tell the free bytes and files; None for a file system that does not count its files."""
    try:
        found = os.statvfs(directory)
    except OSError as error:
        return error
    return found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None
