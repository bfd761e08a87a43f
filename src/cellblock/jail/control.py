"""What host and zygote say to each other: fixed-size frames over one inherited packet socket.

A worker's pipe ends travel beside a fork request, which a pipe could not carry. The zygote reaps
only when asked, so a pid stays the worker's until the host has let it go.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

import msgspec

from cellblock.jail.plan import Plan
from cellblock.wire.messages import Language

_REQUEST = struct.Struct("<BIIQII")
_REPLY = struct.Struct("<BIiiQQi")
REQUEST_BYTES = _REQUEST.size
REPLY_BYTES = _REPLY.size


class Setup(msgspec.Struct, frozen=True):
    """The first packet from the host."""

    plan: Plan
    modules: tuple[str, ...]
    """Imported before READY; one that is not installed is an error."""
    languages: tuple[Language, ...]
    """Those that workers of this zygote may be written in."""
    lacking: frozenset[str] = frozenset()
    """Modules that those languages allow and a lean zygote does not hold."""


class Kind(IntEnum):
    """What a frame is about."""

    READY = 1
    """The zygote has imported everything (reply only)."""
    FORK = 2
    """Make a worker; two descriptors come along."""
    REAP = 3
    """Collect a dead worker's status."""


_KINDS = {int(kind): kind for kind in Kind}
"""To ask the class by number takes a child some pages."""


@dataclass(frozen=True, slots=True)
class Request:
    """Host to zygote. *serial* comes back in the reply."""

    kind: Kind
    serial: int
    pid: int = 0
    memory_bytes: int = 0
    uid: int = 0
    gid: int = 0

    def pack(self) -> bytes:
        """Give the frame."""
        return _REQUEST.pack(
            self.kind, self.serial, self.pid, self.memory_bytes, self.uid, self.gid
        )

    @classmethod
    def unpack(cls, data: bytes) -> Request:
        """Read the frame. Raises: struct.error, KeyError."""
        kind, *numbers = _REQUEST.unpack(data)
        return cls(_KINDS[kind], *numbers)


@dataclass(frozen=True, slots=True)
class Reply:
    """Zygote to host; *pid* is 0 if a fork failed and *status* then the errno.

    *pid* is the zygote's number for the process. A pidfd comes with READY (its own) and FORK.
    """

    kind: Kind
    serial: int
    pid: int = 0
    status: int = 0
    """Wait status of a reaped worker; -1 while it lives."""
    peak_bytes: int = 0
    """Largest resident memory of a reaped worker, shared pages included."""
    cpu_us: int = 0
    tripped: int = -1
    """Number of the forbidden call for which the worker was killed; -1 if there was none."""

    def pack(self) -> bytes:
        """Give the frame."""
        return _REPLY.pack(
            self.kind,
            self.serial,
            self.pid,
            self.status,
            self.peak_bytes,
            self.cpu_us,
            self.tripped,
        )

    @classmethod
    def unpack(cls, data: bytes) -> Reply:
        """Read the frame. Raises: struct.error, KeyError."""
        kind, *numbers = _REPLY.unpack(data)
        return cls(_KINDS[kind], *numbers)
