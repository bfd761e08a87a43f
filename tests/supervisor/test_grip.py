"""What is told of a process by its pidfd and its number."""

from __future__ import annotations

import os
import subprocess
import sys

from cellblock.supervisor.grip import exiting


def test_a_process_that_ends_is_told_from_one_that_lives():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not exiting(process.pid)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert exiting(process.pid)  # not collected yet
    assert exiting(process.pid)
