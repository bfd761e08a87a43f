"""The rules of one architecture: read from ``jail/rules/<machine>.toml``, found sound or refused.

A rules file that names a call which the kernel does not have, gives no reason, or contradicts
itself is our bug and stops everything. Numbers come from ``<machine>.numbers`` beside it, which
knows every call of the kernel, ruled or not.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import msgspec

from cellblock.errors import Bug, OperatorFault

MACHINES = ("x86_64", "aarch64")
"""Architectures that have a rules file."""

NARROW = frozenset(
    {
        *(("read", 0), ("write", 0), ("madvise", 2), ("futex", 1), ("getrandom", 2)),
        *(("clock_gettime", 0), ("clock_getres", 0), ("clock_nanosleep", 0)),
        *(("getrusage", 0), ("sched_getaffinity", 0), ("prctl", 0)),
    }
)
"""Arguments that the kernel itself reads as 32 bits; a condition on any other must be wide.

Source: the SYSCALL_DEFINE of each call in linux/{fs,mm,kernel,drivers/char}.
"""

_REASON_CHARACTERS = 10
_Word32 = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFFFF)]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One demand on one argument.

    *wide*: the upper 32 bits must be zero; without it the kernel itself reads 32 bits only.
    Exactly one of the others is given.
    *only*: no bit outside this mask. *has*: every bit of this mask. *one_of*: the value, less the
    bits of *ignore*, is among these.
    """

    argument: Annotated[int, msgspec.Meta(ge=0, le=5)]
    wide: bool = False
    only: _Word32 | None = None
    has: _Word32 | None = None
    one_of: tuple[_Word32, ...] = ()
    ignore: _Word32 = 0

    @property
    def demand(self) -> str:
        """Name the demand: ``only``, ``has`` or ``one_of``. Raises: ValueError unless it is one."""
        given = [
            name for name in ("only", "has", "one_of") if getattr(self, name) not in {None, ()}
        ]
        if len(given) != 1:
            raise ValueError(f"a condition on argument {self.argument} must demand one thing")
        return given[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """One system call: its verdict if every condition is met, and the verdict if not."""

    name: str
    number: int
    verdict: str
    reason: str
    when: tuple[Condition, ...] = ()
    otherwise: str = "EPERM"


@dataclass(frozen=True, slots=True)
class Rules:
    """The whole table of one architecture."""

    machine: str
    audit_architecture: int
    default: str
    default_reason: str
    calls: tuple[Rule, ...]


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a rules file."""

    verdict: str
    reason: str
    when: tuple[Condition, ...] = ()
    otherwise: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """A whole rules file."""

    machine: str
    audit_architecture: _Word32
    default: str
    default_reason: str
    calls: dict[str, Any]


def load(machine: str) -> Rules:
    """Read the rules for *machine*, as `platform.machine` names it.

    Raises: OperatorFault("no-rules") for an architecture without; Bug("bad-rules").
    """
    if machine not in MACHINES:
        raise OperatorFault(
            "no-rules",
            f"there are no system-call rules for {machine}",
            f"run Cellblock on {' or '.join(MACHINES)}",
        )
    rules = parse(_text(f"{machine}.toml"))
    if rules.machine != machine:
        raise Bug("bad-rules", f"{machine}.toml holds the rules of {rules.machine}")
    return rules


@cache
def names(machine: str) -> Mapping[int, str]:
    """Give the name of every system call that the kernel has on *machine*, by number."""
    lines = _text(f"{machine}.numbers").splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return {int(number): name for number, name in pairs}


def name_of(machine: str, number: int) -> str:
    """Name a system call for people: ``execve``, or ``syscall 999`` for a number without a name."""
    return names(machine).get(number, f"syscall {number}")


def parse(text: str) -> Rules:
    """Read and judge a rules file.

    Raises: Bug("bad-rules") that names the entry.
    """
    import tomllib  # a host needs no rules, only the names of calls

    place = "the file"
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
        if file.machine not in MACHINES:
            raise ValueError(f"{file.machine} has no table of numbers")
        _judge_words(file.default_reason, file.default)
        if file.default == "allow":
            raise ValueError("what is not named may not be allowed")
        numbers = {name: number for number, name in names(file.machine).items()}
        calls = []
        for name, entry in file.calls.items():
            place = name
            if name not in numbers:
                raise ValueError(f"the kernel has no such system call on {file.machine}")
            calls.append(_rule(name, numbers[name], msgspec.convert(entry, _Entry)))
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise Bug("bad-rules", f"system-call rules are unsound: {place}: {error}") from error
    return Rules(
        file.machine, file.audit_architecture, file.default, file.default_reason, tuple(calls)
    )


def _text(name: str) -> str:
    from importlib import resources

    return resources.files("cellblock.jail").joinpath(f"rules/{name}").read_text("utf-8")


def _rule(name: str, number: int, entry: _Entry) -> Rule:
    _judge_words(entry.reason, entry.verdict)
    if bool(entry.when) != (entry.otherwise is not None):
        raise ValueError("`when` and `otherwise` belong together")
    if entry.otherwise is None:
        return Rule(name, number, entry.verdict, entry.reason)
    _judge_words(entry.reason, entry.otherwise)
    if entry.verdict == entry.otherwise:
        raise ValueError("its conditions decide nothing")
    for argument in {condition.argument for condition in entry.when}:
        conditions = [item for item in entry.when if item.argument == argument]
        _judge_conditions(conditions)
        if (name, argument) not in NARROW and not any(item.wide for item in conditions):
            raise ValueError(f"argument {argument} has 64 bits; its condition must be wide")
    return Rule(name, number, entry.verdict, entry.reason, entry.when, entry.otherwise)


def _judge_words(reason: str, word: str) -> None:
    if len(reason.strip()) < _REASON_CHARACTERS:
        raise ValueError("give a reason")
    if word not in {"allow", "kill"} and word not in errno.errorcode.values():
        raise ValueError(f"{word!r} is neither allow, kill nor an errno")


def _judge_conditions(conditions: list[Condition]) -> None:
    """Refuse demands on one argument that cannot be met together, or that decide nothing."""
    place = f"argument {conditions[0].argument}"
    demands = [item.demand for item in conditions]
    if len(set(demands)) != len(demands):
        raise ValueError(f"{place} meets the same demand twice")
    only = _first((item.only for item in conditions), 0xFFFFFFFF)
    has = _first((item.has for item in conditions), 0)
    if has & ~only:
        raise ValueError(f"{place} must have bits that it may not have: {has & ~only:#x}")
    for item in conditions:
        if (item.ignore and not item.one_of) or item.has == 0 or item.only == 0xFFFFFFFF:
            raise ValueError(f"{place}: a condition decides nothing")
        for value in item.one_of:
            if value & item.ignore or value & ~only or has & ~(value | item.ignore):
                raise ValueError(f"{place} can never be {value}")


def _first(found: Iterable[int | None], otherwise: int) -> int:
    return next((value for value in found if value is not None), otherwise)
