"""From what the kernel offers to the ordered steps that a worker's process takes. Pure.

In: a `Kernel` and the operator's choices. Out: a frozen `Plan`, which `explain` prints and which
the zygote is handed, so that what is shown is what is done. A layer that is missing and required
refuses the plan; a layer that is missing and optional is written into it.
"""

from __future__ import annotations

import msgspec

from cellblock.errors import OperatorFault
from cellblock.jail.probe import Kernel

DESCRIPTORS = (3, 4)
"""The only open descriptors of a worker: answers in, asks out. The rules name the same numbers."""
STACK_BYTES = 8 * 1024 * 1024
ZERO_LIMITS = ("CORE", "FSIZE", "MEMLOCK", "MSGQUEUE", "NICE", "NPROC", "RTPRIO", "SIGPENDING")
"""Resource limits that are set to nothing."""


class Step(msgspec.Struct, frozen=True):
    """One thing that the child does, in order; *name* is the name of its function in `enter`."""

    name: str
    layer: str
    does: str
    why: str


class Missing(msgspec.Struct, frozen=True):
    """A layer that this machine or this release does not give, and how to get it."""

    layer: str
    stops: str
    why: str
    how: str


class Plan(msgspec.Struct, frozen=True):
    """Everything that the zygote needs to know to jail a worker, bar the worker's own numbers."""

    machine: str
    landlock_abi: int
    own_uids: bool
    steps: tuple[Step, ...]
    missing: tuple[Missing, ...]


LAYERS: dict[str, str] = {
    "language": "names and imports outside the contract, with an error that says what to use",
    "seccomp": "files, paths, sockets, threads, programs, executable memory, foreign processes",
    "landlock": "files, TCP and signals, a second time and by another part of the kernel",
    "rlimits": "memory beyond the worker's share, core files, descriptors",
    "own uid": "one worker reaching another through a shared identity",
    "capabilities": "every privilege of root",
    "attestation": "a jail that is not there: checked from outside before the source is sent",
    "namespaces": "seeing the host's processes, network and mounts, should the filter fail",
    "cgroup": "memory and processor time beyond the share, counted by the kernel",
}
"""Each layer and what it stops, in the order in which `doctor` shows them."""


_TABLE = (
    ("session", "rlimits", "start a session of its own", "no terminal, no group signals"),
    (
        "generators",
        "language",
        "seed random and numpy.random anew",
        "forks of one zygote would draw the same numbers",
    ),
    (
        "descriptors",
        "seccomp",
        "keep descriptors 3 and 4, close all others",
        "there is no exec, so close-on-exec closes nothing",
    ),
    (
        "rlimits",
        "rlimits",
        "set the limits: address space, stack, 8 descriptors, all others 0",
        "a limit set before the code cannot be raised by it",
    ),
    (
        "credentials",
        "own uid",
        "drop groups, take a uid and gid of its own",
        "root's identity opens doors even without capabilities",
    ),
    ("capabilities", "capabilities", "give up every capability", "root is a set of them"),
    (
        "parent",
        "rlimits",
        "die with the zygote, and look again that it lives",
        "a change of uid clears the request, so it stands after it",
    ),
    (
        "privileges",
        "seccomp",
        "set no_new_privs",
        "without it an ordinary user may install no filter",
    ),
    (
        "landlock",
        "landlock",
        "handle every right that the kernel knows, grant none, try one",
        "tried before the filter, so that its own refusal is seen",
    ),
    (
        "seccomp",
        "seccomp",
        "install the filter",
        "last, for it refuses what the other steps need",
    ),
    (
        "canaries",
        "attestation",
        "try forbidden calls and report what they got",
        "the code is still ours, so its word counts",
    ),
)
"""Every step in the order in which it is taken: name, layer, what it does, why there."""


def build(kernel: Kernel, *, require_landlock: bool = True) -> Plan:
    """Decide on the steps.

    Raises: OperatorFault("no-seccomp", "no-landlock", "no-proc").
    """
    _refuse(kernel, require_landlock=require_landlock)
    left_out = set()
    if not kernel.own_uids:
        left_out.add("credentials")
    if not kernel.landlock_abi:
        left_out.add("landlock")
    return Plan(
        machine=kernel.machine,
        landlock_abi=kernel.landlock_abi,
        own_uids=kernel.own_uids,
        steps=tuple(Step(*row) for row in _TABLE if row[0] not in left_out),
        missing=missing(kernel),
    )


def _refuse(kernel: Kernel, *, require_landlock: bool) -> None:
    if not kernel.seccomp:
        raise OperatorFault(
            "no-seccomp",
            f"this kernel ({kernel.system} {kernel.release}) takes no seccomp filter",
            "use Linux 4.14 or newer with CONFIG_SECCOMP_FILTER; nothing runs without it",
        )
    if not kernel.proc:
        raise OperatorFault(
            "no-proc",
            "/proc does not show this process, so no worker's jail could be proven from outside",
            "mount proc at /proc",
        )
    if not kernel.landlock_abi and require_landlock:
        raise OperatorFault(
            "no-landlock",
            f"this kernel ({kernel.release}) has no Landlock",
            "use Linux 5.13 or newer with `landlock` among the lsm= modules; or accept the filter "
            "alone with --no-require-landlock (require_landlock=False)",
        )


def missing(kernel: Kernel) -> tuple[Missing, ...]:
    """Name the layers that this machine or this release does not give, and how to get them."""
    found = []
    if not kernel.seccomp:
        found.append(("seccomp", "the kernel takes no filter", "Linux 4.14 or newer"))
    if not kernel.proc:
        found.append(("attestation", "/proc does not show processes", "mount proc at /proc"))
    if not kernel.landlock_abi:
        found.append(("landlock", "the kernel has none", "Linux 5.13 or newer, lsm=landlock"))
    if not kernel.own_uids:
        why = "not root" if kernel.uid else "root without SETUID, SETGID, KILL or spare uids"
        found.append(("own uid", why, "run the host as root; the other layers do not need it"))
    found += [
        ("namespaces", "not part of this release", "planned: around the zygote, once"),
        ("cgroup", "not part of this release", "planned: one for each worker; rlimits hold memory"),
    ]
    return tuple(Missing(layer, LAYERS[layer], why, how) for layer, why, how in found)
