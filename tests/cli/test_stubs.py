"""`cellblock stubs`: what is written where, and when it is stale."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cellblock import compose
from cellblock.cli.stubs import write_stubs
from cellblock.errors import OperatorFault
from cellblock.stubs.page import names_beside, stub


def test_the_stub_and_what_makes_its_names_known_are_written_and_then_fresh(tmp_path, capsys):
    path = tmp_path / "ctx.pyi"
    assert write_stubs(str(path), check=True) == 1
    assert (
        f"{path} is not there; write it: cellblock stubs --output {path}" in capsys.readouterr()[0]
    )
    assert not path.exists()
    assert write_stubs(str(path), check=False) == 0
    assert path.read_text() == stub(compose.kinds().usable())
    assert (tmp_path / "__builtins__.pyi").read_text() == names_beside("ctx")
    capsys.readouterr()
    assert write_stubs(str(path), check=True) == 0
    assert write_stubs(str(path), check=False) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["ctx.pyi", "__builtins__.pyi"])
def test_a_stale_stub_is_told_and_written_again(tmp_path, capsys, name):
    path = tmp_path / "ctx.pyi"
    write_stubs(str(path), check=False)
    stale = tmp_path / name
    fresh = stale.read_text()
    stale.write_text(fresh.replace("Ctx", "Old"))
    capsys.readouterr()
    assert write_stubs(str(path), check=True) == 1
    assert f"{stale} is stale" in capsys.readouterr().out
    assert write_stubs(str(path), check=False) == 0
    assert stale.read_text() == fresh


@pytest.mark.parametrize("name", ["ctx.pyi", "__builtins__.pyi"])
def test_a_file_of_somebody_elses_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("x: int\n")
    with pytest.raises(OperatorFault, match="is there, and not from `cellblock stubs`"):
        write_stubs(str(tmp_path / "ctx.pyi"), check=False)
    assert (tmp_path / name).read_text() == "x: int\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ctx.py", "is no name of a stub"),
        ("two-words.pyi", "is no name of a stub"),
        ("no/such/folder/ctx.pyi", "cannot be written: No such file or directory"),
        (".", "is no name of a stub"),
    ],
)
def test_an_output_that_cannot_be_is_refused(tmp_path, name, words):
    with pytest.raises(OperatorFault, match=words) as caught:
        write_stubs(str(tmp_path / name), check=False)
    assert caught.value.slug == "bad-output"


def test_the_command_prints_or_writes_beside_the_worker(tmp_path):
    def cellblock(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "cellblock", "stubs", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    printed = cellblock("--output", "-")
    assert printed.returncode == 0
    assert cellblock("--check").returncode == 1
    assert cellblock().stdout.splitlines() == ["ctx.pyi written", "__builtins__.pyi written"]
    assert (tmp_path / "ctx.pyi").read_text() == printed.stdout
    assert cellblock("--check").returncode == 0
