"""A rules file is sound, or nothing starts."""

from __future__ import annotations

import pytest

from cellblock.errors import Bug, OperatorFault
from cellblock.jail.kernel import rules

HEAD = 'machine = "x86_64"\naudit_architecture = 1\ndefault = "EPERM"\ndefault_reason = "no"\n[calls]\n'
GOOD = 'read = { number = 0, verdict = "allow", reason = "a reason of some length" }\n'


def test_a_sound_file_is_read():
    table = rules.parse(HEAD + GOOD)
    assert table.calls == (rules.Rule("read", 0, "allow", "a reason of some length"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("read = [", "TOMLDecodeError"),
        (GOOD + GOOD.replace("read", "open"), "open and read share 0"),
        (GOOD + GOOD, "TOMLDecodeError"),
        ('read = { number = 0, verdict = "allow" }', "reason"),
        ('read = { number = 0, verdict = "allow", reason = "why" }', "read: give a reason"),
        ('read = { verdict = "allow", reason = "a reason of some length" }', "number"),
        ('read = { number = -1, verdict = "allow", reason = "a reason of some length" }', "range"),
        ('read = { number = 0, verdict = "maybe", reason = "a reason of some length" }', "maybe"),
        (
            'read = { number = 0, verdict = "allow", reason = "a reason of some length", x = 1 }',
            "'x'",
        ),
        (
            'read = { number = 0, verdict = "allow", when = [{argument = 0, one_of = [3]}], reason = "a reason of some length" }',
            "belong together",
        ),
        (
            'read = { number = 0, verdict = "EPERM", when = [{argument = 0, one_of = [3]}], otherwise = "EPERM", reason = "a reason of some length" }',
            "decide nothing",
        ),
        (
            'read = { number = 0, verdict = "allow", when = [{argument = 7, one_of = [3]}], otherwise = "EPERM", reason = "a reason of some length" }',
            "condition",
        ),
        (
            'read = { number = 0, verdict = "allow", when = [{argument = 0}], otherwise = "EPERM", reason = "a reason of some length" }',
            "condition",
        ),
    ],
)
def test_an_unsound_file_is_our_bug_and_says_where(text, words):
    with pytest.raises(Bug) as caught:
        rules.parse(HEAD + text)
    assert words in str(caught.value)


def test_an_architecture_without_rules_is_refused():
    with pytest.raises(OperatorFault, match="there are no system-call rules for riscv64"):
        rules.load("riscv64")


def test_every_rule_gives_its_reason_and_its_number_is_the_kernels():
    table = rules.load("x86_64")
    assert len(table.calls) > 150
    known = {"read": 0, "mmap": 9, "execve": 59, "futex": 202, "openat2": 437, "clone3": 435}
    numbers = {rule.name: rule.number for rule in table.calls}
    assert {name: numbers[name] for name in known} == known
