"""What this machine's kernel offers, looked up without changing anything.

Out: a frozen `Kernel`. Everything that decides on protection takes it as a parameter, so that a
test can describe any machine.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from cellblock.jail import trial
from cellblock.jail.kernel import cgroup, landlock, process, seccomp
from cellblock.jail.kernel.process import (
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    CAP_SYS_ADMIN,
    CAP_SYS_PTRACE,
)

UID_POOL_START = 1_900_000_000
"""First uid for workers: above what useradd, containers and systemd hand out."""
UID_POOL_SIZE = 60_000
_LAST_OF_CONTAINER = 65_533
FURTHER = ("namespaces", "listener", "mdwe", "core scheduling", "cgroup")
"""Layers that are taken where they are offered and reported where not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What there is to build a jail with."""

    system: str
    machine: str
    release: str
    seccomp: bool
    landlock_abi: int
    """0 if there is none."""
    proc: bool
    """/proc shows processes, so attestation is possible."""
    uid: int
    capabilities: int
    """Effective capabilities of this process, as the kernel's bit mask."""
    uid_pool_start: int | None
    """First of `UID_POOL_SIZE` uids that can be given to workers; None if there are none."""
    cgroup: str
    """Folder in which a cgroup can be made for each worker; empty if there is none."""
    refused: dict[str, str]
    """Each further layer that cannot be had here (`FURTHER`), and why."""

    @property
    def own_uids(self) -> bool:
        """Whether each worker can get a uid of its own, and still be signalled."""
        needed = (1 << CAP_SETUID) | (1 << CAP_SETGID) | (1 << CAP_KILL)
        return self.uid_pool_start is not None and self.capabilities & needed == needed

    @property
    def sees_descriptors(self) -> bool:
        """Whether this process may read where a worker's descriptors lead."""
        return not self.own_uids or bool(self.capabilities & (1 << CAP_SYS_PTRACE))

    @property
    def user_namespace(self) -> bool:
        """Whether namespaces, if they can be had, need a user namespace around them."""
        return not self.capabilities & (1 << CAP_SYS_ADMIN)


def begin() -> None:
    """Start what takes longest of a later `probe`, and do not wait for it."""
    with contextlib.suppress(OSError):  # which the probe will meet, and tell
        trial.begin(with_user=not _capabilities() & (1 << CAP_SYS_ADMIN))


def probe() -> Kernel:
    """Look at the running machine. Needs no privilege and leaves no trace."""
    linux = sys.platform == "linux"
    kernel = Kernel(
        system=platform.system(),
        machine=platform.machine(),
        release=platform.release(),
        seccomp=linux and seccomp.available(),
        landlock_abi=landlock.abi() if linux else 0,
        proc=_status_field("Pid") == str(os.getpid()),
        uid=os.geteuid(),
        capabilities=_capabilities(),
        uid_pool_start=_uid_pool(),
        cgroup="",
        refused=dict.fromkeys(FURTHER, "this is no Linux"),
    )
    return _further(kernel) if linux else kernel


def _further(kernel: Kernel) -> Kernel:
    """Look for the layers that are taken where they are offered."""
    found = dict(trial.refused(with_user=kernel.user_namespace))
    if kernel.user_namespace and kernel.own_uids:
        # In a user namespace of one uid there would be none left for the workers.
        found["namespaces"] = "root without CAP_SYS_ADMIN: a uid for each worker is worth more"
    if not process.offers_mdwe():
        found["mdwe"] = "the kernel is older than 6.3"
    if not process.offers_core_scheduling():
        found["core scheduling"] = "no sibling threads, or a kernel without CONFIG_SCHED_CORE"
    folder = ""
    try:
        folder = str(cgroup.delegated())
    except cgroup.NoCgroup as error:
        found["cgroup"] = str(error)
    return replace(kernel, cgroup=folder, refused=found)


def _capabilities() -> int:
    return int(_status_field("CapEff") or "0", 16)


def _status_field(name: str) -> str:
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return fields.get(name, "").strip()


def _uid_pool() -> int | None:
    """Find uids that this user namespace maps: high ones, or the top of a container's range."""
    try:
        text = Path("/proc/self/uid_map").read_text(encoding="ascii")
    except OSError:
        return None
    ranges = [
        (int(start), int(start) + int(size)) for start, _, size in map(str.split, text.splitlines())
    ]
    for start in (UID_POOL_START, _LAST_OF_CONTAINER - UID_POOL_SIZE):
        if any(low <= start and start + UID_POOL_SIZE <= high for low, high in ranges):
            return start
    return None
