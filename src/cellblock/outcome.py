"""The closed set of ways in which a piece of worker code ends, and what the host keeps of it.

Every tick, setup, one-shot run and check ends in exactly one `Outcome`. A jail that could not be
built is not among them: that is an `OperatorFault`, never the worker's fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class OutcomeKind(StrEnum):
    """How it ended; dispatch over it ends in ``assert_never``."""

    DONE = "done"
    """The code returned."""
    ERROR = "error"
    """The code raised an exception that it did not catch, or could not be loaded."""
    TIMEOUT = "timeout"
    """The code was still running at its deadline."""
    MEMORY = "memory"
    """The code ran out of its memory."""
    CRASH = "crash"
    """The process died: a fault in native code, or a signal from outside."""
    SECURITY = "security"
    """The process did what only hostile code does: a tripwire system call, or a broken protocol."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a piece of worker code did not end well; plain text that the worker may have forged."""

    kind: OutcomeKind
    type: str
    """Name of the exception class, or of the signal."""
    message: str
    """At most 4,000 characters."""
    traceback: str = ""
    """The worker's own lines only; at most 16,000 characters."""

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a worker's log."""

    level: str
    """``debug``, ``info``, ``warn`` or ``error``."""
    message: str
    """At most 4,000 characters; hostile text, to be escaped wherever it is shown."""
    at: float
    """When the worker wrote it, in seconds since 1970 (UTC); the worker's word."""


@dataclass(frozen=True, slots=True)
class CtxCall:
    """One call of ctx, without what was passed and what was given back."""

    call: str
    """Such as ``state.get``."""
    ms: float
    """How long the host took to answer."""
    result: str
    """``ok``, the code of an error, the name of the exception, ``given_up``, ``unfinished``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one tick, one setup or one run."""

    kind: OutcomeKind
    duration_s: float
    """Wall time from the order to its end, as the host saw it."""
    logs: tuple[LogLine, ...] = ()
    """Everything that the code logged or printed, in order; the last 10,000 lines or 8 MB."""
    failure: Failure | None = None
    """None exactly when ``kind`` is ``DONE``."""
    restarted: bool = field(default=False)
    """True if the process was lost: globals are gone, and a fresh one takes the next tick."""
    ctx_calls: int = 0
    """Calls of ctx that the code made, refused ones included."""
    cpu_s: float = 0.0
    """Processor time that the process took for it, as the kernel counted it."""
    memory_bytes: int | None = None
    """Resident memory of the process, as it was looked at within the last ten seconds."""
    host_failed: bool = False
    """Whether a call of ctx was answered that the host's own store or disk failed."""

    calls: tuple[CtxCall, ...] = ()
    """The last 50 of those calls, of code that did not end well; else none."""

    @property
    def ok(self) -> bool:
        """True if the code ran to its end."""
        return self.kind is OutcomeKind.DONE

    @property
    def output(self) -> str:
        """What the code printed or logged: the messages of `logs`, one a line."""
        return "\n".join(line.message for line in self.logs)
