"""What one process can set for itself: session, parent, privileges, descriptors, limits.

Source: prctl(2), capset(2), setresuid(2), close_range(2), setrlimit(2).
"""

from __future__ import annotations

import os
import resource
import signal
import struct

from cellblock.linux import prctl, syscall

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_READ = 23
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_HEADER = struct.pack("<II", 0x20080522, 0)  # version 3, this process
_NO_CAPABILITIES = bytes(24)

CAP_KILL = 5
CAP_SETGID = 6
CAP_SETUID = 7
CAP_SYS_PTRACE = 19


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when the parent ends, and look again for the parent that ended before.

    A change of uid clears the request, so it is made after credentials are dropped.
    Raises: OSError; ProcessLookupError if *parent* is already gone.
    """
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError(3, "die_with_parent: the zygote is gone")


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


def place_descriptors(reading: int, writing: int, *, at: tuple[int, int]) -> None:
    """Put the two pipe ends at the numbers *at* and close every other descriptor.

    There is no exec after the fork, so close-on-exec would close nothing.
    """
    first, second = at
    for source, place in ((reading, first), (writing, second)):
        if source != place:
            os.dup2(source, place, inheritable=False)
    syscall("close_range", 0, first - 1, 0)
    syscall("close_range", second + 1, 0xFFFFFFFF, 0)


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


def thread_count() -> int:
    """Count the threads of this process."""
    return len(os.listdir("/proc/self/task"))
