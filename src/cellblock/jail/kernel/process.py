"""What one process can set for itself: session, parent, privileges, descriptors, limits.

Source: prctl(2), capset(2), setresuid(2), close_range(2), setrlimit(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import struct
from typing import Any

from cellblock.linux import prctl, syscall

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_READ = 23
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_SCHED_CORE = 62
_PR_SCHED_CORE_GET = 0
_PR_SCHED_CORE_CREATE = 1
_PR_SET_MDWE = 65
_PR_GET_MDWE = 66
_PR_MDWE_REFUSE_EXEC_GAIN = 1
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_ORDINARY = os.sched_param(0)
_SCHEDULING = struct.Struct("=IIQiIQQQ")  # size, policy, flags, nice, priority; runtime, two more
_RESET_ON_FORK = 1
_SHORT_TURN_NS = 100_000
_CAPABILITY_HEADER = struct.pack("<II", 0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = bytes(24)

CAP_KILL = 5
CAP_SETGID = 6
CAP_SETUID = 7
CAP_SYS_PTRACE = 19
CAP_SYS_ADMIN = 21


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when the parent ends, and look again for the parent that ended before.

    A change of uid clears the request, so it is made after credentials are dropped.
    Raises: OSError; ProcessLookupError if *parent* is already gone.
    """
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError(3, "die_with_parent: the zygote is gone")


def give_way() -> None:
    """Take the processor only when it is free, or at the end of another's turn.

    Else each answer that the host writes wakes a worker which puts the host off in the middle of
    its turn: with 300 workers on two busy processors once a tick, a third less often with this.
    Where it may not be set, all is only slower. Source: sched(7), SCHED_BATCH.
    """
    try:  # what suppresses errors elsewhere is ten pages of each child
        os.sched_setscheduler(0, os.SCHED_BATCH, _ORDINARY)
    except OSError:
        return


def take_short_turns() -> None:
    """Have this thread wait less for a processor, each time, and take it for less; no more in all.

    A host that wakes waits else for the end of another's turn, some 3 ms: on two processors with
    fourteen others that want them, 400 workers were late by 450 ms in 1 of 100 ticks, and by 30 to
    60 with this. What it starts takes ordinary turns. Linux before 6.12 takes no heed.
    Source: sched_setattr(2), sched_runtime; EEVDF in linux/kernel/sched/fair.c.
    """
    with contextlib.suppress(OSError):
        if os.sched_getscheduler(0) != os.SCHED_OTHER:
            return  # the operator chose another
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        values = (os.SCHED_OTHER, _RESET_ON_FORK, nice, 0, _SHORT_TURN_NS, 0, 0)
        syscall("sched_setattr", 0, _SCHEDULING.pack(_SCHEDULING.size, *values), 0)


def set_dumpable(on: bool) -> None:
    """Allow or forbid core dumps and, with them, other processes' looks inside."""
    prctl(_PR_SET_DUMPABLE, int(on))


def no_new_privileges() -> None:
    """Give up set-uid programs for ever; the filter and Landlock ask for it."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def become(uid: int, gid: int) -> None:
    """Drop all groups and take *uid* and *gid* for real, effective and saved alike."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def keep_capabilities(kept: tuple[int, ...] = ()) -> None:
    """Keep *kept* as permitted and effective, nothing as inheritable or ambient."""
    mask = sum(1 << capability for capability in kept)
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = struct.pack("<6I", low, low, 0, high, high, 0) if mask else _NO_CAPABILITIES
    syscall("capset", _CAPABILITY_HEADER, data)


def drop_bounding_set() -> None:
    """Empty the bounding set, so that no later exec could regain a capability."""
    for capability in range(64):
        try:
            if prctl(_PR_CAPBSET_READ, capability):
                prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            return


def place_descriptors(sources: tuple[int, ...], *, first: int) -> None:
    """Put *sources* at the numbers from *first* on and close every other descriptor.

    There is no exec after the fork, so close-on-exec would close nothing.
    """
    beyond = first + len(sources)
    # Moved out of the way at first: a source may stand where another one is to go.
    aside = [fcntl.fcntl(source, fcntl.F_DUPFD, beyond) for source in sources]
    for place, source in enumerate(aside, first):
        os.dup2(source, place, inheritable=False)
    syscall("close_range", 0, first - 1, 0)
    syscall("close_range", beyond, 0xFFFFFFFF, 0)


def refuse_gaining_exec() -> None:
    """Refuse for ever to map memory as writable and executable, or to make it executable later.

    Linux 6.3. Raises: OSError. Source: PR_SET_MDWE(2const).
    """
    prctl(_PR_SET_MDWE, _PR_MDWE_REFUSE_EXEC_GAIN)


def own_core() -> None:
    """Keep foreign processes off the sibling threads of a core that this one or a child uses.

    Raises: OSError. Source: linux/Documentation/admin-guide/hw-vuln/core-scheduling.rst.
    """
    prctl(_PR_SCHED_CORE, _PR_SCHED_CORE_CREATE)


def offers_mdwe() -> bool:
    """Tell whether the kernel knows `refuse_gaining_exec`."""
    return _answers(_PR_GET_MDWE)


def offers_core_scheduling() -> bool:
    """Tell whether the kernel was built with core scheduling and the processor has siblings."""
    cookie = ctypes.create_string_buffer(8)
    return _answers(_PR_SCHED_CORE, _PR_SCHED_CORE_GET, 0, 0, cookie)


def _answers(*arguments: Any) -> bool:
    try:
        prctl(*arguments)
    except OSError:
        return False
    return True


def limit(name: str, value: int) -> None:
    """Set the soft and the hard limit *name* (``AS``, ``NOFILE``, …), never raising a hard one."""
    which = getattr(resource, f"RLIMIT_{name}")
    _, hard = resource.getrlimit(which)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bound, bound))


def address_space_bytes() -> int:
    """Read the size of this process's address space."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


class Threads:
    """Counts the threads of this process, also after / has become an empty folder."""

    def __init__(self) -> None:
        self._folder = os.open("/proc/self/task", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def count(self) -> int:
        """Count them now. Raises: OSError."""
        return len(os.listdir(self._folder))


def raise_descriptors() -> None:
    """Let this process open as many descriptors as it may: it holds one for each worker."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def most_descriptors() -> int:
    """Give a number above every descriptor that this process can have."""
    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1 << 20)
