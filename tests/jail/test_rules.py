"""A rules file is sound, or nothing starts; the two architectures say the same."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import pytest

from cellblock import linux
from cellblock.errors import Bug, OperatorFault
from cellblock.jail.kernel import rules

HEAD = """
machine = "x86_64"
audit_architecture = 1
default = "EPERM"
default_reason = "what no worker needs"
[calls]
"""
WHY = 'reason = "a reason of some length"'
GOOD = f'read = {{ verdict = "allow", {WHY} }}\n'
ONLY_ONE = {
    # in the generic table these calls are replaced by those that take a folder's descriptor
    *"open creat stat lstat access readlink rename mkdir rmdir link unlink symlink chmod".split(),
    *"chown lchown utime utimes futimesat mknod".split(),
    # … by clone, getdents64, clock_gettime and statfs
    *"fork vfork getdents time ustat".split(),
    # these never were in the generic table, or steer what only an x86 processor has
    *"create_module uselib iopl ioperm modify_ldt".split(),
}
"""Calls that x86_64 has rules for and aarch64 has not at all."""
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
"""Both in Debian's linux-libc-dev; the first on x86_64 alone."""
WANTED_BY_ARM64 = "RENAMEAT NEW_STAT SET_GET_RLIMIT TIME32_SYSCALLS SYS_CLONE3 MEMFD_SECRET".split()
"""What arch/arm64/include/asm/unistd.h and its uapi sister ask of the generic table."""


def _conditions(name, *items, otherwise="EPERM"):
    listed = ", ".join(f"{{ {item} }}" for item in items)
    return f'{name} = {{ verdict = "allow", when = [{listed}], otherwise = "{otherwise}", {WHY} }}'


def test_a_sound_file_is_read():
    table = rules.parse(HEAD + GOOD)
    assert table.calls == (rules.Rule("read", 0, "allow", "a reason of some length"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("read = [", "the file: Invalid value"),
        (GOOD + GOOD, "the file: Cannot overwrite"),
        ("read = 3", "read: Expected `object`"),
        (f'red = {{ verdict = "allow", {WHY} }}', "red: the kernel has no such system call"),
        (f'fcntl64 = {{ verdict = "allow", {WHY} }}', "fcntl64: the kernel has no such"),
        ('read = { verdict = "allow" }', "read: Object missing required field `reason`"),
        ('read = { verdict = "allow", reason = "why" }', "read: give a reason"),
        ('read = { verdict = "allow", reason = 3 }', "read: Expected `str`"),
        (f"read = {{ {WHY} }}", "read: Object missing required field `verdict`"),
        (f'read = {{ verdict = "maybe", {WHY} }}', "read: 'maybe' is neither"),
        (f'read = {{ number = 0, verdict = "allow", {WHY} }}', "read: Object contains unknown"),
        (
            f'read = {{ verdict = "allow", when = [{{ argument = 0, one_of = [3] }}], {WHY} }}',
            "read: `when` and `otherwise` belong together",
        ),
        (f'read = {{ verdict = "allow", otherwise = "EPERM", {WHY} }}', "belong together"),
        (_conditions("read", otherwise="EPERM"), "read: `when` and `otherwise` belong together"),
        (
            _conditions("read", "argument = 0, one_of = [3]", otherwise="allow"),
            "read: its conditions decide nothing",
        ),
        (_conditions("read", "argument = 6, one_of = [3]"), "read: Expected `int` <= 5"),
        (_conditions("read", "argument = 0, one_of = [-1]"), "read: Expected `int` >= 0"),
        (_conditions("read", "argument = 0, has = 0x100000000"), "read: Expected `int` <= 4294967"),
        (_conditions("read", "argument = 0"), "read: a condition on argument 0 must demand one"),
        (_conditions("read", "argument = 0, only = 3, has = 1"), "argument 0 must demand one"),
        (_conditions("read", "argument = 0, only = 3, unless = 1"), "read: Object contains unkn"),
        (
            _conditions("read", "argument = 0, one_of = [3]", "argument = 0, one_of = [4]"),
            "read: argument 0 meets the same demand twice",
        ),
        (
            _conditions("read", "argument = 0, only = 1", "argument = 0, has = 2"),
            "read: argument 0 must have bits that it may not have: 0x2",
        ),
        (
            _conditions("read", "argument = 0, only = 3", "argument = 0, one_of = [1, 4]"),
            "read: argument 0 can never be 4",
        ),
        (
            _conditions("read", "argument = 0, has = 4", "argument = 0, one_of = [4, 3]"),
            "read: argument 0 can never be 3",
        ),
        (
            _conditions("read", "argument = 0, ignore = 0x100, one_of = [0x101]"),
            "read: argument 0 can never be 257",
        ),
        (_conditions("read", "argument = 0, has = 0"), "argument 0: a condition decides nothing"),
        (_conditions("read", "argument = 0, only = 0xFFFFFFFF"), "a condition decides nothing"),
        (_conditions("read", "argument = 0, only = 1, ignore = 1"), "a condition decides nothing"),
        (
            _conditions("read", "argument = 1, one_of = [0]"),
            "read: argument 1 has 64 bits; its condition must be wide",
        ),
        (
            _conditions("mmap", "argument = 3, only = 3", "argument = 3, has = 2"),
            "mmap: argument 3 has 64 bits",
        ),
    ],
)
def test_an_unsound_entry_is_our_bug_and_is_named(text, words):
    with pytest.raises(Bug) as caught:
        rules.parse(HEAD + text)
    assert caught.value.slug == "bad-rules"
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('machine = "x86_64"', 'machine = "vax"', "vax has no table of numbers"),
        ('default = "EPERM"', 'default = "allow"', "what is not named may not be allowed"),
        ('default = "EPERM"', 'default = "perhaps"', "'perhaps' is neither"),
        ("what no worker needs", "", "give a reason"),
        ("audit_architecture = 1", "", "missing required field `audit_architecture`"),
        ("audit_architecture = 1", "audit_architecture = 0x1C000003E", "<= 4294967295"),
        ("[calls]", "[callls]", "unknown field `callls`"),
    ],
)
def test_an_unsound_head_is_our_bug_and_says_where(old, new, words):
    with pytest.raises(Bug) as caught:
        rules.parse(HEAD.replace(old, new) + GOOD)
    assert "the file: " in str(caught.value)
    assert words in str(caught.value)


def test_two_conditions_on_a_wide_argument_are_met_by_one_wide_word():
    table = rules.parse(
        HEAD + _conditions("mmap", "argument = 3, wide = true, only = 3", "argument = 3, has = 2")
    )
    assert [condition.demand for condition in table.calls[0].when] == ["only", "has"]


def test_an_architecture_without_rules_is_refused():
    with pytest.raises(OperatorFault, match="there are no system-call rules for riscv64"):
        rules.load("riscv64")


def test_a_file_under_the_name_of_another_architecture_is_our_bug(monkeypatch):
    monkeypatch.setattr(rules, "_text", lambda _, read=rules._text: read("x86_64.toml"))
    with pytest.raises(Bug, match=r"aarch64\.toml holds the rules of x86_64"):
        rules.load("aarch64")


@pytest.mark.parametrize("machine", rules.MACHINES)
def test_every_rule_gives_its_reason(machine):
    table = rules.load(machine)
    assert len(table.calls) > 150
    assert all(len(rule.reason.split()) >= 3 for rule in table.calls)


def test_both_architectures_say_the_same_of_every_call_that_both_have():
    ours, theirs = (
        {rule.name: (rule.verdict, rule.when, rule.otherwise, rule.reason) for rule in table.calls}
        for table in map(rules.load, ("x86_64", "aarch64"))
    )
    assert {name: ours[name] for name in ours if name not in ONLY_ONE} == theirs
    assert not set(ONLY_ONE) & set(rules.names("aarch64").values())
    assert set(ONLY_ONE) <= set(ours)
    x86_64, aarch64 = map(rules.load, ("x86_64", "aarch64"))
    assert (x86_64.default, x86_64.default_reason) == (aarch64.default, aarch64.default_reason)


def test_the_architectures_are_those_of_the_audit_header():
    # EM_X86_64 and EM_AARCH64 with the bits of 64-bit words and little end first.
    assert rules.load("x86_64").audit_architecture == 62 | 0xC0000000
    assert rules.load("aarch64").audit_architecture == 183 | 0xC0000000


def test_a_number_has_the_name_of_its_architecture_or_is_told_as_a_number():
    assert rules.name_of("x86_64", 59) == "execve"
    assert rules.name_of("aarch64", 59) == "pipe2"
    assert rules.name_of("x86_64", 999) == "syscall 999"
    assert rules.name_of("x86_64", 0x40000000) == f"syscall {0x40000000}"


@pytest.mark.parametrize("machine", rules.MACHINES)
def test_no_name_and_no_number_stands_twice(machine):
    lines = Path(rules.__file__).parents[1].joinpath(f"rules/{machine}.numbers").read_text()
    pairs = [line.split() for line in lines.splitlines() if not line.startswith("#")]
    assert len(pairs) == len(rules.names(machine)) == len(set(rules.names(machine).values()))
    numbers = [int(number) for number, _ in pairs]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("machine", rules.MACHINES)
def test_numbers_are_those_of_the_kernels_header(machine):
    header = _header(machine)
    known = rules.names(machine)
    assert len(header) > 300
    # The header may be older than our table, never different where both speak.
    assert {number: known.get(number) for number in header} == header
    beyond = {number for number in known if number not in header}
    assert min(beyond) > max(header) or beyond - {335, 336} == {
        number for number in beyond if number > max(header)
    }


def _header(machine):
    path = Path(HEADERS[machine])
    if not path.exists():
        foreign = machine == "x86_64" != platform.machine()
        assert foreign or os.environ.get("CI") != "true", f"{path} is missing: linux-libc-dev"
        pytest.skip(f"{path} is not on this machine: linux-libc-dev has it")
    text = path.read_text(encoding="ascii")
    if machine == "x86_64":
        return {int(n): name for name, n in re.findall(r"#define __NR_(\w+)\s+(\d+)\n", text)}
    return _generic(text)


def _generic(text):
    """Read the generic table as arm64 does, without a preprocessor: by its `#if` lines."""
    values = dict(_definitions(text))
    found = {}
    for name, value in values.items():
        number = values.get(value, value)
        if name.startswith("__NR_") and name not in {"__NR_syscalls", "__NR_arch_specific_syscall"}:
            found[int(number)] = name.removeprefix("__NR_")
    return found


def _definitions(text):
    taken = [True]
    for line in text.splitlines():
        match line.split():
            case ["#ifdef" | "#if" | "#ifndef", *_]:
                taken.append(taken[-1] and _holds(line))
            case ["#else", *_]:
                taken[-1] = taken[-2] and not taken[-1]
            case ["#endif", *_]:
                taken.pop()
            case ["#define", name, value, *_] if taken[-1] and name.startswith("__NR"):
                yield name, value


def _holds(line):
    if line.startswith("#ifndef"):
        return True
    if "__ARCH_WANT_" in line:
        return any(f"__ARCH_WANT_{word}" in line for word in WANTED_BY_ARM64)
    return "== 64" in line or "!= 32" in line


def test_the_door_to_the_kernel_knows_the_same_numbers():
    for machine, own in (("x86_64", linux._X86_64), ("aarch64", linux._AARCH64)):
        for name, number in (own | linux._SHARED).items():
            assert rules.name_of(machine, number) == name
