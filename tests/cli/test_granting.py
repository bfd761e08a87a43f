"""`cellblock run --connect`: which connections a worker gets, and how a run without them says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, str(Path(__file__).with_name("own_kinds.py"))]
WORKER = """
def tick(ctx):
    print(ctx.connected)
    for name in ("weather", "public"):
        if name in ctx.connected:
            print(ctx.weather.now() if name == "weather" else ctx.public.city())
"""


@pytest.fixture
def call(tmp_path):
    """Call the program, with a data directory of its own."""

    def call(*arguments, stdin="", **environment):
        return subprocess.run(
            [*PROGRAM, *arguments],
            cwd=tmp_path,
            input=stdin,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "home"), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


@pytest.fixture
def ran(call, tmp_path):
    """Run the worker for a tick, and give its lines and what stood on stderr."""
    (tmp_path / "w.py").write_text(WORKER)

    def ran(*options, **environment):
        done = call("run", "w.py", "--ticks", "1", "--json", *options, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        lines = [item["message"] for item in found if item["event"] == "log"]
        return lines, done.stderr

    return ran


@pytest.mark.jail
def test_a_worker_gets_what_needs_no_keys_and_what_it_is_connected_to(call, ran, tmp_path):
    lines, said = ran()
    assert lines == [str(["state", "public", "log", "tick", "config"]), "Oslo"]
    assert said == ""
    assert not (tmp_path / "home").exists()
    for name, world in (("north", "demo"), ("south", "live")):
        options = ("--name", name, "--environment", world, "--secrets", "-")
        assert call("connect", "weather", *options, stdin="api_key=0123456789").returncode == 0
    assert call("connect", "public", "--city", "Rome").returncode == 0
    assert ran()[0][1:] == ["Oslo"]
    lines, said = ran("--connect", "weather=north", "--connect", "public")
    assert lines[1:] == [str({"connection": "north", "world": "demo"}), "Rome"]
    assert said == ""
    lines, _ = ran("--connect", "weather=south", "--offline")
    assert "public" not in lines[0]
    assert lines[1:] == [str({"connection": "south", "world": "live"})]
    assert ran("--offline")[0] == [str(["state", "log", "tick", "config"])]


def test_what_is_granted_without_keys_on_a_wish_is_noted(ran):
    lines, said = ran("--connect", "public", "--offline")
    assert lines[1:] == ["Oslo"]
    assert said == "public is granted without keys: workspace default has none\n"


def test_the_only_connection_of_a_kind_is_meant_and_a_workspace_has_its_own(call, ran):
    for workspace in ("default", "desk"):
        options = ("--name", f"of-{workspace}", "--workspace", workspace, "--secrets", "-")
        assert call("connect", "weather", *options, stdin="api_key=0123456789").returncode == 0
    assert "of-default" in ran("--connect", "weather")[0][-2]
    assert "of-desk" in ran("--connect", "weather", "--workspace", "desk")[0][-2]


def test_a_key_of_the_environment_opens_and_is_no_worker_s(call, ran):
    key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    options = ("--secrets", "-")
    made = call("connect", "weather", *options, stdin="api_key=0123456789", CELLBLOCK_KEY=key)
    assert made.returncode == 0
    assert "main" in ran("--connect", "weather", CELLBLOCK_KEY=key)[0][-2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--connect", "weather"],
            (
                "there is no weather connection main in workspace default; "
                "make it: `cellblock connect weather`"
            ),
        ),
        (
            ["--connect", "public=other"],
            (
                "there is no public connection other in workspace default; "
                "make it: `cellblock connect public --name other`"
            ),
        ),
        (
            ["--connect", "wether"],
            "there is no kind of connection 'wether'; the kinds here are public, weather",
        ),
        (["--connect", "public="], "'' cannot be the name of a connection"),
        (["--connect", "public=a b"], "'a b' cannot be the name of a connection"),
        (
            ["--connect", "public", "--connect", "public"],
            "--connect names public twice; a worker has one of each kind",
        ),
        (["--workspace", "A"], "'A' cannot be the name of a workspace"),
        (["--data", ""], "the data directory has no name; name a directory"),
    ],
)
def test_a_connection_that_cannot_be_granted_stops_the_run_before_it_begins(
    call, tmp_path, options, words
):
    (tmp_path / "w.py").write_text(WORKER)
    done = call("run", "w.py", "--ticks", "1", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_of_two_connections_one_must_be_named(call, tmp_path):
    (tmp_path / "w.py").write_text(WORKER)
    for name in ("a", "b"):
        call("connect", "weather", "--name", name, "--secrets", "-", stdin="api_key=0123456789")
    done = call("run", "w.py", "--ticks", "1", "--connect", "weather")
    assert done.returncode == 2
    assert done.stderr == (
        "cellblock: workspace default has the weather connections a, b; "
        "name one, as in --connect weather=a\n"
    )
