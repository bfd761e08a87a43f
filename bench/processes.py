"""What /proc tells of processes: who is below whom, and their memory."""

from __future__ import annotations

import os
import re
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def family(host: int) -> list[int]:
    """Give the processes below the host."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text("ascii").rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, level = [], [host]
    while level:
        level = [child for pid in level for child in parents.get(pid, [])]
        found += level
    return found


def resident_bytes(pid: int) -> int:
    """Give the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE


def proportional_bytes(pid: int) -> int:
    """Give the memory of a process, shared pages divided; 0 if it is gone. Raises: OSError."""
    return memory(pid).get("Pss", 0)


def private_bytes(pid: int) -> int:
    """Give the memory that a process shares with nobody; 0 if it is gone. Raises: OSError."""
    found = memory(pid)
    return found.get("Private_Dirty", 0) + found.get("Private_Clean", 0)


def memory(pid: int) -> dict[str, int]:
    """Give the bytes of a process by kind; empty if it is gone. Raises: OSError."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    except ProcessLookupError:
        return {}
    return {name: int(size) * 1024 for name, size, *_ in (re.split(r":?\s+", x) for x in lines)}


def faults(pid: int) -> int:
    """Give how many pages a process has touched for the first time."""
    return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[7])


def available_bytes() -> int:
    """Give the memory that the machine has left."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/meminfo names no MemAvailable")
