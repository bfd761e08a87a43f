"""A disk that is full: workers go on, writes answer errors, the service says so, and recovers."""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest

from journeys import storm_ledger
from journeys.serving import Serving, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.getuid() != 0, reason="a small disk is mounted, which takes root"),
]

STUBBORN = """
def tick(ctx):
    n, before = ctx.tick.n, ctx.state.get("count", 0)
    ctx.ledger.begin(n, before)
    try:
        ctx.state.set("count", before + 1)
        ctx.state.set("ballast", "x" * 20_000 + str(n))
    except RuntimeError as error:
        ctx.log.warn(f"not kept: {error}")
        return
    ctx.ledger.done(n, before + 1)
"""


@pytest.fixture
def small(tmp_path):
    """A disk of 32 MB."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m,mode=700", "none", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def entries(ledger, what):
    if not ledger.exists():
        return []
    found = [json.loads(line) for line in ledger.read_text().splitlines()]
    return [entry for entry in found if entry["what"] == what]


def fill(place):
    """Write until nothing more goes in."""
    with (place / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def test_workers_go_on_over_a_full_disk_and_all_recovers_by_itself(small, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    serving = Serving(small / "data", site=storm_ledger.install(tmp_path / "site"), log=tmp_path)
    try:
        serving.start()
        serving.ask(
            "PUT",
            "/workspaces/default/connections/ledger/main",
            json={"settings": {"path": str(ledger)}, "secrets": {}},
        )
        serving.deploy("w", STUBBORN, interval_s=1.0, connect=["ledger"])
        wait_for(lambda: entries(ledger, "done"))
        fill(small)
        told = time.time()
        wait_for(
            lambda: len([entry for entry in entries(ledger, "begin") if entry["at"] > told]) > 3
        )
        assert not [entry for entry in entries(ledger, "done") if entry["at"] > told + 1.5]
        health = serving.ask("GET", "/health", 503)
        assert any("log lines and runs wait" in problem for problem in health["problems"])
        assert serving.worker("w")["state"] == "running"
        refused = serving.ask(
            "PUT",
            "/workspaces/default/workers/other",
            503,
            json={"source": "def tick(ctx): pass\n" + "#" * 500_000, "settings": {}},
        )
        assert refused["status"] == 503
        (small / "ballast").unlink()
        again = time.time()
        wait_for(lambda: [entry for entry in entries(ledger, "done") if entry["at"] > again])
        wait_for(
            lambda: (
                not any(
                    "log lines and runs wait" in problem
                    for problem in serving.ask("GET", "/health", 503)["problems"]
                )
            )
        )  # that the disk is a small one stays a problem
        lines = list(serving.pages("/workspaces/default/workers/w/logs"))
        assert any(line["at"] > told and "not kept" in line["message"] for line in lines)
        begun = [entry["n"] for entry in entries(ledger, "begin")]
        assert sorted(set(begun)) == begun
        assert serving.stop() == 0
    finally:
        serving.close()
