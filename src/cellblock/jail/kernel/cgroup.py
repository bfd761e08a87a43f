"""A cgroup for each worker: the kernel's own count of memory and processor time, and its kill.

In: a cgroup v2 folder that is delegated to this process. Out: one group beneath it for each
worker. What the address-space limit cannot see, pages shared with the zygote that a worker writes
to, is charged here.

Source: linux/Documentation/admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import os
from itertools import count
from pathlib import Path

_CONTROLLERS = ("cpu", "memory", "pids")
_NEEDED = {"memory", "pids"}
_CPU_MAX = "100000 100000"  # one processor: a worker has one thread, so this is a second lock


class NoCgroup(Exception):
    """There is no cgroup to be had; the text says why."""


def delegated(proc: Path = Path("/proc/self")) -> Path:
    """Find a folder in which groups with limits can be made, and leave it as it was.

    The process's own cgroup holds the process, so that it can have no groups with limits beneath
    it (unless it is the root); then the one above is looked at, which is what a service manager
    gives with a delegated subgroup. Raises: NoCgroup.
    """
    own = _own(proc)
    why = ""
    for folder in (own, own.parent):
        try:
            _try(folder)
        except (OSError, NoCgroup) as error:
            why = why or f"{folder}: {error.strerror if isinstance(error, OSError) else error}"
        else:
            return folder
    raise NoCgroup(why)


def _own(proc: Path) -> Path:
    try:
        mounts = (proc / "mountinfo").read_text("utf-8", "replace").splitlines()
        lines = (proc / "cgroup").read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise NoCgroup(f"/proc tells nothing: {error.strerror}") from error
    points = [line.split()[4] for line in mounts if " - cgroup2 " in line]
    paths = [line.removeprefix("0::") for line in lines if line.startswith("0::")]
    if not points or not paths:
        raise NoCgroup("no cgroup v2 is mounted")
    return Path(points[0]) / paths[0].lstrip("/")


def _try(folder: Path) -> None:
    offered = set(_read(folder / "cgroup.controllers").split())
    if not offered >= _NEEDED:
        raise NoCgroup("the controllers memory and pids are not there")
    enabled = set(_read(folder / "cgroup.subtree_control").split())
    for name in _CONTROLLERS:
        if name in offered - enabled:
            # Kernels with real-time groups may refuse cpu alone, which is a second lock only.
            with contextlib.nullcontext() if name in _NEEDED else contextlib.suppress(OSError):
                _write(folder / "cgroup.subtree_control", f"+{name}")
    probe = _made(folder, "probe")
    try:
        if not (probe / "memory.max").exists():
            raise NoCgroup("a group made there has no memory.max")
    finally:
        probe.rmdir()


def _made(folder: Path, name: str) -> Path:
    """Make a group that is new, also where a killed host of the same pid left one of its name."""
    path = folder / f"cellblock-{os.getpid()}-{name}"
    with contextlib.suppress(OSError):
        path.rmdir()
    path.mkdir()
    return path


class Group:
    """One worker's cgroup. Make it with `make`; let go of it with `remove`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(cls, folder: Path, memory_bytes: int) -> Group:
        """Make a group and set its limits. Raises: OSError; nothing is left then."""
        path = _made(folder, str(next(_serials)))
        group = cls(path)
        try:
            _write(path / "memory.max", str(memory_bytes))
            _write(path / "memory.oom.group", "1")
            _write(path / "pids.max", "1")
            # Without swap, or without its controller, there is nothing to forbid.
            for name, text in (("memory.swap.max", "0"), ("cpu.max", _CPU_MAX)):
                with contextlib.suppress(FileNotFoundError):
                    _write(path / name, text)
        except OSError:
            group.remove()
            raise
        return group

    def add(self, pid: int) -> None:
        """Move a process in; what it touches from now on is charged here. Raises: OSError."""
        _write(self.path / "cgroup.procs", str(pid))

    def out_of_memory(self) -> bool:
        """Tell whether the kernel killed here for want of memory."""
        with contextlib.suppress(OSError, ValueError):
            events = _read(self.path / "memory.events").splitlines()
            pairs = (line.partition(" ") for line in events)
            return any(name == "oom_kill" and int(times) > 0 for name, _, times in pairs)
        return False

    def kill(self) -> None:
        """Kill everything in it at once (Linux 5.14; older ones are killed by pidfd alone)."""
        with contextlib.suppress(OSError):
            _write(self.path / "cgroup.kill", "1")

    def remove(self) -> None:
        """Remove the group, which must be empty; one that is not yet stays for the next start."""
        with contextlib.suppress(OSError):
            self.path.rmdir()


_serials = count(1)


def _read(path: Path) -> str:
    return path.read_text("ascii", "replace")


def _write(path: Path, text: str) -> None:
    # Not created: a file that is not there is a controller that is not there.
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)
