"""What a running worker reports, one value for each line of ``--json``.

The texts in these events come from a worker and are hostile: escape them wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from cellblock.wire.messages import Level

WorkerState = Literal["started", "restarted", "paused", "stopped"]


class Event(msgspec.Struct, frozen=True, tag_field="event", tag=str.lower):
    """The shape that all events share; `event` is the class's name in lower case."""


class Worker(Event, frozen=True):
    """The worker moved: into a process, into another, to a stand, to its end."""

    state: WorkerState
    name: str
    pid: int | None
    reason: str
    """Why, in a sentence; empty where there is nothing to say."""


class Log(Event, frozen=True):
    """A line of the worker's log; *at* in seconds since 1970 (UTC)."""

    level: Level
    message: str
    at: float


class Tick(Event, frozen=True):
    """A tick ended."""

    n: int
    outcome: Literal["done", "error", "timeout", "memory", "crash", "security"]
    duration_ms: float
    late_ms: float
    skipped: int
    """Slots passed over since the tick before."""
    error: str | None
    """``Type: message``; None exactly for ``done``."""
    traceback: str


class Monitor(Event, frozen=True):
    """The worker drew a picture with ctx.monitor, in the place of the one before."""

    at: float
    """Seconds since 1970 (UTC)."""
    widgets: list[dict[str, Any]]


class Security(Event, frozen=True):
    """The worker did what only hostile code does; its version is quarantined."""

    name: str
    version: str
    what: str
    """Why it is held to be hostile, with the system call's name when it is known."""
    at: float
    """Seconds since 1970 (UTC)."""


class Moved(Event, frozen=True):
    """A worker of the service went from one state of its lifecycle to another."""

    workspace: str
    name: str
    before: str
    """A value of `lifecycle.State`, as is *state*."""
    state: str
    reason: str
    """Why, in a sentence; may hold hostile text, and be empty."""
    version: int | None
    """Number of the version that is run, or is to be."""
    at: float
    """Seconds since 1970 (UTC)."""


class Late(Event, frozen=True):
    """A tick of the service began `LATE_S` or more after its slot, or slots were passed over."""

    workspace: str
    name: str
    n: int
    late_s: float
    skipped: int
    """Slots passed over since the tick before."""
    at: float
    """Seconds since 1970 (UTC)."""


class Disk(Event, frozen=True):
    """The disk that the service writes to has a problem, or has recovered."""

    state: Literal["problem", "recovered"]
    what: str
    """What is wrong and what to do, in a sentence; empty for one that recovered."""
    at: float
    """Seconds since 1970 (UTC)."""


class Exit(Event, frozen=True):
    """The run is over; *ticks* were run, *code* is the exit code of the command."""

    code: int
    ticks: int


Sink = Callable[[Event], None]
"""Who hears the events; must not block."""
