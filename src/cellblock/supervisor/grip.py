"""What the host holds a worker's process by: its pidfd and, where there are any, its cgroup."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from cellblock.errors import OperatorFault
from cellblock.jail.kernel.cgroup import Group
from cellblock.limits import CGROUP_SLACK_BYTES

_PF_EXITING = 0x4
_STATE, _FLAGS, _PENDING = 0, 6, 28
"""Places in /proc/pid/stat, behind the name. Source: proc_pid_stat(5); linux/sched.h."""
_HALTED = (b"T", b"t")
"""States of a process that is stopped, or held by a debugger."""


class Grip:
    """Holds one process; `close` lets go, once it is dead."""

    def __init__(self, pidfd: int, group: Group | None) -> None:
        self._pidfd = pidfd
        self._group = group

    @property
    def group(self) -> str:
        """Name of the process's own cgroup; empty if there is none."""
        return self._group.path.name if self._group else ""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it is there."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """End the process, and whatever else could be in its cgroup."""
        self.signal(signal.SIGKILL)
        if self._group:
            self._group.kill()

    async def dead(self, patience_s: float | None) -> bool:
        """Wait until the process is dead, which makes its pidfd readable; False if it is not."""
        loop = asyncio.get_running_loop()
        dead = asyncio.Event()
        loop.add_reader(self._pidfd, dead.set)
        try:
            async with asyncio.timeout(patience_s):
                await dead.wait()
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._pidfd)
        return True

    def close(self) -> bool:
        """Let go; tells whether the kernel killed the process for what its cgroup used."""
        os.close(self._pidfd)
        if self._group is None:
            return False
        out_of_memory = self._group.out_of_memory()
        self._group.remove()
        return out_of_memory


def exiting(pid: int) -> bool:
    """Tell whether a process is on its way out: the kernel is to end it, has begun, or it is gone.

    Its descriptors are closed early on that way, its memory late.
    """
    stat = _stat(pid)
    return not stat or _ends(stat)


def ready(pid: int) -> bool:
    """Tell whether a process can go on: it is neither on its way out nor stopped by someone."""
    stat = _stat(pid)
    return bool(stat) and not _ends(stat) and stat[_STATE] not in _HALTED


def _stat(pid: int) -> list[bytes]:
    try:
        file = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        return os.read(file, 4_096).rpartition(b")")[2].split()
    except OSError:
        return []
    finally:
        os.close(file)


def _ends(stat: list[bytes]) -> bool:
    # A process that slept as it was killed has the signal until it gets a processor.
    killed = int(stat[_PENDING]) & 1 << signal.SIGKILL - 1
    return bool(killed or int(stat[_FLAGS]) & _PF_EXITING)


def group(folder: str, memory_bytes: int) -> Group | None:
    """Make the cgroup of a worker in *folder*; None where there are no cgroups.

    Raises: OperatorFault("no-cgroup").
    """
    if not folder:
        return None
    try:
        return Group.make(Path(folder), memory_bytes + CGROUP_SLACK_BYTES)
    except OSError as error:
        raise OperatorFault(
            "no-cgroup",
            f"no cgroup could be made for a worker: {error}",
            f"see that {folder} is still delegated, and start again",
        ) from error
