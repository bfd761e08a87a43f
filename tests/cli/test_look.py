"""`cellblock check`, `doctor`, `explain`, and the front door itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import cellblock as package
from cellblock.jail.probe import probe

pytestmark = pytest.mark.jail


def cellblock(*arguments, cwd="/", **more):
    return subprocess.run(
        [sys.executable, "-m", "cellblock", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def test_check_prints_line_column_hint_and_exits_1_on_errors(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("import os\ndef tick(ctx):\n    x = open('a')\n    if x: eval('1')\n")
    done = cellblock("check", path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{path}:1:1: error [import] import of os is not allowed; no system access",
        f"{path}:3:9: error [builtin] open is not available in worker code; use ctx.files",
        f"{path}:4:11: warning [builtin] eval is not available in worker code; worker code cannot run code that it makes; use json.loads to read data",
        f"{path}: 2 errors, 1 warning",
    ]


def test_check_is_silent_about_a_good_worker(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("import math\ndef tick(ctx):\n    print(math.pi)\n")
    done = cellblock("check", path)
    assert (done.returncode, done.stdout) == (0, f"{path}: 0 errors, 0 warnings\n")


def test_check_speaks_json(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("def tick(ctx, more): pass")
    found = json.loads(cellblock("check", path, "--json").stdout)
    assert found["errors"] == 1
    assert found["findings"][0]["code"] == "signature"
    assert found["findings"][0]["hint"] == "write `def tick(ctx): ...`"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000,
        "x = " + "-" * 500_000 + "1",
        "a" + ".a" * 200_000,
        "[" * 90 + "]" * 90,
        "f'{" * 500,
        "x = 1" + "+1" * 200_000,
    ],
)
def test_hostile_source_never_harms_the_checker(tmp_path, source):
    path = tmp_path / "w.py"
    path.write_text(source)
    done = cellblock("check", path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


def test_check_of_no_file_is_code_2(tmp_path):
    done = cellblock("check", tmp_path / "none.py")
    assert (done.returncode, done.stdout) == (2, "")


def test_doctor_tells_each_layer_and_proves_one_worker():
    done = cellblock("doctor")
    assert done.returncode == 0, done.stderr
    for layer in (
        "language",
        "seccomp",
        "landlock",
        "rlimits",
        "own uid",
        "capabilities",
        "attestation",
        "namespaces",
        "cgroup",
    ):
        assert layer in done.stdout
    for zygote in ("laden", "lean"):
        assert f"A worker of a {zygote} zygote was jailed" in done.stdout
    assert "Workers can run here." in done.stdout


def test_doctor_speaks_json():
    found = json.loads(cellblock("doctor", "--json").stdout)
    assert found["ready"] is True
    layers = {row["layer"]: row["on"] for row in found["layers"]}
    assert layers["seccomp"]
    assert layers["landlock"]
    assert layers["own uid"] is (os.getuid() == 0)
    assert layers["namespaces"] == ("namespaces" not in probe().refused)
    for proof in (found["enforcement"], found["lean_enforcement"]):
        assert proof["attested"]["Seccomp"] == "2"
    assert found["enforcement"]["pid"] != found["lean_enforcement"]["pid"]


def test_explain_prints_steps_language_and_rules(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("def tick(ctx): pass")
    done = cellblock("explain", path)
    assert done.returncode == 0, done.stderr
    for words in (
        "canaries",
        "no_new_privs",
        "Language: contract",
        "killed (tripwire)",
        "io_uring_setup",
        "anything else is answered EPERM",
    ):
        assert words in done.stdout
    found = json.loads(cellblock("explain", path, "--json").stdout)
    assert found["plan"]["steps"][0]["name"] == "session"
    assert len(found["rules"]["calls"]) > 150


def test_the_front_door():
    assert cellblock("--version").stdout == f"cellblock {package.__version__}\n"
    assert all(name in cellblock("--help").stdout for name in ("run", "check", "doctor", "explain"))
    assert cellblock().stdout == cellblock("--help").stdout == cellblock("-h").stdout
    nonsense = cellblock("frobnicate")
    assert nonsense.returncode == 2
    assert nonsense.stderr.count("\n") == 1


def test_output_into_a_closed_pipe_is_no_bug(tmp_path):
    path = tmp_path / "w.py"
    path.write_text("def tick(ctx): pass")
    done = subprocess.run(
        f"{sys.executable} -m cellblock explain {path} | head -1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "bug" not in done.stderr


@pytest.mark.parametrize("command", [("doctor",), ("explain", "w.py", "--json"), ("check", "w.py")])
def test_a_full_disk_under_the_output_is_told_in_a_line(tmp_path, command):
    (tmp_path / "w.py").write_text("def tick(ctx): pass")
    with open("/dev/full", "w") as full_disk:
        done = subprocess.run(
            [sys.executable, "-m", "cellblock", *command],
            cwd=tmp_path,
            stdout=full_disk,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert (
        done.stderr
        == "cellblock: the output cannot be written: its disk is full; free some space\n"
    )
