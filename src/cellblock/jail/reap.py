"""From a wait status to what it means: whose fault the death of a worker's process was. Pure."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from typing import Literal

from cellblock.outcome import Failure, OutcomeKind

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
    """Resident memory that the worker shares with its zygote."""
    detail: str = ""


def failure(death: Death) -> Failure:
    """Say what became of the code that was running."""
    number = os.WTERMSIG(death.status) if death.status >= 0 and os.WIFSIGNALED(death.status) else 0
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if number == signal.SIGSYS:
        return Failure(
            OutcomeKind.SECURITY,
            "SIGSYS",
            "the worker made a system call that only hostile code makes; it was killed",
        )
    if death.killed_for == "protocol":
        return Failure(OutcomeKind.SECURITY, "ProtocolError", death.detail)
    if death.killed_for == "deadline":
        return Failure(OutcomeKind.TIMEOUT, "TickTimeoutError", death.detail)
    if death.peak_bytes - death.warm_bytes > _NEAR_LIMIT * death.memory_bytes:
        return Failure(
            OutcomeKind.MEMORY,
            "MemoryError",
            f"the worker died ({name}) at its memory limit of {death.memory_bytes:,} bytes",
        )
    if number == signal.SIGKILL:
        text = "the worker's process was killed from outside, or by the kernel for want of memory"
    elif number:
        text = f"the worker's process died of {name}: a fault in native code, or endless recursion"
    elif death.status == -1:
        text = "the worker's process went away with its zygote"
    else:
        code = os.waitstatus_to_exitcode(death.status)
        text = f"the worker's process ended by itself (exit status {code})"
    return Failure(OutcomeKind.CRASH, name if number else "WorkerCrashError", text)
