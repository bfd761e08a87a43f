"""Values of a SQLite file read in the thread of the event loop: those that are surely in memory.

A second connection to the file, which only reads. It is asked for nothing but keys that were read
a moment ago, whose pages the system holds as it holds this program; all else waits for the file's
own thread, which a cold or slow disk may keep. See ``docs/decisions``, 0017.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cellblock.store.ports import WouldWait

_WARM_S = 60.0
"""A key read in this span, or in the one before, is warm."""
_WARM_KEYS = 20_000
"""Warm keys of one span: 100 bytes each."""
_VALUE_BYTES = 65_536
"""A longer value is copied elsewhere: 512 KB would take the loop some 0.3 ms."""
_SLOW_S = 0.02
"""A reading that took so long waited for something; from then on every key is cold."""
_CACHE_KIB = 256
"""Pages kept by the connection; each commit of another makes them void."""
_Key = tuple[str, str]


class Glance:
    """Reads warm keys; to be used in one thread, that which made it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        query: str,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._query = query
        self._now_s = now_s
        self._thread = threading.get_ident()
        self._warm: set[_Key] = set()
        self._cooling: set[_Key] = set()
        self._turned_s = self._now_s()

    def note(self, worker: str, key: str, value: bytes | None) -> None:
        """Take note that a value was just read, or was not there."""
        if threading.get_ident() == self._thread and len(value or b"") <= _VALUE_BYTES:
            self._warm.add((worker, key))

    def get(self, worker: str, key: str) -> bytes | None:
        """Give the value of a warm key, as it is now. Raises: WouldWait."""
        wanted = worker, key
        if threading.get_ident() != self._thread:
            raise WouldWait
        now_s = self._now_s()
        if now_s - self._turned_s > _WARM_S or len(self._warm) > _WARM_KEYS:
            self._turn(now_s)
        if wanted not in self._warm:
            if wanted not in self._cooling:
                raise WouldWait
            self._warm.add(wanted)
        try:
            values = {"worker": worker, "key": key}
            rows = self._connection.execute(self._query, values).fetchall()
        except sqlite3.Error:  # among them a lock, which is not waited for here
            raise WouldWait from None
        if self._now_s() - now_s > _SLOW_S:
            self._warm.clear()
            self._cooling.clear()
        if not rows:
            return None
        value: bytes = rows[0][0]
        if len(value) > _VALUE_BYTES:
            self._warm.discard(wanted)
            self._cooling.discard(wanted)
        return value

    def close(self) -> None:
        """Let go of the connection; every key would wait from now on."""
        self._connection.close()

    def _turn(self, now_s: float) -> None:
        late = now_s - self._turned_s > 2 * _WARM_S
        self._cooling, self._warm = (set() if late else self._warm), set()
        self._turned_s = now_s


def look_at(path: Path) -> sqlite3.Connection | None:
    """Open *path*, which is there, to read it; None without write-ahead log: reading locks then.

    To be called where a disk may be waited for. Raises: sqlite3.Error.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # it knows the tables
        connection.execute("PRAGMA busy_timeout = 0")  # from now on nobody is waited for
    except BaseException:
        connection.close()
        raise
    if mode != "wal":
        connection.close()
        return None
    return connection
