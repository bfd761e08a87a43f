"""The rules of one architecture: read from ``jail/rules/<machine>.toml``, found sound or refused.

A rules file that names a call twice, gives no reason, or contradicts itself is our bug and stops
everything.
"""

from __future__ import annotations

import errno
import platform
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cellblock.errors import Bug, OperatorFault

MACHINES = ("x86_64",)
"""Architectures that have a rules file."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand on one argument.

    *wide*: the upper 32 bits must be zero; without it the kernel itself reads 32 bits only.
    Exactly one of the others is given.
    *only*: no bit outside this mask. *has*: every bit of this mask. *one_of*: the value, less the
    bits of *ignore*, is among these.
    """

    argument: int
    wide: bool = False
    only: int | None = None
    has: int | None = None
    one_of: tuple[int, ...] = ()
    ignore: int = 0


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
    text = resources.files("cellblock.jail").joinpath(f"rules/{machine}.toml").read_text("utf-8")
    return parse(text)


@cache
def name_of(number: int) -> str:
    """Give the name of a system call of this machine, or its number in words."""
    names = {rule.number: rule.name for rule in load(platform.machine()).calls}
    return names.get(number, f"number {number}")


def parse(text: str) -> Rules:
    """Read and judge a rules file.

    Raises: Bug("bad-rules") that names the entry.
    """
    try:
        table = tomllib.loads(text)
        calls = tuple(_rule(name, entry) for name, entry in table["calls"].items())
        rules = Rules(
            machine=table["machine"],
            audit_architecture=table["audit_architecture"],
            default=_word(table["default"]),
            default_reason=table["default_reason"],
            calls=calls,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Bug("bad-rules", f"a system-call rules file is unsound: {error!r}") from error
    seen: dict[int, str] = {}
    for rule in calls:
        if rule.number in seen:
            raise Bug("bad-rules", f"{rule.name} and {seen[rule.number]} share {rule.number}")
        seen[rule.number] = rule.name
    return rules


def _rule(name: str, entry: dict[str, Any]) -> Rule:
    known = {"number", "verdict", "reason", "when", "otherwise"}
    if set(entry) - known:
        raise ValueError(f"{name}: unknown {sorted(set(entry) - known)}")
    reason = entry["reason"].strip()
    if len(reason) < 10:
        raise ValueError(f"{name}: give a reason")
    conditions = tuple(_condition(name, item) for item in entry.get("when", ()))
    if bool(conditions) != ("otherwise" in entry):
        raise ValueError(f"{name}: `when` and `otherwise` belong together")
    word = _word(entry["verdict"])
    other = _word(entry.get("otherwise", "EPERM"))
    if conditions and word == other:
        raise ValueError(f"{name}: its conditions decide nothing")
    if not 0 <= entry["number"] < 0x40000000:
        raise ValueError(f"{name}: number out of range")
    return Rule(name, entry["number"], word, reason, conditions, other)


def _condition(name: str, entry: dict[str, Any]) -> Condition:
    condition = Condition(
        argument=entry.pop("argument"),
        wide=entry.pop("wide", False),
        only=entry.pop("only", None),
        has=entry.pop("has", None),
        one_of=tuple(entry.pop("one_of", ())),
        ignore=entry.pop("ignore", 0),
    )
    demands = [condition.only is not None, condition.has is not None, bool(condition.one_of)]
    if entry or sum(demands) != 1 or not 0 <= condition.argument <= 5:
        raise ValueError(f"{name}: unsound condition {entry or condition}")
    return condition


def _word(word: str) -> str:
    if word not in {"allow", "kill"} and word not in errno.errorcode.values():
        raise ValueError(f"{word!r} is neither allow, kill nor an errno")
    return word
