"""Limits that show only from one end to the other."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from cellblock import Sandbox, limits
from cellblock.outcome import LogLine
from cellblock.supervisor.said import Said

pytestmark = pytest.mark.jail


def test_an_outcome_keeps_the_newest_lines():
    # The rate would drop lines long before so many are kept; what keeps them is looked at.
    said = Said(lambda _line: None)
    for n in range(limits.LOG_LINES_KEPT + 5):
        said.add(LogLine("info", str(n), 0.0))
    lines = said.take()
    assert len(lines) == limits.LOG_LINES_KEPT
    assert lines[-1].message == str(limits.LOG_LINES_KEPT + 4)
    assert said.take() == ()


@pytest.mark.parametrize("room", [limits.LOG_BYTES_KEPT, 0])
def test_an_outcome_keeps_no_more_than_so_much_text(room):
    heard: list[LogLine] = []
    said = Said(heard.append, room)
    wide = "x" * (limits.LOG_MESSAGE_CHARACTERS - 1) + "\U0001f600"  # four bytes a character
    count = limits.LOG_BYTES_KEPT // sys.getsizeof(wide) + 100
    for n in range(count):
        said.add(LogLine("info", f"{n} {wide}", 0.0))
    lines = said.take()
    assert sum(sys.getsizeof(line.message) for line in lines) <= room
    assert len(lines) > 400 or not room
    assert lines == tuple(heard[len(heard) - len(lines) :])
    assert said.count == len(heard) == count
    said.add(heard[0])
    assert len(said.take()) == (1 if room else 0)


def test_one_write_carries_so_much_and_the_rest_is_appended(bench, tmp_path):
    code = """
print(ctx.files.write("a", "x" * 5_000_001))
print(ctx.files.write("a", "x" * 5_000_000), ctx.files.write("a", "y", append=True))
"""
    assert bench.output(code, files=tmp_path).splitlines() == [
        "{'error': 'one write carries 5,000,000 bytes, not 5,000,001; write the rest with append=True', 'code': 'too_large'}",
        "{'path': 'a', 'size': 5000000} {'path': 'a', 'size': 5000001}",
    ]


def test_a_workspace_holds_so_many_files(bench, tmp_path):
    for n in range(limits.FILES_WORKSPACE_ENTRIES):
        (tmp_path / str(n)).touch()
    code = "print(ctx.files.write('one more', 'x')['code'], ctx.files.write('0', 'x')['size'])"
    assert bench.output(code, files=tmp_path) == "quota 1"


def test_a_slow_adapter_is_given_up(monkeypatch):
    async def forever():
        await asyncio.sleep(3600)

    async def work():
        async with Sandbox(adapters={"slow": {"call": forever}}, preload=()) as sandbox:
            return await sandbox.run("ctx.slow.call()")

    monkeypatch.setattr("cellblock.broker.broker.ADAPTER_TIMEOUT_S", 0.2)
    assert str(asyncio.run(work()).failure) == "RuntimeError: ctx.slow gave no answer within 0.2 s"


def test_a_traceback_is_cut(bench):
    code = "\n".join(f"def f{n}():\n    f{n + 1}()  # {'x' * 290}" for n in range(60))
    code += "\ndef f60(): raise ValueError('m' * 9000)\ntry: f0()\nexcept Exception as e: raise TypeError('n' * 9000) from e"
    outcome = bench.run(code)
    assert outcome.failure.type == "TypeError"
    assert len(outcome.failure.traceback) <= limits.FAILURE_TEXT_CHARACTERS
    assert "more frames" in outcome.failure.traceback


def test_the_interval_is_ten_seconds_unless_asked():
    done = subprocess.run(
        [sys.executable, "-m", "cellblock", "run", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert limits.INTERVAL_DEFAULT_S == 10
    assert "10s" in done.stdout
