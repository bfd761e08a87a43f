"""The zygote's memory made into a sealed file, of which it and its workers have private copies.

Nothing here changes what code does, nor what a process sees: a page that one writes becomes its
own, as after any fork, and none can write the file. But a fork copies no table of pages for a file,
nor enters each stretch of memory into lists that grow with the number of workers; what a worker
does not touch is neither in its tables nor counted as its own.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TextIO

from cellblock import linux
from cellblock.jail.kernel import chain

_MAP_FIXED = 0x10
_MADV_DONTNEED = 4
_MFD_CLOEXEC, _MFD_ALLOW_SEALING, _MFD_NOEXEC_SEAL = 0x1, 0x2, 0x8
_F_ADD_SEALS, _F_GET_SEALS = 1033, 1034
_SIZE_SEALS = 0x2 | 0x4
"""Against shrinking and growing."""
_SEALS = 0x1 | _SIZE_SEALS | 0x8
"""Against further seals and writing, too. Source: fcntl(2)."""
_PLAIN = frozenset("rd wr mr mw me ac nr hg nh sd".split())
"""Flags of memory that is copied at a fork like any other. What a fork is to wipe or leave out,
such as the seeds of random numbers, stays as it is. Source: proc_pid_smaps(5)."""
_LACKING_BYTES = 1024 * 1024
"""What was never touched of a stretch, in which the file would be larger than the memory is."""


class Stretch(NamedTuple):
    """Part of this process's memory, of one kind; all in bytes."""

    start: int
    end: int
    rights: str
    name: str
    resident: int
    own: int
    """That no file stands behind."""
    flags: frozenset[str]

    @property
    def size(self) -> int:
        """From its start to its end."""
        return self.end - self.start


def look() -> TextIO | None:
    """Open what tells of this process's memory, for `prepare`, when there will be no /proc."""
    try:
        return open("/proc/self/smaps", encoding="utf-8", errors="replace")
    except OSError:
        return None


def prepare(smaps: TextIO | None) -> Callable[[], None]:
    """Make the file; what is given has this process stand on it, and is called once.

    It makes no object of its own, so that what children make lies as it would without it. Where
    kernel or libc do not allow it nothing is done, and workers are larger. What is given raises
    PermissionError if the file could not be sealed, for then nothing may be forked.
    """
    if smaps is None or not chain.offered():
        return _nothing
    try:
        with smaps:
            return _prepare(list(stretches(smaps)))
    except OSError:
        return _nothing


def _prepare(found: list[Stretch]) -> Callable[[], None]:
    # What the thread has of its own the kernel writes to whenever it likes: see rseq(2).
    libc = ctypes.PyDLL(None)
    libc.pthread_self.restype, libc.pwrite64.restype = ctypes.c_size_t, ctypes.c_ssize_t
    thread = libc.pthread_self()
    parts = [item for item in found if _is_written(item) and not item.start <= thread < item.end]
    descriptor = _file()
    try:
        os.ftruncate(descriptor, max(item.end for item in parts))
        fcntl.fcntl(descriptor, _F_ADD_SEALS, _SIZE_SEALS)
        for item in parts:
            # For what can go wrong; the second time all pages of the file are there.
            start, size = ctypes.c_size_t(item.start), ctypes.c_size_t(item.size)
            if libc.pwrite64(descriptor, start, size, start) != item.size:
                raise OSError(errno.ENOSPC, "no room for the zygote's memory")
        calls = [call for item in parts for call in _replacing(item, descriptor)]
        calls.append(("fcntl", (descriptor, _F_ADD_SEALS, _SEALS)))
        # A child has nothing of its code in its tables either, to begin with.
        code = [item for item in found if item.rights == "r-xp" and not item.own]
        calls += [("madvise", (item.start, item.size, _MADV_DONTNEED)) for item in code]
        run = chain.Chain(calls).run
    except BaseException:
        os.close(descriptor)
        raise

    def stand() -> None:
        run()
        sealed = fcntl.fcntl(descriptor, _F_GET_SEALS) & _SEALS == _SEALS
        os.close(descriptor)
        if not sealed:
            raise PermissionError(errno.EPERM, "the zygote's memory could not be sealed")

    return stand


def _nothing() -> None:
    """Leave this process as it is."""


def _replacing(item: Stretch, descriptor: int) -> Iterator[chain.Call]:
    """Copy a stretch as it is now to its place in the file, and put the file in its place."""
    rights = mmap.PROT_READ | (mmap.PROT_WRITE if "w" in item.rights else 0)
    how = mmap.MAP_PRIVATE | _MAP_FIXED
    yield "pwrite64", (descriptor, item.start, item.size, item.start)
    yield "mmap64", (item.start, item.size, rights, how, descriptor, item.start)


def _is_written(item: Stretch) -> bool:
    """Tell whether a stretch holds what this process wrote, for the most part."""
    if item.rights not in {"rw-p", "r--p"} or not item.own or item.flags - _PLAIN:
        return False
    if item.name.startswith("[") and item.name != "[heap]":
        return False
    return item.name.startswith("/") or item.size - item.resident <= _LACKING_BYTES


def _file() -> int:
    """Make a file in memory, which nobody may execute where the kernel knows of that.

    Pythons that are built to run everywhere have no `os.memfd_create`. Raises: OSError.
    """
    flags = _MFD_CLOEXEC | _MFD_ALLOW_SEALING
    try:
        return linux.syscall("memfd_create", b"zygote\0", flags | _MFD_NOEXEC_SEAL)
    except OSError:
        return linux.syscall("memfd_create", b"zygote\0", flags)


def stretches(smaps: Iterable[str]) -> Iterator[Stretch]:
    """Read which memory a process has. Source: proc_pid_smaps(5)."""
    head: list[str] = []
    resident = own = 0
    for line in smaps:
        words = line.split(maxsplit=5)
        if words[0] == "Rss:":
            resident = int(words[1]) * 1024
        elif words[0] == "Anonymous:":
            own = int(words[1]) * 1024
        elif words[0] == "VmFlags:":
            start, end = (int(place, 16) for place in head[0].split("-"))
            name, flags = head[5].rstrip() if len(head) > 5 else "", frozenset(line.split()[1:])
            yield Stretch(start, end, head[1], name, resident, own, flags)
        elif "-" in words[0]:
            head = words
