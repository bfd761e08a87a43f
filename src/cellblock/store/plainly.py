"""What kind of fault keeps a store from working, in plain words that anybody may read. Pure.

In: what a store raised. Out: a few words and what helps. No path, address or text of a driver is in
them, for they are shown to whoever asks.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plain:
    """A kind of fault."""

    what: str = ""
    """Such as ``the disk is full``; empty if nothing is known."""
    helps: str = "try again"


_FULL = Plain("the disk is full", "make room on the server's disk, and try again")
_READ_ONLY = Plain("its file may only be read", "give the service the right to write its data")
_BROKEN = Plain("the disk is full or gives errors", "look at the server's disk")
_DAMAGED = Plain("its file is damaged", "put a backup in its place")
_GONE = Plain("its file cannot be opened", "look at the server's data directory")
_SQLITE = {
    "FULL": _FULL,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "IOERR": _BROKEN,
    "CORRUPT": _DAMAGED,
    "NOTADB": _DAMAGED,
    "CANTOPEN": _GONE,
    "BUSY": Plain("another process holds its file"),
    "LOCKED": Plain("another process holds its file"),
    "NOMEM": Plain("there is no memory left"),
}
"""By the second word of SQLite's own name for an error."""
_REDIS = {
    "away": Plain("Redis cannot be reached"),
    "denied": Plain("Redis does not let the service in", "look at its user and password"),
    "refused": Plain("Redis refuses it", "look at its memory and its rights"),
    "tls": Plain("Redis and the service do not agree on TLS", "look at its certificate"),
    "garbage": Plain("what answers in the place of Redis is none", "look at its address"),
}
"""By ``RedisFault.why``."""
_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EIO: _BROKEN,
}


def plainly(fault: BaseException) -> Plain:
    """Give the kind of *fault*, by what lies beneath it."""
    for error in _beneath(fault):
        found = _REDIS.get(getattr(error, "why", ""))
        found = found or _SQLITE.get(_word(getattr(error, "sqlite_errorname", "")))
        if found is None and isinstance(error, OSError):
            found = _SYSTEM.get(error.errno or 0)
        if found is None and isinstance(error, MemoryError):
            found = _SQLITE["NOMEM"]
        if found is not None:
            return found
    return Plain()


def _word(name: str) -> str:
    """Give ``IOERR`` for ``SQLITE_IOERR_FSYNC``."""
    return name.removeprefix("SQLITE_").partition("_")[0]


def _beneath(fault: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = fault
    for _ in range(10):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__
