"""Attestation against a real process that is not jailed: every difference is found."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from cellblock.errors import OperatorFault
from cellblock.jail import attest, plan
from cellblock.jail.probe import probe

TRIED = dict.fromkeys(attest.CANARIES, "EPERM")
PLAN = plan.build(probe())


@pytest.fixture
def process():
    """An ordinary process that waits."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd="/")
    yield child
    child.kill()
    child.wait()
    child.stdin.close()


def _expected(pid):
    return attest.Expected(
        pid=pid,
        zygote=os.getpid(),
        uid=os.getuid(),
        gid=os.getgid(),
        pipes=(1, 2),
        own_uid=False,
        see_targets=True,
        filters=1,
        namespaces={},
        cgroup="",
    )


def test_a_process_without_a_jail_is_not_attested(process):
    with pytest.raises(OperatorFault, match="NoNewPrivs is '0', not '1'") as caught:
        attest.attest(_expected(process.pid), PLAN, TRIED)
    assert caught.value.slug == "not-attested"


def test_a_process_of_another_parent_is_not_attested(process):
    with pytest.raises(OperatorFault, match="PPid"):
        attest.attest(replace(_expected(process.pid), zygote=1), PLAN, TRIED)


def test_a_process_that_is_gone_is_not_attested(process):
    process.kill()
    process.wait()
    with pytest.raises(OperatorFault, match="cannot be seen from outside"):
        attest.attest(_expected(process.pid), PLAN, TRIED)


STATUS = {
    "PPid": str(os.getpid()),
    "NoNewPrivs": "1",
    "Seccomp": "2",
    "Seccomp_filters": "1",
    "Threads": "1",
    "Uid": "\t".join([str(os.getuid())] * 4),
    "Gid": "\t".join([str(os.getgid())] * 4),
    **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0" * 16),
    "Groups": "",
}


def test_a_status_as_planned_is_accepted():
    assert attest._judge_status(STATUS, _expected(1))["Seccomp"] == "2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PPid", "1"),
        ("NoNewPrivs", "0"),
        ("Seccomp", "0"),
        ("Seccomp", "1"),
        ("Seccomp_filters", "0"),
        ("Seccomp_filters", "2"),
        ("Threads", "2"),
        ("Uid", "0\t0\t0\t9"),
        ("Gid", "9\t9\t9\t9"),
        ("CapInh", "0000000000000001"),
        ("CapPrm", "0000000000000001"),
        ("CapEff", "0000000000000001"),
        ("CapAmb", "0000000000000001"),
        ("Groups", "27"),
    ],
)
def test_each_difference_in_the_status_is_found(name, value):
    expected = replace(_expected(1), own_uid=True)
    with pytest.raises(OperatorFault, match=name):
        attest._judge_status({**STATUS, name: value}, expected)


def test_a_descriptor_too_many_is_found(process):
    with pytest.raises(OperatorFault, match="descriptors"):
        attest._judge_descriptors(_expected(process.pid))


@pytest.mark.parametrize("told", [{}, {"open /": "EACCES"}, {**TRIED, "more": "EPERM"}])
def test_a_worker_that_tried_other_canaries_is_not_attested(told):
    with pytest.raises(OperatorFault, match="the set of canaries"):
        attest.attest(_expected(os.getpid()), PLAN, told)
