"""The hostile programs: what each is, and what must become of it.

A program is a file ``<property>/<name>.py`` whose first lines are comments: ``# expect:`` (what
ends it under the contract's language; alternatives with ``|``), ``# idea:`` (one sentence),
and where they are needed ``# full:`` (likewise under ``language="full"``), ``# ticks:``,
``# timeout:`` (seconds), ``# memory:`` (MB), ``# source:`` (where the idea is known from).
One that defines `tick` is run as a worker, any other as a whole.

An expectation is an outcome (``done``, ``timeout``, ``memory``, ``crash``, ``security``) or
``error`` and the name of the exception.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from cellblock.intake.policy import MODULES, OPTIONAL_MODULES
from cellblock.outcome import Outcome

HERE = Path(__file__).parent
KEYS = {"expect", "full", "idea", "source", "ticks", "timeout", "memory"}
_HEADER = re.compile(r"#\s*(\w+):\s*(.+?)\s*$")
_EXPECTATION = re.compile(r"done|timeout|memory|crash|security|error \w+")


@dataclass(frozen=True, slots=True)
class Program:
    """One attack."""

    name: str
    """``property/name``."""
    source: str
    idea: str
    expect: tuple[str, ...]
    full: tuple[str, ...]
    """Empty if whatever comes of it is right, as long as nothing escapes."""
    ticks: int
    timeout_s: float
    memory_bytes: int
    worker: bool

    @property
    def property(self) -> str:
        """What it attacks."""
        return self.name.partition("/")[0]


def programs() -> list[Program]:
    """Read all programs, those made from a template included."""
    found = [
        read(f"{path.parent.name}/{path.stem}", path.read_text("utf-8", "surrogateescape"))
        for path in sorted(HERE.glob("*/*.py"))
    ]
    return found + walks()


def walks() -> list[Program]:
    """Make one program for each module that worker code may import: walk it, three deep."""
    template = (HERE / "walk.template").read_text("utf-8")
    return [
        read(f"walks/{name}", template.replace("MODULE", name))
        for name in (*MODULES, *OPTIONAL_MODULES)
    ]


def read(name: str, source: str) -> Program:
    """Read one program. Raises: ValueError that names it."""
    header: dict[str, str] = {}
    for line in source.splitlines():
        match = _HEADER.match(line)
        if match is None or match[1] not in KEYS:
            break
        header[match[1]] = match[2]
    if not source.startswith("# expect:") or not header.get("idea", "").strip():
        raise ValueError(f"{name}: the first lines must be `# expect:` and `# idea:`")
    expect = _expectations(name, header["expect"])
    slow = "timeout" in expect or "timeout" in header.get("full", "")
    return Program(
        name=name,
        source=source,
        idea=header["idea"],
        expect=expect,
        full=_expectations(name, header["full"]) if "full" in header else (),
        ticks=int(header.get("ticks", "1")),
        timeout_s=float(header.get("timeout", "0.7" if slow else "8")),
        memory_bytes=int(float(header.get("memory", "128")) * 1_000_000),
        worker=_defines_tick(source),
    )


def _expectations(name: str, text: str) -> tuple[str, ...]:
    found = tuple(item.strip() for item in text.split("|"))
    for item in found:
        if not _EXPECTATION.fullmatch(item):
            raise ValueError(f"{name}: {item!r} is no expectation")
    return found


def _defines_tick(source: str) -> bool:
    return (
        re.search(r"^(async )?def tick\b|^tick\s*=|^class tick\b", source, re.MULTILINE) is not None
    )


def fits(expectations: tuple[str, ...], outcome: Outcome) -> bool:
    """Tell whether an outcome is among the expected."""
    return not expectations or ending(outcome) in expectations


def ending(outcome: Outcome) -> str:
    """Name an outcome as expectations do."""
    if outcome.failure is not None and outcome.kind.value == "error":
        return f"error {outcome.failure.type}"
    return outcome.kind.value


def ideas() -> set[str]:
    """Give the shape of each program's code, to see that no two are the same."""
    shapes = set()
    for path in HERE.glob("*/*.py"):
        try:
            shapes.add(ast.dump(ast.parse(path.read_bytes())))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            shapes.add(path.read_bytes().hex())
    return shapes
