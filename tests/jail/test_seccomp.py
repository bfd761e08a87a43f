"""The filter's program, run here instruction by instruction, decides what the table says."""

from __future__ import annotations

import errno
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.jail.kernel import rules, seccomp

X86_64 = 0xC000003E
TABLE = rules.load("x86_64")
PROGRAM = [
    struct.unpack_from("<HBBI", seccomp.assemble(TABLE), at)
    for at in range(0, len(seccomp.assemble(TABLE)), 8)
]
BY_NUMBER = {rule.number: rule for rule in TABLE.calls}
WORDS = (
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
    14,
    0x22,
    0x24032,
    0x122,
    0x3D0F00,
    0xFFFFFFFF,
    1 << 32,
    (1 << 32) | 3,
    (1 << 64) - 1,
)


def simulate(number, arguments=(0,) * 6, architecture=X86_64):
    """Classic BPF over `struct seccomp_data`, as the kernel runs it."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments)
    at, accumulator = 0, 0
    while True:
        code, met, missed, constant = PROGRAM[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, constant)[0]
        elif code == 0x54:
            accumulator &= constant
        elif code == 0x05:
            at += constant
        elif code in {0x15, 0x35, 0x45}:
            test = {
                0x15: accumulator == constant,
                0x35: accumulator >= constant,
                0x45: bool(accumulator & constant),
            }[code]
            at += met if test else missed
        else:
            assert code == 0x06
            return constant


def declared(number, arguments):
    """The verdict by the table alone, written without a look at the assembler."""
    rule = BY_NUMBER.get(number)
    if rule is None:
        return TABLE.default
    for condition in rule.when:
        word = arguments[condition.argument]
        low = word & 0xFFFFFFFF
        if (
            (condition.wide and word >> 32)
            or (condition.only is not None and low & ~condition.only)
            or (condition.has is not None and low & condition.has != condition.has)
            or (condition.one_of and low & ~condition.ignore not in condition.one_of)
        ):
            return rule.otherwise
    return rule.verdict


def told(constant):
    if constant == 0x7FFF0000:
        return "allow"
    if constant == 0x80000000:
        return "kill"
    assert constant >> 16 == 5
    return errno.errorcode[constant & 0xFFFF]


@pytest.mark.parametrize("number", range(1024))
def test_every_number_gets_the_verdict_of_the_table(number):
    patterns = [(word,) * 6 for word in WORDS]
    if number in BY_NUMBER and BY_NUMBER[number].when:
        places = [
            WORDS if any(c.argument == n for c in BY_NUMBER[number].when) else (0,)
            for n in range(6)
        ]
        patterns += itertools.product(*places)
    for arguments in patterns:
        assert told(simulate(number, arguments)) == declared(number, arguments), arguments


@given(st.integers(0, 2**32 - 1), st.tuples(*[st.integers(0, 2**64 - 1)] * 6))
def test_any_call_gets_the_verdict_of_the_table(number, arguments):
    expected = "kill" if number >= 0x40000000 else declared(number, arguments)
    assert told(simulate(number, arguments)) == expected


@pytest.mark.parametrize("architecture", [0, 0x40000003, 0xC00000B7, 0xFFFFFFFF])
def test_a_foreign_architecture_is_killed(architecture):
    for number in (0, 1, 59, 231):
        assert told(simulate(number, architecture=architecture)) == "kill"


def test_x32_numbers_are_killed():
    for number in (0x40000000, 0x40000027, 0x7FFFFFFF, 0xFFFFFFFF):
        assert told(simulate(number)) == "kill"


def test_nothing_allowed_takes_a_path_a_socket_a_foreign_process_or_makes_a_descriptor():
    allowed = {rule.name for rule in TABLE.calls if rule.verdict == "allow"}
    assert allowed == {
        *(
            "read",
            "write",
            "close",
            "fstat",
            "mmap",
            "munmap",
            "mprotect",
            "mremap",
            "madvise",
            "brk",
        ),
        *("futex", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday"),
        *("time", "times", "getrandom", "getrusage", "sched_getaffinity", "sched_yield", "getpid"),
        *("gettid", "getcpu", "rt_sigreturn", "rt_sigprocmask", "restart_syscall", "prctl"),
        *("exit", "exit_group"),
    }


def test_memory_is_never_made_executable_by_any_flags():
    for number in (9, 10):
        for protection in range(256):
            if protection & 4:
                assert told(simulate(number, (0, 4096, protection, 0x22, 0, 0))) == "EACCES"


def test_a_program_too_long_is_refused():
    many = tuple(rules.Rule(f"call{n}", n, ("allow", "kill")[n % 2], "x" * 10) for n in range(3000))
    with pytest.raises(ValueError, match="4,096"):
        seccomp.assemble(rules.Rules("x86_64", X86_64, "EPERM", "", many))
