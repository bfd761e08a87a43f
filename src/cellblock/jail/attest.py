"""The proof from outside: what the kernel says of a worker's process, before its source is sent.

The worker's word counts for nothing here; only /proc is read. In: the worker's pid and what it must
look like. Out: an `Enforcement`, kept with the worker, or an OperatorFault that names the check
that did not hold.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from cellblock.errors import OperatorFault
from cellblock.jail.kernel.namespaces import KINDS
from cellblock.jail.plan import DESCRIPTORS, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the host knows about the worker that it asked for."""

    pid: int
    zygote: int
    uid: int
    gid: int
    pipes: tuple[int, int]
    """Inode numbers of the two pipes, in the order of `DESCRIPTORS`."""
    own_uid: bool
    see_targets: bool
    """Whether this host may read where descriptors lead."""
    filters: int
    """Seccomp filters that the worker must have: those of the zygote, which a container may have
    added, and its own."""
    namespaces: dict[str, str]
    """Kind to identity of the zygote's namespaces, which are the worker's; empty if the machine's
    are shared."""
    cgroup: str
    """Name of the worker's own cgroup; empty where there are none."""


CANARIES = frozenset(
    {
        "landlock: open /",
        "mdwe: executable memory",
        "open /",
        "stat /",
        "fork",
        "socket",
        "executable memory",
        "pipe",
        "kill self",
        "dup",
    }
)
"""What a worker must have tried before it said that it is jailed; ``step: call`` where the step
that forbids it is taken."""


UNSEEN = "unseen"
"""Stands for the identity of a namespace that this host may not look at."""


class Enforcement(msgspec.Struct, frozen=True):
    """The enforcement report of one worker: steps, canaries refused, facts seen from outside."""

    pid: int
    zygote_steps: tuple[str, ...]
    """What its zygote did before it was forked."""
    steps: tuple[str, ...]
    canaries: dict[str, str]
    attested: dict[str, str]
    missing: tuple[str, ...]
    """Layers that this worker does without."""


def attest(expected: Expected, plan: Plan, canaries: dict[str, str]) -> Enforcement:
    """Read /proc and compare.

    Raises: OperatorFault("not-attested") on the first difference, or if /proc cannot be read.
    """
    wanted = {name for name in CANARIES if ": " not in name or plan.has(name.partition(": ")[0])}
    if set(canaries) != wanted:
        raise _differs("the set of canaries", str(sorted(wanted)), str(sorted(canaries)))
    try:
        status = _status(expected.pid)
        facts = _judge_status(status, expected) | _judge_descriptors(expected)
        facts |= _judge_namespaces(expected) | _judge_cgroup(expected)
    except (OSError, KeyError) as error:
        raise OperatorFault(
            "not-attested", f"the worker's jail cannot be seen from outside: {error!r}"
        ) from error
    return Enforcement(
        pid=expected.pid,
        zygote_steps=tuple(step.name for step in plan.zygote_steps),
        steps=tuple(step.name for step in plan.steps),
        canaries=canaries,
        attested=facts,
        missing=tuple(item.layer for item in plan.missing),
    )


def filters(pid: int) -> int:
    """Count the seccomp filters of a process. Raises: OperatorFault("not-attested")."""
    try:
        return int(_status(pid)["Seccomp_filters"])
    except (OSError, KeyError, ValueError) as error:
        raise OperatorFault(
            "not-attested",
            f"/proc does not tell the seccomp filters of a process: {error!r}",
            "use Linux 5.9 or newer, with /proc mounted",
        ) from error


def most_resident_bytes(pid: int) -> int:
    """Tell how much memory of a process was resident at the most; 0 where it is not told."""
    try:
        return int(_status(pid)["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return 0


def sealed(expected: Expected) -> bool:
    """Tell whether the process is no longer dumpable.

    The kernel then gives its private /proc entries to root; for a worker that is root itself the
    two cannot be told apart from outside, and the answer is True.
    Source: proc(5), task_dump_owner() in linux/fs/proc/base.c.
    """
    try:
        return expected.uid == 0 or os.stat(f"/proc/{expected.pid}/fd").st_uid != expected.uid
    except FileNotFoundError:
        return False


def _status(pid: int) -> dict[str, str]:
    # Read in one go, so that the kernel writes all of it at one moment; it has some 1,500 bytes.
    descriptor = os.open(f"/proc/{pid}/status", os.O_RDONLY | os.O_CLOEXEC)
    try:
        text = os.read(descriptor, 16_384).decode("ascii", "replace")
    finally:
        os.close(descriptor)
    return {
        name: value.strip()
        for name, _, value in (line.partition(":") for line in text.splitlines())
    }


def _judge_status(status: dict[str, str], expected: Expected) -> dict[str, str]:
    identity = "\t".join([str(expected.uid)] * 4)
    group = "\t".join([str(expected.gid)] * 4)
    wanted = {
        "PPid": str(expected.zygote),
        "NoNewPrivs": "1",
        "Seccomp": "2",
        "Seccomp_filters": str(expected.filters),
        "Threads": "1",
        "Uid": identity,
        "Gid": group,
        **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0" * 16),
    }
    if expected.own_uid:
        wanted["Groups"] = ""
    for name, value in wanted.items():
        if status[name] != value:
            raise _differs(name, value, status[name])
    return {name: value.replace("\t", " ") for name, value in wanted.items()}


def _judge_descriptors(expected: Expected) -> dict[str, str]:
    folder = f"/proc/{expected.pid}/fd"
    found = sorted(int(name) for name in os.listdir(folder))
    if found != sorted(DESCRIPTORS):
        raise _differs("descriptors", str(sorted(DESCRIPTORS)), str(found))
    if not expected.see_targets:
        return {"descriptors": f"{found} (where they lead needs CAP_SYS_PTRACE to see)"}
    for number, inode in zip(DESCRIPTORS, expected.pipes, strict=True):
        target = os.readlink(f"{folder}/{number}")
        if target != f"pipe:[{inode}]":
            raise _differs(f"descriptor {number}", f"pipe:[{inode}]", target)
    return {"descriptors": f"{found}, the two pipes of this worker"}


def _judge_namespaces(expected: Expected) -> dict[str, str]:
    if not expected.namespaces:
        return {}
    if not expected.see_targets or UNSEEN in expected.namespaces.values():
        return {"namespaces": "the zygote's (which ones needs CAP_SYS_PTRACE to see)"}
    found = namespaces(expected.pid)
    if found != expected.namespaces:
        raise _differs("its namespaces", str(expected.namespaces), str(found))
    return {"namespaces": f"{', '.join(found)}: none of them the host's"}


def _judge_cgroup(expected: Expected) -> dict[str, str]:
    if not expected.cgroup:
        return {}
    with open(f"/proc/{expected.pid}/cgroup", encoding="utf-8", errors="replace") as file:
        found = [line.strip() for line in file if line.startswith("0::")]
    if not found or os.path.basename(found[0]) != expected.cgroup:
        raise _differs("its cgroup", expected.cgroup, str(found))
    return {"cgroup": expected.cgroup}


def isolated(pid: int) -> dict[str, str]:
    """See that a zygote shares no namespace with this process; gives its own.

    Raises: OperatorFault("not-attested"). Of one that may not be looked at each is `UNSEEN`.
    """
    try:
        found, ours = namespaces(pid), namespaces("self")
    except PermissionError:
        return dict.fromkeys(KINDS, UNSEEN)
    except OSError as error:
        raise OperatorFault("not-attested", f"/proc shows no namespaces: {error!r}") from error
    if shared := sorted(kind for kind in found if found[kind] == ours[kind]):
        raise _differs("the zygote's namespaces", "its own", f"shared: {', '.join(shared)}")
    return found


def namespaces(pid: int | str) -> dict[str, str]:
    """Give the identity of each namespace of a process. Raises: OSError."""
    return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in KINDS}


def _differs(name: str, wanted: str, found: str) -> OperatorFault:
    return OperatorFault(
        "not-attested",
        f"the worker's jail is not as planned: {name} is {found!r}, not {wanted!r}",
        "no source was sent; run `cellblock doctor`",
    )
