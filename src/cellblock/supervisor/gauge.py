"""What a worker's process takes, as the kernel tells it; the worker has no say in it.

In: a process's number. Out: processor time and resident memory; nothing for one that is gone.
"""

from __future__ import annotations

import os
import time

from cellblock.clock import Clock

_LOOK_EVERY_S = 10.0
_CPU_OF_ALL_THREADS = 2
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pid: int) -> float | None:
    """Give the processor time of a process and of all its threads, in seconds; takes some 1 µs.

    Source: clock_getcpuclockid(3), whose result for a pid is ``(~pid << 3) | 2``.
    """
    try:
        return time.clock_gettime((~pid << 3) | _CPU_OF_ALL_THREADS)
    except OSError:
        return None


def resident_bytes(pid: int) -> int | None:
    """Give the resident memory of a process, pages shared with its zygote included.

    Source: proc_pid_statm(5).
    """
    try:
        # A file object would take 10 of 16 µs.
        statm = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return int(os.read(statm, 200).split()[1]) * _PAGE
        finally:
            os.close(statm)
    except (OSError, IndexError):
        return None


class Gauge:
    """Watches one process; made when it is there."""

    def __init__(self, pid: int, clock: Clock) -> None:
        self._pid = pid
        self._clock = clock
        self._cpu_s = 0.0
        self._look_s = clock.monotonic_s()
        self._memory_bytes: int | None = None

    def begin(self) -> None:
        """Begin to count for one order."""
        self._cpu_s = cpu_s(self._pid) or 0.0

    def spent_s(self, whole_s: float | None = None) -> float:
        """Give the processor time since `begin`; *whole_s* is all that a dead one took."""
        now_s = whole_s if whole_s is not None else cpu_s(self._pid)
        return max(0.0, (now_s or 0.0) - self._cpu_s)

    def memory_bytes(self) -> int | None:
        """Give the resident memory, looked at every 10 s at the most."""
        now_s = self._clock.monotonic_s()
        if self._memory_bytes is None or now_s >= self._look_s:
            self._look_s = now_s + _LOOK_EVERY_S
            self._memory_bytes = resident_bytes(self._pid) or self._memory_bytes
        return self._memory_bytes
