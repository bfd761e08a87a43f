"""The filter: from rules as data to a BPF program, and into the kernel.

In: the rules of one architecture (``rules/<machine>.toml``). Out: the program as bytes. It
first refuses a foreign architecture and the x32 numbers, then finds the call's number by halving,
then looks at its arguments. No library is asked: this file is the root of trust, and a test runs
its program over every number and compares with the table.

Source: seccomp(2), linux/Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import TYPE_CHECKING

from cellblock.linux import syscall

if TYPE_CHECKING:
    from cellblock.jail.kernel.rules import Condition, Rule, Rules

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, constant."""

LOAD = 0x20
AND = 0x54
JUMP = 0x05
JUMP_EQUAL = 0x15
JUMP_AT_LEAST = 0x35
JUMP_ANY_BIT = 0x45
RETURN = 0x06

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000
NOTIFY = 0x7FC00000
TRACE = 0x7FF00000

_NUMBER_OFFSET = 0
_ARCHITECTURE_OFFSET = 4
_ARGUMENTS_OFFSET = 16
_X32_BIT = 0x40000000
_MASK = 0xFFFFFFFF
_SET_MODE_FILTER = 1
_GET_ACTION_AVAIL = 2
_NEW_LISTENER = 8
_LONGEST_PROGRAM = 4096


def verdict(word: str) -> int:
    """Turn ``allow``, ``kill`` or the name of an errno into what the kernel is told."""
    if word == "allow":
        return ALLOW
    if word == "kill":
        return KILL_PROCESS
    return ERRNO | int(getattr(errno, word))


def assemble(rules: Rules, *, heard: bool = False) -> bytes:
    """Compile the rules to a program of at most 4,096 instructions.

    *heard*: a `tripwires` program stands before this one. The kernel obeys the stricter of two, and
    a kill is stricter than a report; so this one answers a tripwire with TRACE, which gives way to
    the report and, should there be none, refuses the call with ENOSYS.
    Raises: ValueError if it would be longer, or a rule longer than a jump.
    """
    answers = {rule.number: _body(rule) for rule in rules.calls}
    if heard:
        answers |= {number: [(RETURN, 0, 0, TRACE)] for number in _tripwires(rules)}
    program = _entrance(rules, KILL_PROCESS)
    program += _search(_runs(answers, verdict(rules.default)))
    if len(program) > _LONGEST_PROGRAM:
        raise ValueError(f"the filter has {len(program)} instructions; the kernel takes 4,096")
    return _packed(program)


def tripwires(rules: Rules) -> bytes:
    """Compile a program that reports the rules' tripwires to a listener and lets all else pass."""
    answers: dict[int, list[Instruction]] = {
        number: [(RETURN, 0, 0, NOTIFY)] for number in _tripwires(rules)
    }
    return _packed(_entrance(rules, ALLOW) + _search(_runs(answers, ALLOW)))


def _tripwires(rules: Rules) -> list[int]:
    """Give the numbers that are reported: all that kill, but the call that installs the filter."""
    return [
        rule.number for rule in rules.calls if rule.verdict == "kill" and rule.name != "seccomp"
    ]


def _entrance(rules: Rules, foreign: int) -> list[Instruction]:
    """Answer calls that are not of this architecture with *foreign*, and load the number."""
    program: list[Instruction] = [
        (LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (JUMP_EQUAL, 1, 0, rules.audit_architecture),
        (RETURN, 0, 0, foreign),
        (LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    if rules.machine == "x86_64":
        program += [(JUMP_AT_LEAST, 0, 1, _X32_BIT), (RETURN, 0, 0, foreign)]
    return program


def _packed(program: list[Instruction]) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def _runs(
    answers: dict[int, list[Instruction]], otherwise: int
) -> list[tuple[int, list[Instruction]]]:
    """Cut the numbers into runs of one verdict: where each begins, and what answers it."""
    default: list[Instruction] = [(RETURN, 0, 0, otherwise)]
    runs: list[tuple[int, list[Instruction]]] = []
    for number in range(max(answers) + 2):
        answer = answers.get(number, default)
        if not runs or runs[-1][1] != answer:
            runs.append((number, answer))
    return runs


def _search(runs: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    """Find the run of a number by halving: some eight comparisons for any call."""
    if len(runs) == 1:
        return runs[0][1]
    middle = len(runs) // 2
    low, high = _search(runs[:middle]), _search(runs[middle:])
    start = runs[middle][0]
    if len(low) <= 255:
        return [(JUMP_AT_LEAST, len(low), 0, start), *low, *high]
    # Too far for a conditional jump: hop over an unconditional one.
    return [(JUMP_AT_LEAST, 0, 1, start), (JUMP, 0, 0, len(low)), *low, *high]


def _body(rule: Rule) -> list[Instruction]:
    """Instructions that end in the rule's verdict; a condition not met jumps to the last."""
    if not rule.when:
        return [(RETURN, 0, 0, verdict(rule.verdict))]
    pieces = [_condition(condition) for condition in rule.when]
    left = sum(map(len, pieces)) + 1
    body: list[Instruction] = []
    for piece in pieces:
        for code, met, missed, constant in piece:
            left -= 1
            # _MISS marks a jump to the last instruction, `left` further on.
            body.append(
                (code, left if met == _MISS else met, left if missed == _MISS else missed, constant)
            )
    body += [(RETURN, 0, 0, verdict(rule.verdict)), (RETURN, 0, 0, verdict(rule.otherwise))]
    if len(body) > 255:
        raise ValueError(f"the rule for {rule.name} is longer than a jump")
    return body


_MISS = 256
EVERYTHING = struct.pack("<HBBI", RETURN, 0, 0, ALLOW)
"""The program that lets everything pass; for trying whether a filter can be installed."""


def _condition(condition: Condition) -> list[Instruction]:
    low = _ARGUMENTS_OFFSET + 8 * condition.argument
    code: list[Instruction] = []
    if condition.wide:
        code += [(LOAD, 0, 0, low + 4), (JUMP_EQUAL, 0, _MISS, 0)]
    code.append((LOAD, 0, 0, low))
    if condition.only is not None:
        code.append((JUMP_ANY_BIT, _MISS, 0, ~condition.only & _MASK))
    if condition.has is not None:
        code += [(AND, 0, 0, condition.has), (JUMP_EQUAL, 0, _MISS, condition.has)]
    if condition.one_of:
        if condition.ignore:
            code.append((AND, 0, 0, ~condition.ignore & _MASK))
        last = len(condition.one_of) - 1
        code += [
            (JUMP_EQUAL, last - place, _MISS if place == last else 0, value)
            for place, value in enumerate(condition.one_of)
        ]
    return code


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Filter:
    """A program in the form that the kernel takes, made before the fork."""

    def __init__(self, program: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(program, len(program))
        header = _Program(len(program) // 8, ctypes.addressof(self._buffer))
        self._header = ctypes.create_string_buffer(bytes(header), ctypes.sizeof(header))

    def install(self) -> None:
        """Put the filter on the calling thread; it can never be taken off.

        Needs no_new_privs. Raises: OSError.
        """
        syscall("seccomp", _SET_MODE_FILTER, 0, self._header)

    def listen(self) -> int:
        """Put the filter on likewise; gives the descriptor that hears of its reports (Linux 5.0).

        Raises: OSError; EBUSY if another listener stands over this process already.
        """
        return syscall("seccomp", _SET_MODE_FILTER, _NEW_LISTENER, self._header)


def available() -> bool:
    """Tell whether the kernel takes filters that can kill a whole process (Linux 4.14)."""
    action = ctypes.create_string_buffer(struct.pack("<I", KILL_PROCESS), 4)
    try:
        syscall("seccomp", _GET_ACTION_AVAIL, 0, action)
    except OSError:
        return False
    return True
