"""`cellblock connect` as a person or a program meets it; no secret is shown, whatever happens."""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import re
import secrets
import select
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from cellblock.cli import hush
from cellblock.cli.main import main
from cellblock.compose import catalogue
from cellblock.jail.kernel import process
from cli.own_kinds import KINDS, SPARE

BUILT_IN = catalogue.BUILT_IN
PROGRAM = [sys.executable, str(Path(__file__).with_name("own_kinds.py"))]
KEY, SECRET = "key-" + secrets.token_hex(12), "secret/+=" + secrets.token_hex(12)


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def cellblock(tmp_path, monkeypatch, capsys):
    """Run a command in this process, whose own memory and logging stay as they are."""
    monkeypatch.setattr(catalogue, "BUILT_IN", KINDS)
    monkeypatch.setattr(process, "set_dumpable", lambda _on: None)
    monkeypatch.setattr(hush, "install", lambda _scrub: None)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def cellblock(*arguments, stdin="", **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["cellblock", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        done = Done(ended.value.code, *capsys.readouterr())
        for value in (KEY, SECRET):
            assert value not in done.stdout + done.stderr
        return done

    return cellblock


@pytest.fixture
def run(cellblock):
    """Run a command of ``connect`` that must end well, and give what it printed."""

    def run(*arguments, **more):
        done = cellblock("connect", *arguments, **more)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    return run


@pytest.fixture
def refused(cellblock):
    """Run a command of ``connect`` that must be refused in one line, and give the line."""

    def refused(*arguments, code=2, **more):
        done = cellblock("connect", *arguments, **more)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("cellblock: ")
        assert done.stderr.count("\n") == 1
        return done.stderr[len("cellblock: ") :].rstrip("\n")

    return refused


BOTH = f"api_key={KEY}\napi_secret={SECRET}\n"


def listed(run, *arguments):
    return json.loads(run("list", "--json", *arguments))


def test_a_connection_is_made_of_options_and_piped_secrets(run, tmp_path):
    said = run(
        *("weather", "--name", "north", "--demo", "--max-calls", "5", "--fast", "--note", "a b"),
        *("--stations", "x", "--stations", "y", "--table", '{"a": 1}', "--level", "2"),
        *("--setting-name", "somebody", "--secrets", "-"),
        stdin=BOTH,
    )
    assert said == (
        "weather north is connected in workspace default\n"
        '  settings  environment=demo stations=["x","y"] max_calls=5 fast=true note=a b '
        'table={"a":1} level=2 name=somebody\n'
        "  secrets   api_key, api_secret\n"
        f"  sealed    with the key in {tmp_path}/home/cellblock/key\n"
    )
    (entry,) = listed(run)
    assert entry.pop("created_at") == entry.pop("changed_at") == pytest.approx(time.time(), abs=60)
    assert entry == {
        "kind": "weather",
        "name": "north",
        "settings": {
            "environment": "demo",
            "stations": ["x", "y"],
            "max_calls": 5,
            "fast": True,
            "note": "a b",
            "table": {"a": 1},
            "level": 2,
            "name": "somebody",
        },
        "secrets": ["api_key", "api_secret"],
        "openable": True,
    }
    folder = tmp_path / "home" / "cellblock"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(os.listdir(folder)) == ["connections.db", "key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_help_is_made_of_the_settings_and_has_no_secret_among_the_options(run):
    text = run("weather", "--help")
    for words in (
        "Ask the bureau.",
        "--environment demo|live",
        "Which of the bureau's worlds. [live]",
        "--demo",
        "--stations TEXT",
        "Only these; repeatable.",
        "--max-calls NUMBER",
        "--fast / --no-fast",
        "--table JSON",
        "--level 1|2",
        "--setting-name TEXT",
        "--room TEXT",
        "--most NUMBER",
        "--secrets FILE",
    ):
        assert words in text
    assert "--api-key" not in text
    assert run() == run("--help") == run("-h")
    for words in (
        "weather",
        "Ask the bureau.",
        "public",
        "list",
        "show",
        "remove",
        "rekey",
        "test",
    ):
        assert words in run()
    assert "--secrets" not in run("public", "--help")


def test_the_list_for_people_tells_settings_and_which_secrets_are_set(run, tmp_path):
    assert run("list") == f"Workspace default has no connection in {tmp_path}/home/cellblock.\n"
    assert not (tmp_path / "home").exists()
    run("weather", "--note", "x" * 200, "--secrets", "-", stdin=f"api_key={KEY}")
    run("public")
    head, first, *rest = run("list").splitlines()
    assert head.split() == ["kind", "name", "settings", "secrets", "set", "changed", "(UTC)"]
    assert first.split()[:4] == ["public", "main", "the", "defaults"]
    assert "weather" in rest[0]
    assert "api_key" in rest[0]
    assert sum(line.count("x") for line in rest) == 200


def test_show_tells_the_defaults_too(run):
    run("weather", "--demo", "--secrets", "-", stdin=f"api_key={KEY}")
    text = run("show", "weather")
    assert text.startswith("weather main of workspace default\n")
    for line in (
        "  environment  demo\n",
        "  max_calls  10  (default)\n",
        "  note  null  (default)\n",
        "  secrets set  api_key\n",
    ):
        assert line in text
    found = json.loads(run("show", "weather", "--json"))
    assert found["settings"]["environment"] == "demo"
    assert found["settings"]["max_calls"] == 10
    assert found["secrets"] == ["api_key"]


def test_a_change_keeps_what_is_not_given_anew(run):
    run("weather", "--demo", "--max-calls", "3", "--secrets", "-", stdin=BOTH)
    assert "secrets   api_key, api_secret" in run("weather", "--max-calls", "4")
    (entry,) = listed(run)
    assert entry["settings"] == {"environment": "demo", "max_calls": 4}
    assert entry["changed_at"] > entry["created_at"]
    run("weather", "--secrets", "-", stdin="API-KEY=another-key")
    (entry,) = listed(run)
    assert entry["secrets"] == ["api_key", "api_secret"]
    run("weather", "--unset", "max_calls", "--unset", "api-secret")
    (entry,) = listed(run)
    assert entry["settings"] == {"environment": "demo"}
    assert entry["secrets"] == ["api_key"]


def test_a_setting_of_either_type_and_one_of_an_odd_name_are_options_too(run):
    for room, kept in (("-1001", -1001), ("@room", "@room"), ("12", 12)):
        options = ("--room", room, "--odd-name-of-it", "x", "--weights", "1", "--weights", "2.5")
        run("weather", *options, "--secrets", "-", stdin=BOTH)
        (entry,) = listed(run)
        assert entry["settings"] == {"room": kept, "weights": [1.0, 2.5], "odd-name.of/it": "x"}


def test_workspaces_and_data_directories_are_apart(run, refused):
    for options in ((), ("--workspace", "desk"), ("--data", "elsewhere")):
        run("weather", "--secrets", "-", *options, stdin=BOTH)
    assert len(listed(run)) == len(listed(run, "--workspace", "desk")) == 1
    run("remove", "weather", "--workspace", "desk")
    assert listed(run, "--workspace", "desk") == []
    assert len(listed(run)) == len(listed(run, "--data", "elsewhere")) == 1
    assert refused("list", "--workspace", "My desk").startswith(
        "'My desk' cannot be the name of a workspace; use 1 to 63"
    )
    assert refused("list", "--data", "") == "the data directory has no name; name a directory"


def test_remove_says_what_is_gone_or_what_there_is(run, refused):
    run("weather", "--name", "a", "--secrets", "-", stdin=BOTH)
    said = "there is no weather connection main in workspace default; there are a"
    assert refused("remove", "weather") == refused("show", "weather") == said
    assert (
        run("remove", "weather", "--name", "a") == "weather a is removed from workspace default\n"
    )
    assert refused("remove", "weather", "--name", "a") == (
        "there is no weather connection a in workspace default; "
        "make it: `cellblock connect weather --name a`"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--max-calls", "lots"], "--max-calls 'lots' cannot be; write a number"),
        (["--max-calls", "0"], "--max-calls '0' cannot be; Expected `int` >= 1"),
        (["--most", "nan"], "--most 'nan' cannot be; "),
        (["--most", "inf"], "--most 'inf' cannot be; write a number that is finite"),
        (["--most", "-1"], "--most '-1' cannot be; Expected `float` > 0.0"),
        (["--weights", "1", "--weights", "NaN"], "--weights '1, NaN' cannot be; write a number"),
        (["--level", "3"], "--level '3' cannot be; choose 1 or 2"),
        (["--environment", "mars"], "--environment 'mars' cannot be; choose demo or live"),
        (["--table", "[1]"], "--table '[1]' cannot be; Expected `object`, got `array`"),
        (["--demo", "--live"], "--environment is set more than once: demo, live; write one"),
        (["--demo", "--environment", "live"], "--environment is set more than once"),
        (["--note", "never"], "the weather connection main: this note cannot be; its settings are"),
        (["--unset", "nothing"], "--unset names 'nothing', which is no setting; the settings are"),
        (["--name", "a/b"], "'a/b' cannot be the name of a connection"),
        (["--frobnicate"], "No such option: --frobnicate"),
        (["--ask"], "--secrets, --ask and --no-secrets exclude one another; write one"),
    ],
)
def test_an_option_that_cannot_be_is_told_and_nothing_is_kept(run, refused, options, words):
    assert words in refused("weather", *options, "--secrets", "-", stdin=BOTH)
    assert listed(run) == []


def test_an_unknown_kind_is_told_with_those_there_are(refused):
    said = "there is no kind of connection 'wether'; the kinds here are public, weather"
    assert refused("wether") == refused("test", "wether") == said


def test_a_secret_among_the_options_is_refused_and_not_repeated(refused, run):
    for words in (["--api-key", KEY], [f"--api-key={KEY}"], ["--api-secret", SECRET]):
        assert refused("weather", *words).startswith("a secret is no option: everybody on this")
    assert refused("weather", KEY, SECRET).startswith("`cellblock connect weather` takes options")
    assert listed(run) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{KEY}\n", "the text on stdin has at line 1 no NAME=VALUE"),
        (
            f"{SECRET}\n",
            "names at line 1 no secret of weather; its secrets are api_key, api_secret",
        ),
        (f"api_key={KEY}\n\n# c\npassword={SECRET}\n", "names at line 4 no secret of weather"),
        (f"api_key={KEY}\nAPI_KEY={SECRET}\n", "names api_key twice"),
        ("api_key=\n", "api_key has fewer than 6 characters; so short a text could not be taken"),
        ("api_key=short\n", "api_key has fewer than 6 characters"),
        ('{"api_key": 12345678}', "is no JSON object of texts"),
        (f'{{"api_key": "{KEY}"', "is no JSON object of texts"),
        (f'{{"{KEY}": "{SECRET}"}}', "names at entry 1 no secret of weather"),
        ('{"api_key": "a\\u0000bcdefgh"}', "api_key is no text"),
        ("", "Object missing required field `api_key`"),
        ("x" * 1_000_001, "the text on stdin has more than 1,000,000 bytes"),
    ],
    ids=count(),
)
def test_secrets_that_cannot_be_read_are_told_without_a_letter_of_them(run, refused, text, words):
    assert words in refused("weather", "--secrets", "-", stdin=text)
    assert listed(run) == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"api_key": KEY, "api_secret": SECRET}),
        f"\ufeff# of the bureau\n\nexport API_KEY='{KEY}'\r\n  api-secret = \"{SECRET}\" \n",
    ],
    ids=["JSON", "lines"],
)
def test_secrets_come_from_a_file_of_either_form(run, tmp_path, text):
    path = tmp_path / "secrets"
    path.write_text(text)
    path.chmod(0o600)
    run("weather", "--note", "check", "--secrets", path)
    assert run("test", "weather") == 'weather main works: {"time":1,"key":"•••"}\n'


def test_a_file_of_secrets_that_others_can_read_is_taken_with_a_warning(cellblock, tmp_path):
    path = tmp_path / "secrets"
    path.write_text(BOTH)
    path.chmod(0o640)
    done = cellblock("connect", "weather", "--secrets", path)
    assert done.returncode == 0
    assert done.stderr == (
        f"cellblock: {path} can be read by others; `chmod 600 {path}`, or remove it now\n"
    )


def test_a_file_that_is_not_there_or_no_text_is_told(refused, tmp_path):
    assert "nowhere cannot be read: No such file or directory" in refused(
        "weather", "--secrets", "nowhere"
    )
    assert "cannot be read: Is a directory" in refused("weather", "--secrets", tmp_path)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8" in refused("weather", "--secrets", tmp_path / "bytes")


def test_optional_secrets_are_not_asked_for_without_a_terminal(run, refused, monkeypatch):
    monkeypatch.setattr(catalogue, "BUILT_IN", KINDS | {"spare": SPARE})
    assert "secrets   none" in run("spare")
    assert "no terminal on which" in refused("spare", "--ask")


def test_none_takes_a_limit_away(run, refused):
    run("weather", "--most", "5", "--secrets", "-", stdin=BOTH)
    run("weather", "--most", "none")
    assert listed(run)[0]["settings"] == {"most": None}
    assert "works" in run("test", "weather")
    assert "write a number" in refused("weather", "--max-calls", "none")


def test_without_a_terminal_the_ways_to_give_secrets_are_told(refused, run):
    assert refused("weather") == (
        "there is no terminal on which the secrets of weather could be asked for; "
        "write --secrets FILE, --secrets - for a pipe, or --no-secrets"
    )
    assert "Object missing required field `api_key`" in refused("weather", "--no-secrets")
    assert listed(run) == []


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, folder, *arguments):
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *PROGRAM, "connect", *arguments],
            cwd=folder,
            env={**os.environ, "XDG_DATA_HOME": str(folder / "home"), "COLUMNS": "200"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        self.seen = ""

    def wait_for(self, words):
        while words not in self.seen:
            assert select.select([self._ours], [], [], 30)[0], self.seen
            try:
                self.seen += os.read(self._ours, 65_536).decode()
            except OSError:  # the far end is closed
                assert words in self.seen, self.seen
                return

    def type(self, text):
        os.write(self._ours, text.encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


def ended(terminal):
    """Read to the end, and give the exit code."""
    while select.select([terminal._ours], [], [], 30)[0]:
        try:
            terminal.seen += os.read(terminal._ours, 65_536).decode()
        except OSError:
            break
    return terminal.process.wait(timeout=30)


def test_on_a_terminal_secrets_are_asked_for_without_echo(run, tmp_path):
    with Terminal(tmp_path, "weather", "--demo") as terminal:
        terminal.wait_for("weather api_key: ")
        terminal.type(f" {KEY} \n")
        terminal.wait_for("weather api_secret (Enter for none): ")
        terminal.type("\n")
        assert ended(terminal) == 0, terminal.seen
    assert KEY not in terminal.seen
    assert "secrets   api_key\r\n" in terminal.seen
    assert "works" in run("test", "weather")
    # A change asks for nothing that is set, and --ask for all.
    with Terminal(tmp_path, "weather", "--max-calls", "3") as terminal:
        assert ended(terminal) == 0
    with Terminal(tmp_path, "weather", "--ask") as terminal:
        terminal.wait_for("weather api_key: ")
        terminal.type(f"{KEY}2\n")
        terminal.wait_for("weather api_secret (Enter for none): ")
        terminal.type(f"{SECRET}\n")
        assert ended(terminal) == 0
    assert KEY not in terminal.seen
    assert SECRET not in terminal.seen
    (entry,) = listed(run)
    assert entry["settings"] == {"environment": "demo", "max_calls": 3}
    assert entry["secrets"] == ["api_key", "api_secret"]


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["ctrl-c", "ctrl-d"])
def test_leaving_a_prompt_keeps_nothing(run, tmp_path, keys):
    with Terminal(tmp_path, "weather", "--demo") as terminal:
        terminal.wait_for("weather api_key: ")
        terminal.type(f"{KEY}\n")
        terminal.wait_for("weather api_secret")
        terminal.type(keys)
        assert ended(terminal) == 130
    assert "cellblock: nothing was kept" in terminal.seen
    assert "Traceback" not in terminal.seen
    assert KEY not in terminal.seen
    assert listed(run) == []


def test_a_terminal_is_no_pipe_of_secrets(tmp_path):
    with Terminal(tmp_path, "weather", "--secrets", "-") as terminal:
        assert ended(terminal) == 2
    assert "this is a terminal, which would show what you type" in terminal.seen


def test_a_test_tells_what_works_what_is_denied_and_what_cannot_be_tried(run, refused):
    run("weather", "--secrets", "-", stdin=BOTH)
    assert run("test", "weather") == 'weather main works: {"time":1,"key":"•••"}\n'
    run("weather", "--note", "deny")
    assert refused("test", "weather", code=1) == (
        "weather main does not work: no account has the key ••• (denied)"
    )
    run("weather", "--note", "answer")
    assert refused("test", "weather", code=1) == "weather main does not work: no ••• (denied)"
    run("public")
    assert (
        run("test", "public") == "public main can be opened; this kind has no call to try it with\n"
    )
    assert refused("test", "public", "--name", "b").startswith("there is no public connection b")


def test_a_bug_is_told_with_its_traceback_and_without_the_secret(run, cellblock):
    run("weather", "--note", "break", "--secrets", "-", stdin=BOTH)
    done = cellblock("connect", "test", "weather")
    assert done.returncode == 3
    assert "raise KeyError(key)\nKeyError: '•••'\n" in done.stderr
    assert "this is a bug in Cellblock: KeyError('•••'); please report it" in done.stderr


def test_the_key_can_be_rotated_and_moved_to_the_environment(run, refused, tmp_path):
    assert refused("rekey") == (
        f"there are no connections in {tmp_path}/home/cellblock; name the folder with --data"
    )
    run("weather", "--secrets", "-", stdin=BOTH)
    key = tmp_path / "home" / "cellblock" / "key"
    before = key.read_text()
    assert run("rekey") == (
        f"1 connection sealed with the key in {key}; older keys open none of them\n"
    )
    assert key.read_text() != before
    ours = base64.b64encode(os.urandom(32)).decode()
    run("rekey", CELLBLOCK_KEY=ours)
    assert not key.exists()
    assert "works" in run("test", "weather", CELLBLOCK_KEY=ours)
    said = refused("test", "weather")
    assert said.startswith(
        "the key that sealed the weather connection main of workspace default is not here; restore "
    )
    assert "`cellblock connect remove weather --name main`" in said
    assert listed(run)[0]["openable"] is False
    assert "(their key" in run("list")
    assert refused("weather", "--demo") == said
    assert refused("test", "weather", CELLBLOCK_KEY=ours[:-8]).startswith(
        "the variable CELLBLOCK_KEY is no base64 of 32 bytes"
    )
    assert refused("weather", "--secrets", "-", stdin=BOTH) == said
    run("remove", "weather")
    run("weather", "--secrets", "-", stdin=BOTH)
    assert "works" in run("test", "weather")


def test_settings_that_were_changed_in_the_file_are_not_sealed_anew(run, refused, tmp_path):
    run("weather", "--secrets", "-", stdin=BOTH)
    database = sqlite3.connect(tmp_path / "home" / "cellblock" / "connections.db")
    with database:
        database.execute("""UPDATE connections SET settings = '{"max_calls": 9}'""")
    database.close()
    for options in (["--secrets", "-"], ["--demo"], ["--unset", "api_secret", "--secrets", "-"]):
        said = refused("weather", *options, stdin=BOTH)
        assert "is not as it was sealed" in said
        assert "`cellblock connect remove weather --name main`" in said
    run("remove", "weather")
    run("weather", "--secrets", "-", stdin=BOTH)
    assert listed(run)[0]["settings"] == {}


def test_a_folder_that_cannot_be_reached_is_told_in_one_line(refused):
    # A name of 300 letters fails as a closed folder does, for root too.
    for command in (["list"], ["public"], ["rekey"], ["show", "weather"], ["remove", "weather"]):
        said = refused(*command, "--data", "x" * 300)
        assert "File name too long" in said


def test_a_key_file_that_others_can_read_stops_every_command_that_needs_it(run, refused, tmp_path):
    run("weather", "--secrets", "-", stdin=BOTH)
    key = tmp_path / "home" / "cellblock" / "key"
    key.chmod(0o644)
    for command in (["test", "weather"], ["rekey"], ["weather", "--demo"], ["list"]):
        assert f"the key file {key} is open to others; `chmod 600 {key}`" in refused(*command)


def test_no_core_is_dumped_of_a_process_that_knows_secrets(tmp_path):
    script = f"ulimit -c unlimited && exec {' '.join(PROGRAM)} connect weather"
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        ["sh", "-c", script],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "home")},
    )
    os.close(theirs)
    seen = b""
    while b"api_key: " not in seen:
        assert select.select([ours], [], [], 30)[0], seen
        seen += os.read(ours, 65_536)
    os.kill(program.pid, signal.SIGABRT)
    _, status = os.waitpid(program.pid, 0)
    program.returncode = -signal.SIGABRT
    os.close(ours)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert os.listdir(tmp_path) == []


def test_every_option_and_command_on_the_page_of_connections_is_there(cellblock, monkeypatch):
    monkeypatch.setattr(catalogue, "BUILT_IN", BUILT_IN)
    page = (Path(__file__).parents[2] / "docs" / "connections.md").read_text(encoding="utf-8")

    def options(text):
        return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))

    commands = set(re.findall(r"`?cellblock connect ([a-z]+)", page)) - {"and"}
    assert {"bybit", "list", "test", "rekey"} <= commands
    known = options(cellblock("run", "--help").stdout)
    for name in commands & {
        *BUILT_IN,
        *"list show remove test rekey".split(),
    }:
        done = cellblock("connect", name, "--help")
        assert done.returncode == 0
        known |= options(done.stdout)
    assert options(page) <= known
