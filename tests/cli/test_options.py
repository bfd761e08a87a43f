"""The plain reading of ``cellblock run``'s options, held to the library that reads all of them."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.cli import app as commands
from cellblock.cli import run
from cellblock.cli.options import Options, plainly
from cellblock.errors import OperatorFault

ALL = (
    *("w.py", "--files", "d", "--state=sqlite:///a=b.db", "--interval", "2s", "--ticks", "7"),
    *("--tick-timeout", "3s", "--memory=1GB", "--max-errors", "4", "--set", "a=1", "--set=b=c d"),
    *("--name", "n", "--language", "full", "--allow-module", "x", "--allow-module=y"),
    *("--allow-builtin", "z", "--no-require-landlock", "--json", "--connect", "http=a"),
    *("--connect", "bybit", "--offline", "--workspace", "ws", "--data", "f", "--test-preload", "c"),
)
WORDS = st.sampled_from(
    (
        *(*ALL, "", "-", "--", "-h", "--help", "--no", "--tick", "0", "-1", "+3", "1_0", "٣"),
        *("--json=1", "--ticks=", "--set=", "--require-landlock", "--max-errors=08", "--nothing"),
    )
)


def told(arguments):
    """Give what the library makes of them, or None where it refuses or shows help."""
    found = []

    def take(options, _scrub):
        found.append(options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "run_worker", take)
        try:
            commands.command(["run", *arguments], None)
        except OperatorFault:
            return None
    return found[0] if found else None


def test_every_option_is_read_as_the_library_reads_it():
    read = plainly(list(ALL))
    assert read == told(ALL)
    left = [item.name for item in fields(Options) if getattr(read, item.name) == item.default]
    assert left == []
    assert plainly(["w.py"]) == told(["w.py"]) == Options(worker=Path("w.py"))


@given(st.lists(WORDS, max_size=6))
def test_what_is_read_plainly_is_what_the_library_reads(words):
    read = plainly(words)
    if read is not None:
        assert read == told(words)


@pytest.mark.parametrize(
    "words", [[], ["--help"], ["w.py", "v.py"], ["w.py", "--ticks", "0"], ["w.py", "--name"]]
)
def test_what_is_not_plain_is_left_to_the_library(words):
    assert plainly(words) is None


def test_completion_is_the_librarys(monkeypatch):
    monkeypatch.setenv("_CELLBLOCK_COMPLETE", "complete_bash")
    assert plainly(["w.py"]) is None
