"""What ``make run`` starts: the service, three workers, their log; and that all of it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journeys.serving import wait_for

pytestmark = [pytest.mark.jail, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def start(folder, *options):
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, ROOT / "examples" / "run_service.py", folder, *options],
            cwd=folder,
            stdout=said,
            stderr=said,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )


def read(folder):
    return (folder / "said").read_text(encoding="utf-8")


def test_three_workers_run_one_of_them_hostile_and_ctrl_c_ends_all(tmp_path):
    process = start(tmp_path)
    try:
        for sign in (
            r"address  http://127\.0\.0\.1:\d+",
            r"token    cb_\w+",
            r"http://127\.0\.0\.1:\d+/#/login\?ticket=ct_\w+",
            r"counted to \d+",
            r"momentum.* (long|short) at",
            r"read a file: NameError: open is not available",
            r"open a socket: ImportError",
        ):
            wait_for(lambda sign=sign: re.search(sign, read(tmp_path)), 60, lambda: read(tmp_path))
        service = int((tmp_path / "service" / "serve.lock").read_text())
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(30) == 0, read(tmp_path)
        assert not Path(f"/proc/{service}").exists()
        assert "Traceback" not in read(tmp_path)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def test_it_ends_by_itself_after_the_time_that_was_given(tmp_path):
    begun = time.monotonic()
    process = start(tmp_path, "--seconds", "3")
    assert process.wait(60) == 0, read(tmp_path)
    assert time.monotonic() - begun > 3
    assert re.search(r"counter +running", read(tmp_path)), read(tmp_path)
