"""How the host and what it starts take turns at the processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

NICER = min(os.getpriority(os.PRIO_PROCESS, 0) + 3, 19)
_PROGRAM = """
import ctypes, json, os, platform, struct, sys
from cellblock.jail.kernel import process

NUMBER = {"x86_64": 315, "aarch64": 275}[platform.machine()]

def turn_ns():
    attributes = ctypes.create_string_buffer(48)
    assert ctypes.CDLL(None).syscall(NUMBER, 0, attributes, 48, 0) == 0
    return struct.unpack("=IIQiIQQQ", attributes.raw)[5]

os.nice(3)
if "batch" in sys.argv:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
before = turn_ns()
process.take_short_turns()
after, policy = turn_ns(), os.sched_getscheduler(0)
reading, writing = os.pipe()
if os.fork() == 0:
    os.write(writing, str(turn_ns()).encode())
    os._exit(0)
child = int(os.read(reading, 100))
print(json.dumps([before, after, child, os.getpriority(os.PRIO_PROCESS, 0)]))
"""


def turns(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_host_takes_short_turns_and_what_it_starts_does_not():
    before, after, child, nice = turns()
    assert nice == NICER
    assert child == before
    if before == 0:
        pytest.skip("this kernel has no turns of a length of one's own (Linux 6.12)")
    assert after == 100_000


def test_a_host_for_which_another_way_was_chosen_is_left_alone():
    before, after, child, nice = turns("batch")
    assert (after, child, nice) == (before, before, NICER)
