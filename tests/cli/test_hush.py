"""Whatever a process of the command line says beside its output, no secret is in it."""

from __future__ import annotations

import secrets
import subprocess
import sys

import pytest

KEY = "planted-" + secrets.token_hex(12)

PROGRAM = """
import logging, sys, threading
from cellblock.broker.secret import Scrubber, Secret
from cellblock.cli import hush

scrub = Scrubber()
logging.basicConfig(level=logging.DEBUG, filename=sys.argv[1])
logger = logging.getLogger("somebody.else")
hush.install(scrub)
KEY = sys.argv[2]
scrub.add(Secret(KEY))

class Holds:
    def __str__(self):
        return f"holds {KEY}"
    def __del__(self):
        raise ValueError(f"unraisable {KEY}")

try:
    raise KeyError(KEY)
except KeyError:
    logger.exception("failed with %s", KEY)
logger.debug("an object that %s", Holds())
logger.info("a dict %(key)s", {"key": KEY})
logger.info("too many arguments", KEY)
logger.info("with the stack", stack_info=True)
logger.warning(KEY)
del logger
thread = threading.Thread(target=lambda: {}[KEY])
thread.start()
thread.join()
raise RuntimeError(f"last {KEY}")
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    path = tmp_path_factory.mktemp("hush") / "log"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path, KEY], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr, path.read_text()


def test_no_log_record_holds_a_secret_and_each_is_told_otherwise_whole(said):
    _, log = said
    assert KEY not in log
    for line in (
        "ERROR:somebody.else:failed with •••\nTraceback (most recent call last):\n",
        "KeyError: '•••'\n",
        "DEBUG:somebody.else:an object that holds •••\n",
        "INFO:somebody.else:a dict •••\n",
        "INFO:somebody.else:too many arguments ('•••',)\n",
        "Stack (most recent call last):\n",
        "WARNING:somebody.else:•••\n",
    ):
        assert line in log


def test_no_last_words_hold_a_secret(said):
    errors, _ = said
    assert KEY not in errors
    for line in (
        "ValueError: unraisable •••\n",
        "KeyError: '•••'\n",
        "RuntimeError: last •••\n",
    ):
        assert line in errors
    assert errors.count("Traceback (most recent call last)") == 3
