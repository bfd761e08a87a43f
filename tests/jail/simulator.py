"""The filters' programs run in Python, the table's own word, and arguments that meet or miss it.

Shared by the tests of the program (both architectures) and by the sweep in a real jail (this one).
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterator
from functools import cache

from cellblock.jail.kernel import rules, seccomp

X32 = 0x40000000
NUMBERS = range(1024)
BEYOND = (1024, 4095, 65536, X32 - 1)
"""Numbers past every table."""
_BITS = tuple(1 << place for place in range(64))


class Simulator:
    """Table and programs of one architecture."""

    def __init__(self, machine: str) -> None:
        self.machine = machine
        self.table = rules.load(machine)
        self.by_number = {rule.number: rule for rule in self.table.calls}
        self.alone = _read(seccomp.assemble(self.table))
        self.pair = (
            _read(seccomp.assemble(self.table, heard=True)),
            _read(seccomp.tripwires(self.table)),
        )
        """The second program stands over the first where there is a listener."""

    def told(self, number, arguments=(0,) * 6, architecture=None) -> str:
        """Give the verdict of the one program of a machine without a listener."""
        return _word(self._run(self.alone, number, arguments, architecture))

    def told_apart(self, number, arguments=(0,) * 6, architecture=None) -> tuple[str, str]:
        """Give the verdicts of filter and tripwires, each for itself."""
        filter_, wires = (
            _word(self._run(program, number, arguments, architecture)) for program in self.pair
        )
        return filter_, wires

    def told_together(self, number, arguments=(0,) * 6, architecture=None) -> str:
        """Give the verdict of filter and tripwires: the kernel takes the stricter."""
        return min(self.told_apart(number, arguments, architecture), key=_strictness)

    def _run(self, program, number, arguments, architecture) -> int:
        """Run *program* as the kernel runs classic BPF."""
        architecture = self.table.audit_architecture if architecture is None else architecture
        data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments)
        at, accumulator = 0, 0
        while True:
            code, met, missed, constant = program[at]
            at += 1
            if code == 0x20:
                accumulator = struct.unpack_from("<I", data, constant)[0]
            elif code == 0x54:
                accumulator &= constant
            elif code == 0x05:
                at += constant
            elif code == 0x06:
                return constant
            else:
                test = {
                    0x15: accumulator == constant,
                    0x35: accumulator >= constant,
                    0x45: bool(accumulator & constant),
                }[code]
                at += met if test else missed

    def declared(self, number, arguments=(0,) * 6) -> str:
        """Give the verdict by the table alone, written without a look at the assembler."""
        number &= 0xFFFFFFFF
        if self.machine == "x86_64" and number >= X32:
            return "kill"
        rule = self.by_number.get(number)
        if rule is None:
            return self.table.default
        return rule.otherwise if missed(rule, arguments) else rule.verdict

    def declared_heard(self, number, arguments=(0,) * 6) -> str:
        """Give the verdict by the table where a listener hears of tripwires.

        The zygote kills whoever it hears of. Nobody could hear of the call that installs filters,
        for the worker installs the last one itself, and a number that is not of this architecture
        has no name to be heard by.
        """
        word = self.declared(number, arguments)
        rule = self.by_number.get(number)
        return "notify" if word == "kill" and rule and rule.name != "seccomp" else word


def _read(program) -> list[tuple[int, int, int, int]]:
    return list(struct.iter_unpack("<HBBI", program))


@cache
def simulator(machine: str) -> Simulator:
    """Give the simulator of *machine*, built once."""
    return Simulator(machine)


ACTIONS = {
    0x80000000: "kill",
    0x7FC00000: "notify",
    0x7FF00000: "trace",
    0x7FFF0000: "allow",
}
"""Source: linux/include/uapi/linux/seccomp.h."""
ERRNO = 0x00050000


def _word(constant: int) -> str:
    if constant in ACTIONS:
        return ACTIONS[constant]
    assert constant & 0xFFFF0000 == ERRNO, f"{constant:#x} is no action that the filters use"
    return errno.errorcode[constant & 0xFFFF]


def _strictness(word: str) -> int:
    """Give the place of a verdict among those of several filters; the kernel obeys the least.

    Source: seccomp(2), on the precedence of actions.
    """
    order = ("kill", "errno", "notify", "trace", "allow")
    return order.index(word if word in order else "errno")


def missed(rule, arguments) -> list[int]:
    """Count out which conditions of *rule* these arguments do not meet."""
    return [
        place
        for place, condition in enumerate(rule.when)
        if not _met(condition, arguments[condition.argument])
    ]


def _met(condition, word) -> bool:
    low = word & 0xFFFFFFFF
    if condition.wide and word >> 32:
        return False
    if condition.only is not None:
        return not low & ~condition.only
    if condition.has is not None:
        return low & condition.has == condition.has
    return low & ~condition.ignore in condition.one_of


def meeting(rule, fill=(0,) * 6) -> Iterator[tuple[int, ...]]:
    """Make arguments that meet every condition: each value that may be, one argument at a time."""
    pools = {item.argument: _pool(rule, item.argument) for item in rule.when}
    first = _with(fill, {argument: pool[0] for argument, pool in pools.items()})
    yield first
    for argument, pool in pools.items():
        yield from (_with(first, {argument: word}) for word in pool[1:])


def missing(rule, fill=(0,) * 6) -> Iterator[tuple[int, ...]]:
    """Make arguments that miss exactly one condition, by a bit or by a small number."""
    first = next(meeting(rule, fill))
    for argument in sorted({item.argument for item in rule.when}):
        near = {word ^ bit for word in _pool(rule, argument) for bit in _BITS}
        near |= {*range(16), 0xFFFFFFFF, (1 << 64) - 1}
        for word in sorted(near):
            arguments = _with(first, {argument: word})
            if len(missed(rule, arguments)) == 1:
                yield arguments


def _pool(rule, argument) -> list[int]:
    conditions = [item for item in rule.when if item.argument == argument]
    words = {0, *_BITS}
    for item in conditions:
        words |= {item.only or 0, *item.one_of, *(word | item.ignore for word in item.one_of)}
        words |= {(item.has or 0) | bit for bit in (0, *_BITS)}
    words |= {word | upper for word in words for upper in (1 << 32, 0xFFFFFFFF << 32)}
    return sorted(word for word in words if all(_met(item, word) for item in conditions))


def _with(arguments, changed) -> tuple[int, ...]:
    return tuple(changed.get(place, word) for place, word in enumerate(arguments))
