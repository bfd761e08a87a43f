"""The filters' programs, run here instruction by instruction, decide what the table says."""

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
def test_filter_and_tripwires_together_give_the_verdict_of_the_table(machine):
    here = simulator(machine)
    seen = set()
    for number in (*NUMBERS, *BEYOND):
        for arguments in [(word,) * 6 for word in WORDS]:
            found = here.told_together(number, arguments)
            assert found == here.declared_heard(number, arguments), (number, arguments)
            seen.add(found)
    assert seen >= {"allow", "notify", "kill", "EPERM", "EACCES", "ENOSYS"}


@both
def test_the_filter_alone_never_lets_a_tripwire_pass(machine):
    # Should the listener be gone, TRACE without a tracer is ENOSYS: the call is not made.
    here = simulator(machine)
    kills = {rule.number: rule.name for rule in here.table.calls if rule.verdict == "kill"}
    assert len(kills) > 50
    for number, name in kills.items():
        for arguments in [(word,) * 6 for word in WORDS]:
            filter_, _ = here.told_apart(number, arguments)
            assert filter_ == ("kill" if name == "seccomp" else "trace"), name


@both
def test_the_tripwires_alone_decide_nothing_but_tripwires(machine):
    here = simulator(machine)
    for number in (*NUMBERS, *BEYOND):
        for arguments in [(word,) * 6 for word in WORDS]:
            filter_, wires = here.told_apart(number, arguments)
            assert wires == ("notify" if filter_ == "trace" else "allow"), (number, arguments)


@both
def test_every_condition_decides_alone(machine):
    here = simulator(machine)
    conditional = [rule for rule in here.table.calls if rule.when]
    assert len(conditional) > 10
    for rule in conditional:
        for fill in [(word,) * 6 for word in (0, 3, (1 << 64) - 1)]:
            for arguments in meeting(rule, fill):
                assert _told(here, rule.number, arguments) == rule.verdict, (rule.name, arguments)
            decided = set()
            for arguments in missing(rule, fill):
                assert _told(here, rule.number, arguments) == rule.otherwise, (rule.name, arguments)
                decided.update(missed(rule, arguments))
            assert decided == set(range(len(rule.when))), rule.name


def _told(here, number, arguments):
    """Give the verdict of a call that is no tripwire, by one program and by two."""
    alone, together = here.told(number, arguments), here.told_together(number, arguments)
    assert alone == together, (number, arguments)
    return alone


@given(
    st.sampled_from(rules.MACHINES),
    st.integers(0, 2**32 - 1) | st.integers(0, 500),
    st.tuples(*[st.integers(0, 2**64 - 1) | st.sampled_from(WORDS)] * 6),
)
def test_any_call_gets_the_verdict_of_the_table(machine, number, arguments):
    here = simulator(machine)
    assert here.told(number, arguments) == here.declared(number, arguments)
    assert here.told_together(number, arguments) == here.declared_heard(number, arguments)


@both
def test_a_foreign_architecture_is_killed(machine):
    here = simulator(machine)
    for architecture in FOREIGN[machine]:
        for number in (*NUMBERS, *BEYOND, X32):
            for told in (here.told, here.told_together):
                assert told(number, architecture=architecture) == "kill", (architecture, number)
            _, wires = here.told_apart(number, architecture=architecture)
            assert wires == "allow", "the filter kills it, which is stricter than a report"


def test_x32_numbers_are_killed():
    here = simulator("x86_64")
    beyond = (0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
    for number in (*[X32 + number for number in (*NUMBERS, *BEYOND)], *beyond):
        assert here.told(number) == "kill", number
        assert here.told_apart(number) == ("kill", "allow"), number
        assert here.told_together(number) == "kill", number


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
                assert _told(here, numbers[name], arguments) == "EACCES"


def test_a_program_too_long_is_refused():
    many = tuple(rules.Rule(f"call{n}", n, ("allow", "kill")[n % 2], "x" * 10) for n in range(3000))
    with pytest.raises(ValueError, match="4,096"):
        seccomp.assemble(rules.Rules("x86_64", 0xC000003E, "EPERM", "", many))
