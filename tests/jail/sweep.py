"""Every system call, made by native code in a real jail, and what became of it.

In: a bench whose workers have ctypes. Out: one row for each call that was made, with the verdict of
the table and what was observed. The test compares; `written` makes a page of it.
"""

from __future__ import annotations

import asyncio
import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cellblock import Outcome
from cellblock.jail.kernel import rules
from jail.simulator import BEYOND, NUMBERS, X32, Simulator, meeting, missing, simulator

Word = int | str
"""A number, or the name of an address in the worker: `ROOM`, `PAGE` or `PATH`."""
Case = tuple[int, tuple[Word, ...]]
"""The number of a call and its arguments."""

ROOM, PAGE, PATH = "room", "page", "path"
PLACEHOLDERS = {ROOM: 0x7F00000007F0, PAGE: 0x7F0000001000, PATH: 0x7F0000002010}
"""Stand for the addresses where the table is asked: above 32 bits, and no small number below."""

PATTERNS: dict[str, tuple[Word, ...]] = {
    "zero": (0,) * 6,
    "minus one": ((1 << 64) - 1,) * 6,
    "pointers": (ROOM,) * 6,
    "small numbers": (1, 2, 3, 4, 5, 6),
}
"""What every call is given."""
REFUSED_ONLY: dict[str, tuple[Word, ...]] = {
    "a path": (PATH,) * 6,
    "a path in a folder": ((1 << 64) - 100, PATH, 0, 0o600, 0, 0),
    "descriptors": (3, 4, 3, 4, 3, 4),
}
"""What calls that are refused whatever they are given are given besides."""
MEMORY: tuple[Word, ...] = (PAGE, 4096, 4096, 0, 0, 0)
"""A page of the worker's own: what calls that look after memory succeed with."""

TAMED: dict[str, dict[int, Word]] = {
    "read": {2: 0},  # nothing comes before the next order: more than no byte would wait for ever
    "write": {2: 0},  # bytes that are no frame end the worker as a breach of the protocol
    "getrandom": {1: 8},  # an endless length would be written over all of the worker's memory
}
"""Arguments that are put in place of the pattern's where an allowed call would not come back."""
KERNELS_OWN: dict[str, set[str]] = {
    "uretprobe": {"SIGILL"},
    "uprobe": {"SIGILL", "ENXIO"},
}
"""What else than the filter's verdict these may get, on x86_64.

From Linux 6.14 (uprobe: 6.18) the kernel hands them past every filter, for they are made by probes
that an administrator sets, not by programs. Called from anywhere else they end in SIGILL or ENXIO.
Source: linux/kernel/seccomp.c, linux/arch/x86/kernel/uprobes.c.
"""
AT_ONCE = 8
"""Workers at a time: a death costs a fresh zygote, and those that die together share it."""

_WORKER = """
import ctypes, errno, json
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.mmap.restype = ctypes.c_void_p
base = libc.mmap(None, ctypes.c_size_t(1 << 16), 3, 0x22, -1, ctypes.c_long(0))
path = ctypes.create_string_buffer(b"/etc/passwd")
places = {"room": base + 0x7F0, "page": base + 0x8000, "path": ctypes.addressof(path)}
def call(number, arguments):
    words = [ctypes.c_ulong(places.get(word, word)) for word in arguments]
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *words)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else "done"
found = []
for number, arguments in json.loads(CALLS):
    found.append(call(number, arguments))
    if len(found) == 200:
        print(*found)
        found.clear()
print(*found)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One call that was made."""

    number: int
    name: str
    arguments: tuple[Word, ...]
    verdict: str
    """``allow``, ``kill`` or an errno: what the table says of these arguments."""
    observed: str
    """``done``, an errno, ``killed`` by the filter, or how else the worker's process ended."""


def agrees(row: Row) -> bool:
    """Tell whether what was observed is what the verdict promises."""
    if row.observed in KERNELS_OWN.get(row.name, ()):
        return True
    if row.verdict == "allow":
        return row.observed != "killed"
    return row.observed == ("killed" if row.verdict == "kill" else row.verdict)


def sweep(bench, *, thorough=False) -> list[Row]:
    """Make every call from 0 to 1023, numbers beyond, and other forms of a number.

    *thorough*: calls that kill are made with every pattern, and every number in its x32 form.
    """
    here = simulator(platform.machine())
    cases: dict[Case, str] = {
        (number, arguments): here.declared(number, _numbers(arguments))
        for number, arguments in _cases(here, thorough=thorough)
    }
    groups: dict[object, list[Case]] = {}
    for case, verdict in cases.items():
        groups.setdefault(_group(here, case, verdict), []).append(case)
    observed: dict[Case, str] = {}
    for some in _batches(list(groups.values())):
        for group, outcome in zip(some, _run(bench, some), strict=True):
            observed |= zip(group, _seen(bench, group, outcome), strict=True)
    return [
        Row(number, rules.name_of(here.machine, number), arguments, verdict, observed[case])
        for case, verdict in cases.items()
        for number, arguments in [case]
    ]


def _batches(groups: list[list[Case]]) -> Iterator[list[list[Case]]]:
    yield from (groups[at : at + AT_ONCE] for at in range(0, len(groups), AT_ONCE))


def _group(here: Simulator, case: Case, verdict: str) -> object:
    """Say which calls share a worker: all that are refused; those of one rule that come back."""
    number = case[0]
    if rules.name_of(here.machine, number) in KERNELS_OWN or verdict == "kill":
        return case
    if verdict == "allow":
        rule = here.by_number[number & 0xFFFFFFFF]
        return number if rule.when else case
    return "refused"


def written(rows: list[Row]) -> str:
    """Write the rows as a table: a line for each call, its verdicts and all that was observed."""
    lines = ["| number | name | verdict | observed |", "|---|---|---|---|"]
    for number in sorted({row.number for row in rows}):
        mine = [row for row in rows if row.number == number]
        verdicts, seen = ({getattr(row, name) for row in mine} for name in ("verdict", "observed"))
        cells = (str(number), mine[0].name, ", ".join(sorted(verdicts)), ", ".join(sorted(seen)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cases(here: Simulator, *, thorough: bool) -> Iterator[Case]:
    for number in (*NUMBERS, *BEYOND):
        rule = here.by_number.get(number)
        if rule is not None and rule.when:
            yield from ((number, arguments) for arguments in _conditional(rule))
        elif here.declared(number) == "kill" and not thorough:
            # Each death costs a worker; which pattern it is makes no difference to the program.
            yield number, list(PATTERNS.values())[number % len(PATTERNS)]
        elif here.declared(number) == "allow":
            allowed = (*PATTERNS.values(), MEMORY)
            yield from ((number, pattern) for pattern in allowed)
        else:
            both = PATTERNS | REFUSED_ONLY
            yield from ((number, arguments) for arguments in both.values())
    yield from ((number, PATTERNS["zero"]) for number in _forms(here, thorough=thorough))


def _conditional(rule: rules.Rule) -> Iterator[tuple[Word, ...]]:
    for pattern in (*PATTERNS.values(), MEMORY):
        fill = _tame(rule.name, pattern)
        yield from meeting(rule, fill)
        if pattern == PATTERNS["zero"]:
            yield from missing(rule, fill)


def _forms(here: Simulator, *, thorough: bool) -> Iterator[int]:
    """Give the other forms of a number: with a bit above 32, as x32, below zero."""
    ruled = sorted(here.by_number)
    yield from (number | 1 << 32 for number in ruled[:: 1 if thorough else 12])
    allowed = [rule.number for rule in here.table.calls if rule.verdict == "allow"]
    yield from (X32 | number for number in (NUMBERS if thorough else allowed))
    yield from (X32 | 512, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1)


def _tame(name: str, arguments: tuple[Word, ...]) -> tuple[Word, ...]:
    changed = TAMED.get(name, {})
    return tuple(changed.get(place, word) for place, word in enumerate(arguments))


def _numbers(arguments: tuple[Word, ...]) -> tuple[int, ...]:
    return tuple(word if isinstance(word, int) else PLACEHOLDERS[word] for word in arguments)


def _run(bench, groups: Sequence[list[Case]]) -> list[Outcome]:
    async def work() -> list[Outcome]:
        codes = [_WORKER.replace("CALLS", repr(json.dumps(group))) for group in groups]
        return await asyncio.gather(*(bench.sandbox.run(code) for code in codes))

    return bench.do(work())


def _seen(bench, group: list[Case], outcome: Outcome) -> list[str]:
    if outcome.ok:
        return outcome.output.split()
    if len(group) > 1:
        return [seen for case in group for seen in _seen(bench, [case], *_run(bench, [[case]]))]
    assert outcome.failure is not None
    assert outcome.kind.value in {"crash", "security"}, outcome
    return ["killed" if outcome.kind.value == "security" else outcome.failure.type]
