"""What doctor says of a /proc that is not as it should be; a mount is root's alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user may not mount")
@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ("mount -o remount,ro,bind /proc", 0, "Workers can run here"),
        ("mount -t tmpfs none /proc", 2, "mount proc at /proc"),
    ],
    ids=["read-only", "absent"],
)
def test_an_absent_proc_is_refused_and_a_read_only_one_is_enough(change, code, words):
    script = f"{change} && exec {sys.executable} -m cellblock doctor"
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert words in " ".join(done.stdout.split())
