"""The service as a process: deployed to, looked at, rolled back, ended in every way, begun again."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from journeys import storm_ledger
from journeys.serving import Serving, family, wait_for

pytestmark = [pytest.mark.jail, pytest.mark.slow]

COUNTER = """
def tick(ctx):
    count = ctx.state.get("count", 0) + ctx.config.get("step", 1)
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""


@pytest.fixture
def serving(tmp_path):
    served = Serving(tmp_path / "data")
    yield served
    served.close()


def command(serving: Serving, *arguments: object, code: int = 0, **options: Any) -> str:
    """Run a command against the service; gives what it wrote to stdout."""
    done = subprocess.run(
        [*(sys.executable, "-m", "cellblock"), *map(str, arguments), "--data", str(serving.data)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        **options,
    )
    assert done.returncode == code, (arguments, done.stdout, done.stderr)
    return done.stdout


def messages(serving: Serving, name: str) -> list[str]:
    return [line["message"] for line in serving.pages(f"/workspaces/default/workers/{name}/logs")]


def count(serving: Serving, name: str) -> int:
    answer = serving.ask("GET", f"/workspaces/default/workers/{name}/state")
    if not answer["items"]:
        return 0
    got = serving.ask("GET", f"/workspaces/default/workers/{name}/state/count")
    return got["value"] if isinstance(got, dict) else got


def test_the_first_start_makes_what_is_needed_and_a_second_service_is_refused(serving):
    serving.start()
    token = serving.data / "admin.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert stat.S_IMODE((serving.data / "server.json").stat().st_mode) == 0o600
    assert serving.token not in serving.said  # no terminal is there, and a log is kept
    health = serving.ask("GET", "/health")
    assert health["facts"]["workers"] == {}
    system = serving.ask("GET", "/system")
    assert {layer["name"] for layer in system["layers"] if layer["on"]} >= {"seccomp", "rlimits"}
    assert [one["worn"] for one in system["zygotes"] if one["flavour"] == "laden"] == [False]
    assert {one["name"] for one in system["stores"] if one["bytes"]} >= {"records", "state"}
    assert [one["name"] for one in serving.pages("/workspaces")] == ["default"]
    second = subprocess.run(
        [sys.executable, "-m", "cellblock", "serve", "--data", serving.data, "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 2
    assert f"process {serving.pid} serves {serving.data} already at {serving.url}" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert serving.stop() == 0
    assert not (serving.data / "server.json").exists()
    first = serving.token
    serving.start()
    assert serving.token == first
    assert serving.ask("GET", "/tokens/self")["role"] == "admin"


def test_from_deploy_to_ticks_logs_rollback_and_a_restart_of_the_service(serving, tmp_path):
    serving.start()
    file = tmp_path / "counter.py"
    file.write_text(COUNTER)
    command(serving, "deploy", file, "--interval", "1s", "--set", "step=1")
    wait_for(lambda: "counted to 2" in messages(serving, "counter"))
    file.write_text(COUNTER.replace("counted", "really counted"))
    command(serving, "deploy", file, "--interval", "1s", "--set", "step=100")
    wait_for(lambda: any("really counted to 10" in line for line in messages(serving, "counter")))
    assert [one["number"] for one in serving.pages("/workspaces/default/workers/counter/versions")]
    command(serving, "rollback", "counter")
    wait_for(lambda: serving.worker("counter")["running_version"] == 1)
    before = serving.worker("counter")
    assert before["version"]["number"] == 1
    assert before["settings"]["config"] == {"step": 1}
    serving.deploy("resting", COUNTER, interval_s=1.0)
    serving.ask("POST", "/workspaces/default/workers/resting/stop")
    wait_for(lambda: serving.worker("resting")["state"] == "stopped")
    assert serving.stop() == 0
    serving.start()
    assert "1 worker goes on" in serving.said
    reached = count(serving, "counter")
    assert reached > 100
    wait_for(lambda: count(serving, "counter") > reached)
    after = serving.worker("counter")
    assert after["settings"] == before["settings"]
    assert after["version"] == before["version"]
    assert serving.worker("resting")["state"] == "stopped"
    numbers = [run["n"] for run in serving.pages("/workspaces/default/workers/counter/runs")]
    assert len(set(numbers)) == len(numbers)
    live = {row["name"]: row for row in serving.ask("GET", "/live")["workers"]}
    assert live["resting"]["state"] == "stopped"
    assert live["counter"]["pid"] == serving.worker("counter")["pid"]
    assert len(live["counter"]["recent"]) > reached / 100  # also those of before the restart
    listed = json.loads(command(serving, "ps", "--json"))
    assert {"counter", "resting"} == {one["name"] for one in listed}


LONG = """
import time

def tick(ctx):
    ctx.state.set("begun", ctx.tick.n)
    time.sleep(3)
    ctx.state.set("ended", ctx.tick.n)
"""


def test_a_signal_lets_a_running_tick_end(serving):
    serving.start()
    serving.deploy("long", LONG, interval_s=1.0)
    wait_for(lambda: state(serving, "long"))
    assert serving.stop() == 0
    serving.start()
    serving.ask("POST", "/workspaces/default/workers/long/stop")
    kept = state(serving, "long")
    runs = list(serving.pages("/workspaces/default/workers/long/runs"))
    assert runs[-1]["outcome"] == "done"
    assert kept["ended"] >= runs[-1]["n"]


def state(serving: Serving, name: str) -> dict[str, Any]:
    """Read all the state of a worker."""
    text = serving.ask("GET", f"/workspaces/default/workers/{name}/state-export")
    entries = [json.loads(line) for line in str(text).splitlines() if line]
    return {entry["key"]: entry["value"] for entry in entries if "key" in entry}


ENDLESS = """
def tick(ctx):
    ctx.state.set("begun", True)
    while True:
        pass

def on_error(ctx, error):
    ctx.log.warn(f"ended by {error.kind}")
"""


def test_a_signal_ends_a_tick_that_does_not_end_and_on_error_is_called(serving):
    serving.start()
    serving.deploy("endless", ENDLESS, interval_s=1.0)
    wait_for(lambda: state(serving, "endless"))
    begun = time.monotonic()
    assert serving.stop() == 0
    assert 9 < time.monotonic() - begun < 25
    serving.start()
    assert any("ended by" in line for line in messages(serving, "endless"))


def test_a_second_signal_ends_at_once_and_leaves_no_process(serving):
    serving.start()
    serving.deploy("endless", ENDLESS, interval_s=1.0)
    wait_for(lambda: state(serving, "endless"))
    below = [pid for pids in family(serving.pid) for pid in pids]
    assert serving.process is not None
    serving.process.send_signal(signal.SIGTERM)
    wait_for(lambda: "stopping" in serving.said)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(5) == 128 + signal.SIGTERM
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below), 10)


def test_a_killed_host_leaves_no_process_and_the_next_goes_on(serving):
    serving.start()
    serving.deploy("counter", COUNTER, interval_s=1.0)
    wait_for(lambda: count(serving, "counter") > 1)
    zygotes, workers = family(serving.pid)
    assert zygotes
    assert workers
    reached = count(serving, "counter")
    serving.kill()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in [*zygotes, *workers]), 10)
    serving.start()
    assert count(serving, "counter") >= reached
    wait_for(lambda: count(serving, "counter") > reached + 1)


def test_a_connection_that_is_changed_is_used_within_seconds_whoever_changed_it(tmp_path):
    site = storm_ledger.install(tmp_path / "site")
    serving = Serving(tmp_path / "data", site=site)
    first, second, third = (tmp_path / f"{n}.jsonl" for n in "abc")
    where = "/workspaces/default/connections/ledger/main"
    try:
        serving.start()
        refused = serving.ask(
            "PUT",
            "/workspaces/default/workers/w",
            422,
            json={"source": storm_ledger.WORKER, "settings": {"connect": ["ledger"]}},
        )
        assert refused["slug"] == "no-connection"
        serving.ask("PUT", where, json={"settings": {"path": str(first)}, "secrets": {}})
        serving.deploy("w", storm_ledger.WORKER, interval_s=1.0, connect=["ledger"])
        wait_for(first.exists)
        serving.ask("PUT", where, json={"settings": {"path": str(second)}, "secrets": {}})
        wait_for(second.exists, 10)
        subprocess.run(
            [
                *(sys.executable, "-m", "cellblock", "connect", "ledger"),
                *("--path", str(third), "--data", str(serving.data)),
            ],
            env=serving.environment,
            check=True,
            capture_output=True,
            timeout=60,
        )
        wait_for(third.exists, 15)
        numbers = [
            json.loads(line)["n"]
            for file in (first, second, third)
            for line in file.read_text().splitlines()
            if '"begin"' in line
        ]
        assert sorted(set(numbers)) == numbers
    finally:
        serving.close()


def test_what_keeps_it_from_starting_is_told_in_one_line(tmp_path):
    for options, said in (
        (["--host", "0.0.0.0"], "tokens would cross the network"),
        (["--state", "sqlite:///no/such/folder/state.db"], "state file"),
        (["--allow-module", "nosuchmodule"], "nosuchmodule is not installed"),
        (["--tls-cert", "nothing.pem"], "TLS needs a certificate and its key"),
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "cellblock", "serve", "--port", "0"),
                *("--data", str(tmp_path / "data"), *options),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
