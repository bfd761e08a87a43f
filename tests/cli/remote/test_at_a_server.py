"""The commands at a real server, as a person types them."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time

import pytest

from cli.remote.conftest import until

pytestmark = [pytest.mark.jail, pytest.mark.slow]

COUNTING = """
def tick(ctx):
    n = ctx.state.get("n", 0) + 1
    ctx.state.set("n", n)
    ctx.log.info(f"tick {n} for {ctx.config.get('symbol')}")
    ctx.log.warn("red \\x1b[31m")
"""
FAILING = "def tick(ctx):\n    raise ValueError('no \\x1b[2J price')\n"


@pytest.fixture
def worker(away):
    """Write a source, and give its file."""

    def worker(name, source=COUNTING):
        path = away / f"{name}.py"
        path.write_text(source)
        return path

    return worker


def test_a_worker_is_deployed_watched_changed_and_rolled_back(run, well, worker):
    path = worker("journey")
    told = well("deploy", path, "--interval", "1s", "--set", "symbol=BTCUSDT", "--wait")
    assert told.startswith("journey  new: version 1 (")
    assert told.endswith("), every 1s, starts\n")
    assert well("deploy", path) == "journey  unchanged: version 1\n"
    until(lambda: "tick 2 for BTCUSDT" in well("logs", "journey"))
    logs = well("logs", "journey", "--level", "warn", "-n", "1")
    assert logs.rstrip().endswith("warn  red \\x1b[31m")
    assert well("deploy", path, "--interval", "2s") == (
        "journey  version 1 → 2: interval_s 1 → 2\n"
    )
    path.write_text(COUNTING.replace("tick {n}", "TICK {n}"))
    told = well("deploy", path, "--note", "louder", "--wait")
    assert told == "journey  version 2 → 3: source +1 −1\n"
    assert "louder" in well("versions", "journey")
    assert well("versions", "journey", "--source", "3") == path.read_text()
    diff = well("diff", "journey")
    assert '-    ctx.log.info(f"tick {n}' in diff
    assert '+    ctx.log.info(f"TICK {n}' in diff
    assert "+ interval_s = 2.0" in well("diff", "journey", "1", "2")
    assert well("rollback", "journey") == "journey  version 3 → 2\n"
    first = json.loads(well("versions", "journey", "--json"))[-1]["hash"]
    assert well("rollback", "journey", first) == "journey  version 2 → 1\n"
    assert well("rollback", "journey", "2") == "journey  version 1 → 2\n"
    assert "+ interval_s = 2.0" in well("diff", "journey", first, "2")
    for command in ("rollback", "diff"):
        assert "'1x' names no version; write its number" in run(command, "journey", "1x").err
    assert well("rollback", "journey", "1") == "journey  version 2 → 1\n"
    until(lambda: "done" in well("runs", "journey", "-n", "2"))
    assert "runs" in well("runs", "journey", "--statistics")
    found = json.loads(well("ps", "--json"))
    assert [item["version"]["number"] for item in found if item["name"] == "journey"] == [1]


def test_a_broken_source_is_refused_with_its_lines_and_changes_nothing(run, worker):
    path = worker("broken", "import os\ndef tick(ctx):\n    open('x')\n")
    done = run("deploy", path)
    assert (done.code, done.out) == (1, "")
    lines = done.err.splitlines()
    assert lines[0] == "broken.py:1:1: error import of os is not allowed; no system access"
    assert lines[-1] == (
        "cellblock: broken was not deployed: 2 errors in broken.py; put the lines above right"
    )
    assert run("versions", "broken").code == 2
    done = run("deploy", path, "--check-only")
    assert (done.code, done.err.count("broken.py:")) == (1, 2)


def test_waiting_ends_when_a_worker_fails(run, worker):
    path = worker(
        "unable",
        "def setup(ctx):\n    raise ValueError('no \\x1b[2J price')\ndef tick(ctx): pass\n",
    )
    done = run("deploy", path, "--interval", "1s", "--max-errors", "1", "--wait")
    assert done.code == 1
    assert "unable is " in done.err
    assert "\x1b" not in done.err


def test_a_file_of_workers_is_deployed_and_one_that_is_wrong_keeps_no_other(run, worker, away):
    worker("good")
    worker("bad", "import os\ndef tick(ctx): pass\n")
    (away / "cellblock.toml").write_text(
        'interval = "5s"\n[worker.f-bad]\nsource = "bad.py"\n[worker.f-good]\nsource = "good.py"\n'
        'start = false\n[worker.f-good.config]\nsymbol = "X"\n'
    )
    done = run("deploy")
    assert done.code == 1
    assert "f-good  new: version 1" in done.out
    assert "every 5s, is stopped" in done.out
    assert "cellblock: f-bad: f-bad was not deployed: 1 error in bad.py" in done.err
    assert run("deploy", "f-good").out == "f-good  unchanged: version 1\n"


def test_workers_are_listed_by_a_state_that_there_is(run):
    wrong = run("ps", "--state", "runing")
    assert wrong.err == "cellblock: --state 'runing' is none that there is; do you mean running?\n"
    found = run("ps", "--state", "quarantined")
    assert found.out == "There is no worker that is quarantined in workspace default.\n"


def test_a_worker_is_listed_by_each_word_that_the_list_shows(well, worker):
    well("deploy", worker("words"), "--no-start")
    shown = "There is no worker that is held in workspace default.\n"
    assert well("ps", "--state", "held") == shown
    well("start", "words")
    assert "is held (paused by you)" in well("pause", "words")
    assert "words" in well("ps", "--state", "held")
    [held] = json.loads(well("ps", "--state", "held", "--json"))
    assert held["desired"] == "paused"
    well("rm", "words")
    assert "words" in well("ps", "--state", "deleted")


def test_settings_are_changed_without_the_source(run, well, worker):
    well("deploy", worker("tuned"), "--no-start", "--interval", "5s", "--set", "a=1")
    told = well("set", "tuned", "--interval", "10s", "--set", "b=2", "--max-errors", "3")
    assert told.startswith("tuned  version 1 → 2: ")
    assert "interval_s 5 → 10" in told
    [found] = [item for item in json.loads(well("ps", "--json")) if item["name"] == "tuned"]
    assert found["settings"]["config"] == {"a": 1, "b": 2}
    assert found["settings"]["limits"]["max_errors"] == 3
    assert "unchanged: version 2" in well("set", "tuned", "--interval", "10s")
    assert "cron" in well("set", "tuned", "--cron", "0 9 * * *")
    assert "nothing is to be changed" in run("set", "tuned").err
    assert "there is no worker 'nobody'" in run("set", "nobody", "--interval", "5s").err


def test_two_deploys_at_once_make_no_version_unseen(run, well, worker):
    path = worker("twice")
    well("deploy", path, "--no-start")
    path.write_text(path.read_text() + "# more\n")
    found = json.loads(well("deploy", path, "--json"))
    assert [item["worker"]["version"]["number"] for item in found] == [2]


def test_workers_are_stopped_started_removed_and_restored_by_name(run, well, worker):
    path = worker("moves")
    well("deploy", path, "--interval", "1s", "--wait")
    done = run("stop", "moves", "nobody-there")
    assert (done.code, done.out) == (2, "moves is to stop\n")
    assert done.err.startswith("cellblock: nobody-there: there is no worker 'nobody-there'")
    until(lambda: state_of(well, "moves") == "stopped")
    assert run("tick", "moves").code == 2
    well("start", "moves")
    until(lambda: state_of(well, "moves") == "running")
    well("tick", "moves")
    until(lambda: "manual" in well("runs", "moves"))
    well("pause", "moves")
    well("resume", "moves")
    well("restart", "moves")
    assert "is deleted; `cellblock restore moves` brings it back within 24h" in well("rm", "moves")
    assert "is back" in well("restore", "moves")


def state_of(well, name):
    found = {item["name"]: item["state"] for item in json.loads(well("ps", "--json"))}
    return found[name]


def test_state_is_read_written_and_moved(run, well, worker, away):
    well("deploy", worker("keeper"), "--no-start")
    well("state", "set", "keeper", "a/b c", '{"x": [1, 12345678901234567890123]}')
    well("state", "set", "keeper", "text", "-", stdin="plain")
    assert json.loads(well("state", "get", "keeper", "a/b c")) == {
        "x": [1, 12345678901234567890123]
    }
    assert well("state", "get", "keeper", "text") == '"plain"\n'
    assert [line.split()[0] for line in well("state", "ls", "keeper").splitlines()] == [
        "KEY", "a/b", "text",
    ]  # fmt: skip
    done = run("state", "export", "keeper", "--output", "out.ndjson")
    assert (done.code, done.err) == (0, "2 keys of keeper exported\n")
    assert stat.S_IMODE((away / "out.ndjson").stat().st_mode) == 0o600
    done = run("state", "import", "out.ndjson", "keeper")
    assert done.code == 2
    assert "--replace puts the import in its place" in done.err
    well("state", "rm", "keeper", "text")
    done = run("state", "import", "out.ndjson", "--name", "keeper", "--replace")
    assert (done.code, done.err) == (0, "2 keys of keeper imported\n")
    assert run("state", "export").code == 2
    (away / "bad.ndjson").write_text("{}\n")
    assert "line 1" in run("state", "import", "bad.ndjson", "keeper", "--replace").err


def test_files_go_there_and_back_whole(run, well, away):
    content = os.urandom(200_000)
    (away / "data.bin").write_bytes(content)
    well("files", "put", "data.bin", "sub/x.bin")
    assert "sub/x.bin" in well("files", "ls")
    well("files", "get", "sub/x.bin", "-o", "back.bin")
    assert (away / "back.bin").read_bytes() == content
    assert run("files", "get", "sub/x.bin", "-o", "back.bin").code == 2
    well("files", "rm", "sub/x.bin")
    assert run("files", "get", "sub/x.bin", "-o", "-").code == 2
    assert run("files", "get", "../../etc/passwd", "-o", "-").code == 2
    assert run("files", "put", "none.bin").code == 2


def test_tokens_open_what_they_are_for_and_a_login_is_kept_for_its_owner(run, well, server, away):
    done = run(
        "tokens", "create", "viewer-1", "-w", "default", "--role", "viewer", "--expires", "1h"
    )
    token = done.out.strip()
    assert token.startswith("cb_")
    assert "cb_" not in done.err
    assert "viewer-1" in well("tokens", "ls")
    told = well("login", server.url, "--token-file", "-", stdin=token, at=())
    assert "viewer of workspace default" in told
    path = away / "config" / "cellblock" / "login.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    well("ps", at=())
    far = ("--server", server.url, "--token-file", "-")
    well("logs", "-n", "0", at=far, stdin=token)
    refused = run("stop", "x", at=())
    assert refused.code == 2
    assert "ask for a token with a greater role" in refused.err
    well("tokens", "revoke", "viewer-1")
    refused = run("ps", at=())
    assert (refused.code, token in refused.err) == (2, False)
    assert "refuses the token" in refused.err
    assert "logged out" in well("logout", at=())
    assert "cellblock serve" in run("ps", at=()).err
    assert run("login", server.url, "--token-file", "-", stdin="cb_wrong", at=()).code == 2
    assert not path.exists()


def test_workspaces_hooks_alerts_and_the_audit_log(run, well, worker):
    well("workspaces", "create", "desk-1", "--keep", "7d", "--keep-size", "100MB")
    assert "7d" in well("workspaces", "ls")
    well("workspaces", "set", "desk-1", "--keep", "3d")
    well("deploy", worker("hooked"), "--no-start", "-w", "desk-1")
    done = run("hooks", "add", "hooked", "-w", "desk-1", "--name", "tv", "--signed")
    url, secret = done.out.splitlines()
    assert "/hooks/" in url
    assert secret
    assert "tv" in well("hooks", "ls", "hooked", "-w", "desk-1")
    well("hooks", "rm", "hooked", "tv", "-w", "desk-1")
    well("alerts", "add", "down", "--on", "paused", "--on", "late", "--log", "-w", "desk-1")
    assert "paused, late" in well("alerts", "ls", "-w", "desk-1")
    well("alerts", "rm", "down", "-w", "desk-1")
    assert run("workspaces", "rm", "desk-1").code == 2
    assert "hook.create" in well("audit", "-w", "desk-1")
    assert "hooked" in well("ps", "-a")


def test_a_connection_that_is_not_there_is_made_by_the_command_that_is_told(
    well, run, server, worker
):
    path = worker("asking", "def tick(ctx): ctx.telegram.send('x')")
    well("workspaces", "create", "desk-3")
    told = run("deploy", path, "--connect", "telegram", "-w", "desk-3").err
    assert told.endswith(
        "there is no telegram connection main in workspace desk-3; make it: "
        f"`cellblock connect telegram --workspace desk-3 --data {server.data}`\n"
    )
    well("deploy", path, "--interval", "1s", "-w", "desk-3")
    said = "telegram is not connected: connect it: `cellblock connect telegram`, then"
    until(lambda: said in well("logs", "asking", "-w", "desk-3"))
    logs = well("logs", "asking", "-w", "desk-3")
    assert "tick 0 failed:" in logs
    assert ", line 1, in tick" in logs
    assert "`cellblock deploy` it with --connect telegram" in logs


def test_connections_of_the_server_are_kept_and_their_secrets_never_shown(run, well, server, away):
    at = ("--server", server.url, "--token-file", server.data / "admin.token")
    (away / "keys").write_text("api_key=key-0123456789\napi_secret=secret-0123456789\n")
    (away / "keys").chmod(0o600)
    well("connect", "bybit", "--name", "far", "--demo", "--secrets", "keys", at=at)
    told = well("connect", "bybit", "--name", "far", "--max-order-notional", "5", at=at)
    assert "secrets   api_key, api_secret" in told
    for words in (("list",), ("list", "--json"), ("show", "bybit", "--name", "far")):
        shown = well("connect", *words, at=at)
        assert "api_key" in shown
        assert "0123456789" not in shown
    well("connect", "remove", "bybit", "--name", "far", at=at)
    assert run("connect", "show", "bybit", "--name", "far", at=at).code == 2
    assert not (away / "home").exists()


def test_logs_are_followed_over_a_restart_of_the_server_without_gap_or_double(
    well, server, worker, begin
):
    well("deploy", worker("followed"), "--interval", "1s", "--wait")
    follower = begin("logs", "followed", "-f", "--json", "-n", "5", "--level", "info")
    os.set_blocking(follower.stdout.fileno(), False)
    seen = b""

    def more(count):
        nonlocal seen
        seen += follower.stdout.read() or b""
        return seen.count(b"tick ") >= count

    until(lambda: more(2))
    server.end()
    server.start()
    there = seen.count(b"tick ")
    until(lambda: more(there + 3), 60)
    follower.send_signal(signal.SIGINT)
    follower.wait(20)
    assert follower.returncode == 130
    lines = [json.loads(line) for line in seen.splitlines()]
    ids = [line["id"] for line in lines]
    assert ids == sorted(set(ids))
    ticks = [
        int(line["message"].split()[1]) for line in lines if line["message"].startswith("tick")
    ]
    assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))


def test_top_shows_once_into_a_pipe_and_is_ended_by_q_on_a_terminal(well, server, worker, begin):
    well("deploy", worker("topped"), "--interval", "1s", "--wait")
    shown, _ = begin("top").communicate(timeout=30)
    assert b"topped" in shown
    assert b"\x1b" not in shown
    leader, follower = pty.openpty()
    watching = begin("top", stdin=follower, stdout=follower, stderr=follower)
    os.close(follower)
    seen = b""
    deadline = time.monotonic() + 40
    while b"topped" not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([leader], [], [], 1)[0]:
            seen += os.read(leader, 65_536)
    os.write(leader, b"q")
    while watching.poll() is None:
        assert time.monotonic() < deadline, "q does not end it"
        if select.select([leader], [], [], 0.2)[0]:
            try:
                os.read(leader, 65_536)
            except OSError:
                break
    assert watching.wait(20) == 0
    os.close(leader)


def test_the_shell_completes_names_of_workers(well, server, worker, away):
    well("deploy", worker("completed-one"), "--no-start")
    program = "import sys; sys.argv = ['cellblock']; from cellblock.cli.main import main; main()"
    words = {"COMP_WORDS": f"cellblock stop --data {server.data} completed", "COMP_CWORD": "4"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=dict(os.environ) | words | {"_CELLBLOCK_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout.split() == ["completed-one"]
    assert done.stderr == ""


def test_a_token_from_a_pipe_lasts_for_a_command_that_connects_twice(
    well, server, worker, away, begin
):
    well("deploy", worker("piped"), "--interval", "1s", "--wait")
    command = [sys.executable, "-m", "cellblock", "logs", "piped", "-f", "--server", server.url]
    follower = subprocess.Popen(
        [*command, "--token-file", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    follower.stdin.write(server.token.encode())
    follower.stdin.close()
    try:
        assert b"tick " in b"".join(follower.stdout.readline() for _ in range(3))
    finally:
        follower.kill()
        follower.wait(10)
        follower.stdout.close()


def test_nobody_lists_the_token_among_the_processes(well, server, worker, begin):
    well("deploy", worker("listed"), "--no-start")
    follower = begin("logs", "listed", "-f")
    until(lambda: os.path.exists(f"/proc/{follower.pid}/cmdline"))
    with open(f"/proc/{follower.pid}/cmdline", "rb") as file:
        assert server.token.encode() not in file.read()
