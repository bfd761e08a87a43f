"""The whole way: the example worker on real candles, killed in the middle, continues its state."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.jail
EXAMPLE = Path(__file__).parents[2] / "examples" / "momentum.py"


def _expected(path, fast=5, slow=20, ticks=20):
    """Positions by plain arithmetic over the same candles, with no pandas."""
    closes = [float(line.split(",")[4]) for line in path.read_text().splitlines()[1:]]
    found = []
    for seen in range(slow + 1, slow + 1 + ticks):
        window = closes[:seen]
        gap = sum(window[-fast:]) / fast - sum(window[-slow:]) / slow
        found.append("long" if gap > 0 else "short")
    return found


@pytest.mark.slow
def test_momentum_runs_twenty_ticks_and_survives_a_kill(candles, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    shutil.copyfile(candles, files / "candles.csv")
    assert (files / "candles.csv").stat().st_size > 100_000  # more than two pages
    database = tmp_path / "momentum.db"
    command = [sys.executable, "-m", "cellblock", "run", str(EXAMPLE), "--files", str(files)]
    command += ["--state", f"sqlite:///{database}", "--interval", "1s", "--ticks", "20", "--json"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    events, pid = [], None
    for line in process.stdout:
        event = json.loads(line)
        events.append(event)
        if event["event"] == "worker" and event["state"] == "started":
            pid = event["pid"]
        if event["event"] == "tick" and event["n"] == 9:
            os.kill(pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert errors == ""

    ticks = [event for event in events if event["event"] == "tick"]
    assert len(ticks) == 20
    assert events[-1] == {"event": "exit", "code": 0, "ticks": 20}
    moves = [event["state"] for event in events if event["event"] == "worker"]
    assert moves == ["started", "restarted", "stopped"]
    lost = [tick for tick in ticks if tick["outcome"] != "done"]
    assert all(tick["outcome"] == "crash" for tick in lost)
    assert len(lost) <= 1

    expected = _expected(candles, ticks=20 - len(lost))
    state = dict(
        sqlite3.connect(database).execute("SELECT key, value FROM state WHERE worker = 'momentum'")
    )
    assert json.loads(state["seen"]) in {20 + 20, 20 + 20 - len(lost)}
    assert json.loads(state["position"]) == expected[json.loads(state["seen"]) - 21]
    signals = [
        e["message"].split("-> ")[1].split(" ")[0]
        for e in events
        if e["event"] == "log" and "->" in e["message"]
    ]
    turns = [
        now for before, now in zip(["flat", *expected], expected, strict=False) if now != before
    ]
    assert signals == turns
    assert json.loads(state["trades"]) == len(turns)
