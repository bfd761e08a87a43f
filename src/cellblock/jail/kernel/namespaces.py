"""Empty namespaces: no network, no foreign process, no file, should the filter ever fail.

The zygote steps into them once; its children are born there. As root nothing else is needed; an
ordinary user first takes a user namespace, in which only its own uid exists.

Source: namespaces(7), user_namespaces(7), pivot_root(2).
"""

from __future__ import annotations

import os

from cellblock.linux import syscall

KINDS = {
    "ipc": 0x08000000,
    "mnt": 0x00020000,
    "net": 0x40000000,
    "pid": 0x20000000,
    "uts": 0x04000000,
}
"""Name under /proc/<pid>/ns to the flag of unshare."""
_USER = 0x10000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_LOCKED = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
_PLACE = b"/proc"
"""Where the empty root is mounted before it becomes /: a folder that is there on every machine."""


def leave(*, with_user: bool) -> None:
    """Step out of the machine's namespaces. The pid namespace begins with the next fork.

    Raises: OSError.
    """
    uid, gid = os.getuid(), os.getgid()
    syscall("unshare", sum(KINDS.values()) | (_USER if with_user else 0))
    if with_user:
        _write("setgroups", "deny")
        _write("uid_map", f"{uid} {uid} 1")
        _write("gid_map", f"{gid} {gid} 1")


def empty_root() -> None:
    """Make / an empty folder that cannot be written to, and let go of all other mounts.

    Descriptors that are open stay so. Raises: OSError.
    """
    syscall("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
    syscall("mount", b"none", _PLACE, b"tmpfs", _LOCKED, b"size=4k,nr_inodes=1,mode=555")
    os.chdir(_PLACE)
    # The new root over the old one, which is then let go of: no folder in between is needed.
    syscall("pivot_root", b".", b".")
    syscall("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    flags = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _LOCKED
    syscall("mount", None, b"/", None, flags, None)


def _write(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
        file.write(text)
