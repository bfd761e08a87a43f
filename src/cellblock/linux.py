"""The one door to system calls that Python's own library does not offer.

In: a call's name and arguments. Out: its result, or an OSError with the call's name. Numbers are
those of the kernel's tables for x86_64 and aarch64; calls newer than 2019 share one number.

Source: linux/arch/x86/entry/syscalls/syscall_64.tbl, linux/include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache

_X86_64 = {
    "madvise": 28,
    "clone": 56,
    "capset": 126,
    "pivot_root": 155,
    "prctl": 157,
    "mount": 165,
    "umount2": 166,
    "unshare": 272,
    "sched_setattr": 314,
    "seccomp": 317,
    "memfd_create": 319,
}
_AARCH64 = {
    "madvise": 233,
    "clone": 220,
    "capset": 91,
    "pivot_root": 41,
    "prctl": 167,
    "mount": 40,
    "umount2": 39,
    "unshare": 97,
    "sched_setattr": 274,
    "seccomp": 277,
    "memfd_create": 279,
}
_SHARED = {
    "close_range": 436,
    "openat2": 437,
    "landlock_create_ruleset": 444,
    "landlock_restrict_self": 446,
}


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


@cache
def numbers() -> dict[str, int]:
    """Give the numbers of this machine's architecture; an unknown architecture has none."""
    return {"x86_64": _X86_64 | _SHARED, "aarch64": _AARCH64 | _SHARED}.get(platform.machine(), {})


def ready() -> None:
    """Look up once what a call needs, so that a child need not: 0.1 MB of each."""
    numbers()
    _libc()


def syscall(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call the kernel.

    Integers are passed as 64-bit words, bytes and buffers by address, None as NULL.
    Raises: OSError whose ``strerror`` begins with the call's name.
    """
    number = numbers().get(name)
    if number is None:
        raise OSError(38, f"{name}: no number known on {platform.machine()}")
    words = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    result: int = _libc().syscall(ctypes.c_long(number), *words)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def prctl(
    option: int,
    value: int = 0,
    third: int = 0,
    fourth: int = 0,
    fifth: bytes | ctypes.Array[ctypes.c_char] | int = 0,
) -> int:
    """Set or ask something of this process. Raises: OSError."""
    return syscall("prctl", option, value, third, fourth, fifth)
