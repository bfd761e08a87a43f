"""`cellblock run` as a person or a program meets it: output, exit codes, bad input, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.jail
COMMAND = [sys.executable, "-m", "cellblock"]
TICK = "def tick(ctx):\n    ctx.log.info(f'tick {ctx.tick.n}')\n"


def cellblock(*arguments, cwd, timeout=60, **more):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        **more,
    )


def events(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def worker(tmp_path):
    path = tmp_path / "my worker.py"
    path.write_text(TICK)
    return path


def test_json_prints_one_documented_object_a_line_and_nothing_else(worker, tmp_path):
    done = cellblock("run", worker, "--interval", "1s", "--ticks", 2, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = events(done)
    assert [item["event"] for item in found] == [
        "worker",
        "log",
        "tick",
        "log",
        "tick",
        "worker",
        "exit",
    ]
    started, line, tick = found[:3]
    assert started["state"] == "started"
    assert started["name"] == "my-worker"
    assert (line["level"], line["message"]) == ("info", "tick 0")
    assert set(tick) == {
        "event",
        "n",
        "outcome",
        "duration_ms",
        "late_ms",
        "skipped",
        "error",
        "traceback",
    }
    assert (tick["n"], tick["outcome"], tick["error"]) == (0, "done", None)
    assert found[-1] == {"event": "exit", "code": 0, "ticks": 2}


def test_what_a_worker_draws_is_an_event_and_no_line_of_the_log(tmp_path):
    path = tmp_path / "w.py"
    path.write_text(
        "def tick(ctx):\n    ctx.monitor.render(['\\x1b[2J<b>', ctx.monitor.metric('m', 1)])"
    )
    done = cellblock("run", path, "--ticks", 1, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (drawn,) = (item for item in events(done) if item["event"] == "monitor")
    assert set(drawn) == {"event", "at", "widgets"}
    assert [item["type"] for item in drawn["widgets"]] == ["text", "metric"]
    assert "\x1b" not in done.stdout
    done = cellblock("run", path, "--ticks", 1, cwd=tmp_path)
    assert "<b>" not in done.stdout


def test_the_live_log_shows_time_level_message_outcome_and_duration(worker, tmp_path):
    done = cellblock("run", worker, "--interval", "1s", "--ticks", 1, cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert any(line[2:9:3] == "::" + line[8] and "info   tick 0" in line for line in lines)
    assert any("tick 0 done in " in line and line.endswith(" ms") for line in lines)
    assert lines[-1] == "1 tick run, exit code 0"


def test_a_failing_tick_shows_the_workers_lines_and_the_exit_code_is_1(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("def tick(ctx):\n    x = {}\n    return x['price']\n")
    done = cellblock("run", path, "--interval", "1s", "--ticks", 1, cwd=tmp_path)
    assert done.returncode == 1
    assert 'File "bad.py", line 3, in tick' in done.stdout
    assert "return x['price']" in done.stdout
    assert "KeyError: 'price'" in done.stdout
    assert "cellblock/" not in done.stdout


def test_what_check_finds_is_told_before_the_run(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("def tick(ctx):\n    import os\n")
    done = cellblock("run", path, "--ticks", 1, "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert "w.py:2:5: import of os is not allowed (no system access)" in done.stderr
    tick = next(item for item in events(done) if item["event"] == "tick")
    assert tick["error"].startswith("ImportError: Import of os is not allowed in worker sandbox.")


@pytest.mark.parametrize(
    ("source", "words", "code"),
    [
        (None, "there is no file", 2),
        ("DIRECTORY", "is a directory; name a worker's .py file", 2),
        (b"\xff\xfe\x00", "is not UTF-8 text at byte 0; save it as UTF-8", 1),
        (b"", "w.py is empty; write at least `def tick(ctx): ...`", 1),
        (b"  \n", "w.py is empty", 1),
        (b"x = 1\0", "holds NUL bytes", 1),
        (b"#" * 2_000_000, "w.py has 2,000,000 bytes; a worker's source has at most 1,000,000", 1),
    ],
)
def test_a_source_that_is_none_gets_one_line_and_the_right_code(tmp_path, source, words, code):
    path = tmp_path / "w.py"
    if source == "DIRECTORY":
        path.mkdir()
    elif source is not None:
        path.write_bytes(source)
    done = cellblock("run", path, "--state", "sqlite:///s.db", cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "s.db").exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1", "there is no function tick"),
        ("def tick(): pass", "tick cannot be called as tick(ctx)"),
        ("def tick(ctx:\n", "SyntaxError"),
        ("def tick(ctx): pass\nimport socket", "Import of socket is not allowed"),
        ("(" * 100_000, "Error"),
        ("x = " + "-" * 500_000 + "1", "Error"),
        ("def tick(ctx): pass\nwhile True: pass", "deadline"),
    ],
)
def test_a_worker_that_cannot_start_ends_with_code_1(tmp_path, source, words):
    path = tmp_path / "w.py"
    path.write_text(source)
    done = cellblock("run", path, "--ticks", 1, "--tick-timeout", "2s", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    found = events(done)
    assert words in found[0]["message"]
    assert found[-1] == {"event": "exit", "code": 1, "ticks": 0}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--interval", "0"],
            "an interval of 0 s is outside what a worker can have; choose 1 s to 1 h",
        ),
        (["--interval", "2h"], "an interval of 7200 s is outside what a worker can have"),
        (["--interval", "soon"], "--interval 'soon' is no time; write it as 500ms, 5s, 2m or 1h"),
        (["--memory", "lots"], "--memory 'lots' is no size; write it as 256MB or 1GB"),
        (["--memory", "1KB"], "a worker cannot live in 1,000 bytes; give it 16,000,000 to "),
        (["--memory", "99999999999GB"], "a worker cannot live in"),
        (["--files", ""], "the files directory has no name"),
        (["--tick-timeout", "0s"], "tick_timeout_s of 0 s cannot be"),
        (["--ticks", "0"], "--ticks"),
        (["--frobnicate"], "No such option: --frobnicate; see `cellblock run --help`"),
        (
            ["--state", "mysql://me:secret@x"],
            "'mysql://•••@x' names no state store; write memory, sqlite:///relative.db",
        ),
        (["--state", "sqlite:////proc/x.db"], "the state file /proc/x.db cannot be used"),
        (
            ["--state", "sqlite:///not-a-db"],
            "the state file not-a-db cannot be used: file is not a database",
        ),
        (["--files", "nowhere"], "there is no directory nowhere; make it: mkdir -p nowhere"),
        (["--files", "link"], "the files directory link is a symbolic link; name "),
        (["--files", "not-a-db"], "not-a-db is no directory"),
        (["--language", "perl"], "there is no language 'perl'; choose contract or full"),
        (["--allow-module", "no_such_module"], "module no_such_module is not installed"),
        (["--allow-builtin", "nope"], "'nope' is no builtin"),
        (["--set", "novalue"], "--set 'novalue' is no setting; write it as --set symbol=BTCUSDT"),
    ],
)
def test_an_option_that_cannot_be_gets_one_line_and_code_2(worker, tmp_path, options, words):
    (tmp_path / "not-a-db").write_text("hello, this is no database at all" * 50)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    done = cellblock("run", worker, "--ticks", 1, *options, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.glob("*.db"))


def test_ctrl_c_ends_the_run_cleanly(worker, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", str(worker), "--interval", "1s", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"tick"' in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert [json.loads(line)["event"] for line in rest.splitlines()][-2:] == ["worker", "exit"]


def test_ctrl_c_ends_a_tick_that_hangs(tmp_path):
    path = tmp_path / "hang.py"
    path.write_text(
        "def tick(ctx):\n    ctx.log.info('in'); ctx.log.flush()\n    while True: pass\n"
    )
    process = subprocess.Popen(
        [*COMMAND, "run", str(path), "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"in"' in line:
            break
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    found = [json.loads(line) for line in rest.splitlines()]
    assert [item["event"] for item in found] == ["worker", "exit"]
    assert found[0]["state"] == "stopped"
    assert found[1]["ticks"] == 0


def test_killing_the_host_leaves_no_process(worker, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", str(worker), "--interval", "1s", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    pid = next(item["pid"] for item in map(json.loads, process.stdout) if item["event"] == "worker")
    process.kill()
    process.wait()
    process.stdout.close()
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state in "ZX":
            return
        os.sched_yield()
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("the worker outlived its host")


def test_a_reader_that_goes_away_ends_the_run_quietly(worker, tmp_path):
    for form in ("--json", ""):
        command = f"{sys.executable} -m cellblock run '{worker}' --interval 1s {form} | head -1"
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            timeout=30,
            cwd=tmp_path,
            check=False,
        )
        assert done.stderr == ""
        assert len(done.stdout.splitlines()) == 1


def test_a_pipe_as_source_is_refused(tmp_path):
    os.mkfifo(tmp_path / "w.py")
    done = cellblock("run", tmp_path / "w.py", cwd=tmp_path)
    assert (done.returncode, "is no regular file" in done.stderr) == (2, True)


def test_settings_reach_the_worker(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("def tick(ctx):\n    print(dict(ctx.config))")
    done = cellblock(
        "run", path, "--ticks", 1, "--json", "--set", "n=3", "--set", "s=BTC USDT", cwd=tmp_path
    )
    assert events(done)[1]["message"] == "{'n': 3, 's': 'BTC USDT'}"


def test_hostile_text_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "w.py"
    path.write_text(
        "def tick(ctx):\n    ctx.log.info('\\x1b[2J\\x07[red]x[/red]\\u202e')\n    raise ValueError('\\x1b]0;own\\x07')"
    )
    done = cellblock("run", path, "--ticks", 1, cwd=tmp_path)
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "\\x1b[2J\\x07[red]x[/red]\\u202e" in done.stdout


def test_state_in_a_file_continues_between_runs(tmp_path):
    path = tmp_path / "w.py"
    path.write_text(
        "def tick(ctx):\n    ctx.state.set('n', ctx.state.get('n', 0) + 1)\n    print(ctx.state.get('n'))"
    )
    shown = [
        events(
            cellblock(
                "run", path, "--ticks", 1, "--state", "sqlite:///s.db", "--json", cwd=tmp_path
            )
        )[1]["message"]
        for _ in range(3)
    ]
    assert shown == ["1", "2", "3"]


def test_the_name_of_the_state_can_be_chosen(worker, tmp_path):
    (tmp_path / "w.py").write_text(
        "def tick(ctx):\n    ctx.state.set('n', ctx.state.get('n', 0) + 1)\n    print(ctx.state.get('n'))"
    )
    for name, shown in (("a", "1"), ("b", "1"), ("a", "2")):
        done = cellblock(
            "run",
            "w.py",
            "--ticks",
            1,
            "--state",
            "sqlite:///s.db",
            "--json",
            "--name",
            name,
            cwd=tmp_path,
        )
        assert events(done)[0]["name"] == name
        assert events(done)[1]["message"] == shown


def test_full_language_is_an_option(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("import dataclasses, ctypes\ndef tick(ctx):\n    open('/etc/passwd')")
    done = cellblock(
        "run",
        path,
        "--ticks",
        1,
        "--language",
        "full",
        "--test-preload",
        "ctypes",
        "--json",
        cwd=tmp_path,
    )
    tick = next(item for item in events(done) if item["event"] == "tick")
    assert tick["error"] == "PermissionError: [Errno 13] Permission denied: '/etc/passwd'"
