"""What is told of a process by its pidfd and its number."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from cellblock.supervisor.grip import exiting, ready


def test_a_process_that_ends_is_told_from_one_that_lives():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not exiting(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert exiting(process.pid)  # not collected yet
    assert exiting(process.pid)


def test_a_process_that_was_killed_is_known_before_it_gets_a_processor():
    missed = 0
    for _ in range(20):
        with subprocess.Popen(["sleep", "60"]) as process:
            assert ready(process.pid)
            process.kill()
            missed += ready(process.pid)
    # Between taking the signal and beginning to end it shows nothing; that is a moment.
    assert missed <= 3


def test_a_process_that_is_stopped_is_not_ready_and_not_on_its_way_out():
    with subprocess.Popen(["sleep", "60"]) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        assert not ready(process.pid)
        assert not exiting(process.pid)
        process.send_signal(signal.SIGCONT)
        os.waitid(os.P_PID, process.pid, os.WCONTINUED | os.WNOWAIT)
        assert ready(process.pid)
        process.kill()
