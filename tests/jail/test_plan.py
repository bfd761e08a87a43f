"""The plan on machines that are not this one, by fake kernels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cellblock.errors import OperatorFault
from cellblock.jail import enter, plan
from cellblock.jail.kernel import landlock
from cellblock.jail.probe import Kernel, probe

ROOT = Kernel(
    system="Linux",
    machine="x86_64",
    release="6.18",
    seccomp=True,
    landlock_abi=7,
    proc=True,
    uid=0,
    capabilities=(1 << 41) - 1,
    uid_pool_start=1_900_000_000,
    cgroup="",
    refused={},
)
USER = replace(ROOT, uid=1000, capabilities=0)


def _names(built):
    return [step.name for step in built.steps]


def test_root_takes_every_step_in_this_order():
    assert _names(plan.build(ROOT)) == [
        *("session", "generators", "descriptors", "rlimits", "credentials", "capabilities"),
        *("parent", "privileges", "mdwe", "landlock", "listener", "seccomp", "canaries"),
    ]


def test_an_ordinary_user_does_without_a_uid_of_its_own_and_it_is_told():
    built = plan.build(USER)
    assert "credentials" not in _names(built)
    assert [item.layer for item in built.missing] == ["own uid"]
    assert built.missing[0].why == "not root"


@pytest.mark.parametrize("dropped", [5, 6, 7])
def test_root_that_could_not_signal_or_change_to_a_worker_keeps_one_uid(dropped):
    weak = replace(ROOT, capabilities=ROOT.capabilities & ~(1 << dropped))
    assert not weak.own_uids
    assert "credentials" not in _names(plan.build(weak))


def test_root_without_ptrace_sees_only_the_numbers_of_descriptors():
    assert ROOT.sees_descriptors
    assert not replace(ROOT, capabilities=ROOT.capabilities & ~(1 << 19)).sees_descriptors
    assert USER.sees_descriptors


@pytest.mark.parametrize(
    ("kernel", "slug"),
    [
        (replace(ROOT, seccomp=False), "no-seccomp"),
        (replace(ROOT, landlock_abi=0), "no-landlock"),
        (replace(ROOT, proc=False), "no-proc"),
    ],
)
def test_a_machine_without_a_required_layer_is_refused(kernel, slug):
    with pytest.raises(OperatorFault) as caught:
        plan.build(kernel)
    assert caught.value.slug == slug
    assert caught.value.hint


def test_landlock_alone_can_be_waived_and_then_stands_among_the_missing():
    built = plan.build(replace(ROOT, landlock_abi=0), require_landlock=False)
    assert "landlock" not in _names(built)
    assert built.missing[0].layer == "landlock"


@pytest.mark.parametrize("slug", ["seccomp", "proc"])
def test_nothing_else_can_be_waived(slug):
    with pytest.raises(OperatorFault):
        plan.build(replace(ROOT, **{slug: False}), require_landlock=False)


def test_every_step_of_the_plan_is_a_function_and_every_function_a_step():
    assert set(_names(plan.build(ROOT))) == {*enter.AHEAD, *enter.STEPS}
    assert {step.layer for step in plan.build(ROOT).steps} <= set(plan.LAYERS)


@pytest.mark.parametrize(
    ("abi", "files", "network", "scopes"),
    [
        (1, 13, 0, 0),
        (2, 14, 0, 0),
        (3, 15, 0, 0),
        (4, 15, 2, 0),
        (5, 16, 2, 0),
        (6, 16, 2, 2),
        (7, 16, 2, 2),
        (8, 16, 2, 2),
    ],
)
def test_landlock_handles_every_right_that_an_abi_knows(abi, files, network, scopes):
    words = [files, network, scopes]
    count = 1 if abi < 4 else 2 if abi < 6 else 3
    expected = b"".join(((1 << bits) - 1).to_bytes(8, "little") for bits in words[:count])
    assert landlock.ruleset(abi) == expected


def test_this_machine_is_looked_at_without_a_trace():
    first, second = probe(), probe()
    assert first == second
    assert first.seccomp
    assert first.proc
