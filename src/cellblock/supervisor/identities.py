"""Which uid and gid a worker gets: of the pool, where this host may use one, or the host's own.

All cells of a process, whichever host and zygote they are of, take theirs here, so that no two
workers that live at once share one.
"""

from __future__ import annotations

import os
import threading
from heapq import heappop, heappush

from cellblock.errors import OperatorFault
from cellblock.jail.probe import UID_POOL_SIZE, Kernel

_UIDS_OF_A_HOST = 6_000
_taken: dict[int, int] = {}
"""The uids of this process's workers, each to the first of its part of the pool: a program may have
several hosts, each in a thread."""
_free: dict[int, list[int]] = {}
"""First uid of a part of the pool to those of it that are not taken, the smallest first."""
_lock = threading.Lock()


class Identities:
    """The uids that one host may give to its workers."""

    def __init__(self, kernel: Kernel) -> None:
        self._start = kernel.uid_pool_start if kernel.own_uids else None

    def take(self) -> tuple[int, int]:
        """Take a uid and gid until it is given back. Raises: OperatorFault("no-uid")."""
        if self._start is None:
            return os.getuid(), os.getgid()
        # Several hosts on one machine take different parts of the pool, as far as it goes.
        part = os.getpid() % (UID_POOL_SIZE // _UIDS_OF_A_HOST)
        start = self._start + part * _UIDS_OF_A_HOST
        with _lock:
            if start not in _free:
                _free[start] = list(range(start, start + _UIDS_OF_A_HOST))
            if _free[start]:
                uid = heappop(_free[start])
                _taken[uid] = start
                return uid, uid
        raise OperatorFault(
            "no-uid", f"all {_UIDS_OF_A_HOST:,} uids for workers are in use", "run fewer at once"
        )

    def give_back(self, uid: int) -> None:
        """Let a uid be taken again, for its process is gone."""
        with _lock:
            if (start := _taken.pop(uid, None)) is not None:
                heappush(_free[start], uid)
