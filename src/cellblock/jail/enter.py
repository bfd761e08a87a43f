"""The child puts up its own wall: the steps of the plan, one function each, to be read aloud.

Runs after the fork and before the first byte of worker code. Any step that fails raises
`StepFailed`, and the child reports it and ends: there is no partly jailed worker.
"""

from __future__ import annotations

import errno
import gc
import mmap
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

from cellblock import linux
from cellblock.jail.kernel import landlock, process, seccomp
from cellblock.jail.plan import DESCRIPTORS, STACK_BYTES, ZERO_LIMITS, Plan

_ASSIGNMENT = DESCRIPTORS[-1] + 1
"""Where the socket to the zygote stands until the filter is installed."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What the zygote made before the fork, the same for every child."""

    zygote: int
    ruleset: bytes
    filter: seccomp.Filter
    tripwires: seccomp.Filter | None
    """None where the kernel offers no listener."""
    renew_generators: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Fork:
    """What is this child's own, told by the host: its pipe ends, its numbers, its limit."""

    reading: int
    writing: int
    assignment: int
    """The socket on which the zygote told it."""
    address_space_bytes: int
    uid: int
    gid: int


class StepFailed(Exception):
    """A step did not succeed; the worker must not start."""

    def __init__(self, step: str, error: BaseException) -> None:
        super().__init__(f"{step}: {error}")


def prepare(plan: Plan, kit: Kit) -> None:
    """Take the steps that need nothing from the host. Raises: StepFailed."""
    for step in plan.steps:
        if step.name in AHEAD:
            try:
                AHEAD[step.name](kit)
            except Exception as error:
                raise StepFailed(step.name, error) from error


def enter(plan: Plan, kit: Kit, fork: Fork) -> dict[str, str]:
    """Take every other step of *plan*. Returns what the canaries got.

    Raises: StepFailed.
    """
    canaries: dict[str, str] = {}
    for step in plan.steps:
        if step.name in STEPS:
            try:
                canaries.update(STEPS[step.name](kit, fork) or {})
            except Exception as error:
                raise StepFailed(step.name, error) from error
    gc.enable()
    return canaries


def session(_kit: Kit) -> None:
    """Leave the zygote's session."""
    os.setsid()


def descriptors(kit: Kit, fork: Fork) -> None:
    """Keep two pipe ends and nothing else, bar what `listener` closes."""
    kept = (fork.reading, fork.writing, *((fork.assignment,) if kit.tripwires else ()))
    process.place_descriptors(kept, first=DESCRIPTORS[0])


def generators(kit: Kit) -> None:
    """Give this child random numbers of its own; `uuid4` and `secrets` ask the kernel anyway."""
    kit.renew_generators()


def rlimits(_kit: Kit, fork: Fork) -> None:
    """Set every limit that means something for a process without files, threads or children."""
    process.limit("AS", fork.address_space_bytes)
    process.limit("STACK", STACK_BYTES)
    process.limit("NOFILE", 8)
    for name in ZERO_LIMITS:
        process.limit(name, 0)


def credentials(_kit: Kit, fork: Fork) -> None:
    """Become nobody that anything else is."""
    process.become(fork.uid, fork.gid)


def capabilities(_kit: Kit, _fork: Fork) -> None:
    """Give up all of them."""
    process.keep_capabilities()


def parent(kit: Kit, _fork: Fork) -> None:
    """Die with the zygote."""
    process.die_with_parent(kit.zygote)


def privileges(_kit: Kit, _fork: Fork) -> None:
    """Set no_new_privs."""
    process.no_new_privileges()


def mdwe(_kit: Kit, _fork: Fork) -> dict[str, str]:
    """Refuse executable memory, then see it refused while nothing else would."""
    process.refuse_gaining_exec()
    everything = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    return {"mdwe: executable memory": _refusal(lambda: _map(everything), errno.EACCES)}


def landlock_(kit: Kit, _fork: Fork) -> dict[str, str]:
    """Close the domain, then see that it is closed while nothing else would refuse."""
    landlock.restrict(kit.ruleset)
    return {"landlock: open /": _refusal(lambda: os.open("/", os.O_RDONLY), errno.EACCES)}


def listener(kit: Kit, _fork: Fork) -> None:
    """Install the tripwires and give their listener to the zygote; keep nothing of either."""
    assert kit.tripwires is not None
    heard = kit.tripwires.listen()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, fileno=_ASSIGNMENT) as zygote:
        socket.send_fds(zygote, [b"listener"], [heard])
    os.close(heard)


def seccomp_(kit: Kit, _fork: Fork) -> None:
    """Install the filter."""
    kit.filter.install()


def canaries(_kit: Kit, _fork: Fork) -> dict[str, str]:
    """Try what must be refused. Tripwires are left out: they would end us."""
    return {
        "open /": _refusal(lambda: os.open("/", os.O_RDONLY), errno.EACCES),
        "stat /": _refusal(lambda: os.stat("/"), errno.EACCES),
        "fork": _refusal(lambda: linux.syscall("clone", signal.SIGCHLD, 0, 0, 0, 0), errno.EAGAIN),
        "socket": _refusal(socket.socket, errno.EPERM),
        "executable memory": _refusal(lambda: _map(mmap.PROT_READ | mmap.PROT_EXEC), errno.EACCES),
        "pipe": _refusal(os.pipe, errno.EPERM),
        "kill self": _refusal(lambda: os.kill(os.getpid(), 0), errno.EPERM),
        "dup": _refusal(lambda: os.dup(DESCRIPTORS[0]), errno.EPERM),
    }


def _map(protection: int) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, protection)


def _refusal(attempt: Callable[[], object], expected: int) -> str:
    """Run *attempt*; give the errno's name, or raise if it was not refused as it must be."""
    try:
        attempt()
    except OSError as error:
        if error.errno == expected:
            return errno.errorcode[expected]
        raise
    raise PermissionError(errno.EPERM, "a forbidden call was not refused")


AHEAD: dict[str, Callable[[Kit], None]] = {"session": session, "generators": generators}
"""Steps taken while the child waits for its assignment."""
STEPS: dict[str, Callable[[Kit, Fork], dict[str, str] | None]] = {
    "descriptors": descriptors,
    "rlimits": rlimits,
    "credentials": credentials,
    "capabilities": capabilities,
    "parent": parent,
    "privileges": privileges,
    "mdwe": mdwe,
    "landlock": landlock_,
    "listener": listener,
    "seccomp": seccomp_,
    "canaries": canaries,
}
"""Name in the plan to function; `plan` decides which of them and in which order."""
