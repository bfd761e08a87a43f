"""From what the kernel offers to the ordered steps that a worker's process takes. Pure.

In: a `Kernel` and the operator's choices. Out: a frozen `Plan`, which `explain` prints and which
the zygote is handed, so that what is shown is what is done. A layer that is missing and required
refuses the plan; a layer that is missing and optional is written into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cellblock.errors import OperatorFault

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    user_namespace: bool
    """Whether the namespaces, if there are any, need a user namespace around them."""
    zygote_steps: tuple[Step, ...]
    """What the zygote does once, for all its workers."""
    steps: tuple[Step, ...]
    missing: tuple[Missing, ...]

    def has(self, name: str) -> bool:
        """Tell whether a step is taken, by the zygote or by each worker."""
        return any(step.name == name for step in (*self.zygote_steps, *self.steps))


class Layer(msgspec.Struct, frozen=True):
    """A layer, as it is shown: whether it is there, and how to get it where it is not."""

    layer: str
    on: bool
    stops: str
    why: str
    how: str


LAYERS: dict[str, str] = {
    "language": "names and imports outside the contract, with an error that says what to use",
    "seccomp": "files, paths, sockets, threads, programs, executable memory, foreign processes",
    "landlock": "files, TCP and signals, a second time and by another part of the kernel",
    "rlimits": "memory beyond the worker's share, core files, descriptors",
    "own uid": "one worker reaching another through a shared identity",
    "capabilities": "every privilege of root",
    "attestation": "a jail that is not there: checked from outside before the source is sent",
    "namespaces": "seeing the host's processes, network and mounts, should the filter fail",
    "mdwe": "memory that becomes executable, a second time",
    "listener": "nothing more, but tells which forbidden call a worker was killed for",
    "core scheduling": "reading the host from the sibling thread of its processor core",
    "cgroup": "memory and processor time beyond the share, counted by the kernel",
}
"""Each layer and what it stops, in the order in which `doctor` shows them."""


_HOW = {
    "namespaces": "run as root, or let ordinary users make user namespaces",
    "mdwe": "Linux 6.3 or newer; the filter refuses the same",
    "listener": "Linux 5.0 or newer, with no other listener above; forbidden calls kill either way",
    "core scheduling": "Linux 5.14 or newer with CONFIG_SCHED_CORE, where cores have siblings",
    "cgroup": "delegate a cgroup v2 with memory and pids; rlimits hold memory without it",
}
"""Layer that is taken where it is offered, to how it is got."""
_ZYGOTE_TABLE = (
    (
        "namespaces",
        "namespaces",
        "step into empty namespaces: net, ipc, uts, pid, and an empty read-only root",
        "once for all workers; after the imports there is no file left to be opened",
    ),
    (
        "core scheduling",
        "core scheduling",
        "share no processor core with other programs at the same time",
        "a sibling thread sees through the caches that it shares",
    ),
)
"""What the zygote does before it forks."""
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
        "mdwe",
        "mdwe",
        "refuse executable memory for ever, try some",
        "tried before the filter, which refuses it too",
    ),
    (
        "landlock",
        "landlock",
        "handle every right that the kernel knows, grant none, try one",
        "tried before the filter, so that its own refusal is seen",
    ),
    (
        "listener",
        "listener",
        "have forbidden calls reported to the zygote, which kills and tells their name",
        "before the filter, which would refuse to send the listener away",
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


def layers(missing: Sequence[Missing]) -> tuple[Layer, ...]:
    """Tell of every layer."""
    lacking = {item.layer: item for item in missing}
    return tuple(
        Layer(layer, False, stops, item.why, item.how)
        if (item := lacking.get(layer))
        else Layer(layer, True, stops, "", "")
        for layer, stops in LAYERS.items()
    )


def build(kernel: Kernel, *, require_landlock: bool = True) -> Plan:
    """Decide on the steps.

    Raises: OperatorFault("no-seccomp", "no-landlock", "no-proc").
    """
    _refuse(kernel, require_landlock=require_landlock)
    left_out = set(kernel.refused)
    if not kernel.own_uids:
        left_out.add("credentials")
    if not kernel.landlock_abi:
        left_out.add("landlock")
    return Plan(
        machine=kernel.machine,
        landlock_abi=kernel.landlock_abi,
        own_uids=kernel.own_uids,
        user_namespace=kernel.user_namespace,
        zygote_steps=tuple(Step(*row) for row in _ZYGOTE_TABLE if row[0] not in left_out),
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
    found += [(layer, why, _HOW[layer]) for layer, why in sorted(kernel.refused.items())]
    return tuple(Missing(layer, LAYERS[layer], why, how) for layer, why, how in found)
