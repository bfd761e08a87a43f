"""From a wait status to what it means: whose fault the death of a worker's process was. Pure."""

from __future__ import annotations

import os
import platform
import signal
from dataclasses import dataclass
from typing import Literal

from cellblock.jail.kernel import rules
from cellblock.outcome import Failure, OutcomeKind
from cellblock.wire.frames import NEEDS_MORE_STATUS, OUT_OF_MEMORY_STATUS

Reason = Literal["deadline", "protocol", "shutdown"]
"""Why the host itself killed a worker."""

_NEAR_LIMIT = 0.9


@dataclass(frozen=True, slots=True)
class Death:
    """What is known of a process that is gone."""

    status: int
    """As wait4 gives it; -1 if the zygote went with it."""
    peak_bytes: int
    cpu_us: int
    killed_for: Reason | None
    memory_bytes: int
    """What the worker was allowed above the warm process."""
    warm_bytes: int
    """Resident memory that the worker shares with its zygote from the beginning."""
    lent_bytes: int = 0
    """How much more of what the zygote holds becomes resident in it when it looks there."""
    detail: str = ""
    tripped: int = -1
    """Number of the forbidden system call for which it was killed; -1 if none was heard of."""
    out_of_memory: bool = False
    """Whether the kernel killed it for what its cgroup used."""


def betrays_layout(death: Death) -> bool:
    """Tell whether a death shows that someone was feeling for the zygote's address layout."""
    faults = {signal.SIGSYS, signal.SIGSEGV, signal.SIGBUS}
    return death.tripped != -1 or _signal(death) in faults


def needs_more(death: Death) -> bool:
    """Tell whether a worker of a lean zygote ended because it needs what only the other holds."""
    return death.killed_for is None and _status(death) == NEEDS_MORE_STATUS


def failure(death: Death) -> Failure:
    """Say what became of the code that was running."""
    known = _known(death)
    if known is not None:
        return known
    number = _signal(death)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    # What it has of the zygote cannot be told from its own: below that, no limit was proven near.
    near = death.peak_bytes - death.warm_bytes > max(
        _NEAR_LIMIT * death.memory_bytes, death.lent_bytes
    )
    if near or death.out_of_memory:
        return Failure(
            OutcomeKind.MEMORY,
            "MemoryError",
            f"the worker died ({name}) at its memory limit of {death.memory_bytes:,} bytes",
        )
    if number == signal.SIGKILL:
        text = "the worker's process was killed from outside, or by the kernel for want of memory"
    elif number:
        text = f"the worker's process died of {name}: a fault in native code, or endless recursion"
    elif needs_more(death):
        text = (
            f"the worker ended as one does that imports by a hidden name what its process lacks "
            f"(exit status {NEEDS_MORE_STATUS}); the next process holds all it may import"
        )
    elif death.status == -1:
        text = "the worker's process went away with its zygote"
    else:
        text = f"the worker's process ended by itself (exit status {_status(death)})"
    return Failure(OutcomeKind.CRASH, name if number else "WorkerCrashError", text)


def _known(death: Death) -> Failure | None:
    """Tell a death whose reason is beyond doubt."""
    if death.tripped != -1 or _signal(death) == signal.SIGSYS:
        return Failure(OutcomeKind.SECURITY, "SIGSYS", _tripwire(death.tripped))
    if death.killed_for == "protocol":
        return Failure(OutcomeKind.SECURITY, "ProtocolError", death.detail)
    if death.killed_for == "deadline":
        return Failure(OutcomeKind.TIMEOUT, "TickTimeoutError", death.detail)
    if death.killed_for == "shutdown":
        return Failure(OutcomeKind.CRASH, "Stopped", "the host stopped the worker")
    if _status(death) == OUT_OF_MEMORY_STATUS:
        return Failure(
            OutcomeKind.MEMORY, "MemoryError", "out of memory, with none left to say where"
        )
    return None


def _tripwire(number: int) -> str:
    known = number != -1
    call = (
        f"the system call {rules.name_of(platform.machine(), number)}" if known else "a system call"
    )
    return f"the worker made {call}, which only hostile code does; it was killed"


def _signal(death: Death) -> int:
    return os.WTERMSIG(death.status) if death.status >= 0 and os.WIFSIGNALED(death.status) else 0


def _status(death: Death) -> int | None:
    return (
        os.WEXITSTATUS(death.status) if death.status >= 0 and os.WIFEXITED(death.status) else None
    )
