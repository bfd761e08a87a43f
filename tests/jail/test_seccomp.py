"""The filter's program, run here instruction by instruction, decides what the table says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.jail.kernel import rules, seccomp
from jail.simulator import BEYOND, NUMBERS, X32, meeting, missed, missing, simulator

WORDS = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 9, 14, 0x22, 0x24032, 0x122, 0x3D0F00),
    *(0xFFFFFFFF, 1 << 32, (1 << 32) | 3, (1 << 64) - 1),
)
FOREIGN = {
    "x86_64": (0, 0x40000003, 0x40000028, 0xC00000B7, 0xFFFFFFFF),  # i386, 32-bit ARM, aarch64
    "aarch64": (0, 0x40000003, 0x40000028, 0xC000003E, 0xFFFFFFFF),
}
both = pytest.mark.parametrize("machine", rules.MACHINES)

PARAMETERS = {
    "read": "descriptor memory size",
    "write": "descriptor memory size",
    "close": "descriptor",
    "fstat": "descriptor memory",
    "mmap": "address size flags flags descriptor offset",
    "munmap": "address size",
    "mprotect": "address size flags",
    "mremap": "address size size flags address",
    "madvise": "address size flags",
    "brk": "address",
    "futex": "memory flags number memory address number",
    "clock_gettime": "clock memory",
    "clock_getres": "clock memory",
    "clock_nanosleep": "clock flags memory memory",
    "nanosleep": "memory memory",
    "gettimeofday": "memory memory",
    "time": "memory",
    "times": "memory",
    "getrandom": "memory size flags",
    "getrusage": "whose memory",
    "sched_getaffinity": "whose size memory",
    "sched_yield": "",
    "getpid": "",
    "gettid": "",
    "getcpu": "memory memory memory",
    "rt_sigreturn": "",
    "rt_sigprocmask": "flags memory memory size",
    "restart_syscall": "",
    "prctl": "flags number",
    "exit": "number",
    "exit_group": "number",
}
"""What each argument of each allowed call is.

Pointers are of two kinds: *memory*, which the kernel reads or fills, is a buffer, a time, a set of
signals or of processors; *address* is a place in the worker's own address space. None is a name of
something, as a path, a socket address or a program would be. *whose* is the number of a process.
"""


@both
def test_every_number_gets_the_verdict_of_the_table(machine):
    here = simulator(machine)
    for number in (*NUMBERS, *BEYOND):
        for arguments in [(word,) * 6 for word in WORDS]:
            found = here.told(number, arguments)
            assert found == here.declared(number, arguments), (number, arguments)


@both
def test_every_condition_decides_alone(machine):
    here = simulator(machine)
    conditional = [rule for rule in here.table.calls if rule.when]
    assert len(conditional) > 10
    for rule in conditional:
        for fill in [(word,) * 6 for word in (0, 3, (1 << 64) - 1)]:
            for arguments in meeting(rule, fill):
                assert here.told(rule.number, arguments) == rule.verdict, (rule.name, arguments)
            decided = set()
            for arguments in missing(rule, fill):
                assert here.told(rule.number, arguments) == rule.otherwise, (rule.name, arguments)
                decided.update(missed(rule, arguments))
            assert decided == set(range(len(rule.when))), rule.name


@given(
    st.sampled_from(rules.MACHINES),
    st.integers(0, 2**32 - 1) | st.integers(0, 500),
    st.tuples(*[st.integers(0, 2**64 - 1) | st.sampled_from(WORDS)] * 6),
)
def test_any_call_gets_the_verdict_of_the_table(machine, number, arguments):
    here = simulator(machine)
    assert here.told(number, arguments) == here.declared(number, arguments)


@both
def test_a_foreign_architecture_is_killed(machine):
    here = simulator(machine)
    for architecture in FOREIGN[machine]:
        for number in (*NUMBERS, *BEYOND, X32):
            assert here.told(number, architecture=architecture) == "kill", (architecture, number)


def test_x32_numbers_are_killed():
    here = simulator("x86_64")
    for number in (*NUMBERS, *BEYOND):
        assert here.told(X32 + number) == "kill", number
    for number in (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        assert here.told(number) == "kill"


@both
def test_nothing_allowed_takes_a_path_a_socket_address_or_a_foreign_process(machine):
    table = simulator(machine).table
    allowed = {rule.name: rule for rule in table.calls if "allow" in {rule.verdict, rule.otherwise}}
    there = set(rules.names(machine).values())
    assert set(allowed) == {name for name in PARAMETERS if name in there}
    for name, rule in allowed.items():
        assert rule.verdict == "allow", f"{name}: only what is named is allowed"
        kinds = PARAMETERS[name].split()
        harmless = "descriptor memory address size flags offset number clock".split()
        assert set(kinds) <= {*harmless, "whose"}, name
        for place, kind in enumerate(kinds):
            tied = {value for item in rule.when if item.argument == place for value in item.one_of}
            if kind == "whose":
                assert tied == {0}, f"{name} must ask of nobody but the worker itself"
            if kind == "clock":
                # A clock of another process is a number below zero.
                assert tied, name
                assert max(tied) < 16, name


@both
def test_memory_is_never_made_executable_by_any_flags(machine):
    here = simulator(machine)
    numbers = {rule.name: rule.number for rule in here.table.calls}
    for name in ("mmap", "mprotect"):
        for protection in range(256):
            if protection & 4:
                arguments = (0, 4096, protection, 0x22, 0, 0)
                assert here.told(numbers[name], arguments) == "EACCES"


def test_a_program_too_long_is_refused():
    many = tuple(rules.Rule(f"call{n}", n, ("allow", "kill")[n % 2], "x" * 10) for n in range(3000))
    with pytest.raises(ValueError, match="4,096"):
        seccomp.assemble(rules.Rules("x86_64", 0xC000003E, "EPERM", "", many))
