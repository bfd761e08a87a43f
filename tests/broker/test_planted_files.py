"""Somebody on the host plants links, pipes and folders while a worker's calls are under way."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cellblock.broker import beneath
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace
from cellblock.wire import messages as m

PLANTER = Path(__file__).parent / "programs" / "planter.py"
CALLS = 600


def calls():
    for path in itertools.cycle(("f", "d/f", "d/e/f")):
        yield m.FilesWrite(path, b"from the worker", append=False)
        yield m.FilesRead(path, 0, 1_000, whole=True, encoding="utf-8")
        yield m.FilesWrite(path, b"+", append=True)
        yield m.FilesRead(path, 0, 1_000, whole=True, encoding="utf-8")
        yield m.FilesList("", "")
        yield m.FilesDelete(path)


def met(answers: list[dict[str, Any]]) -> bool:
    links = sum("symbolic link" in told.get("error", "") for told in answers)
    contents = {told["content"] for told in answers if "content" in told}
    return links > 20 and {"planted", "from the worker", "from the worker+"} <= contents


def outside(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_whatever_is_planted_meanwhile_nothing_outside_is_read_or_written(tmp_path):
    root, other = tmp_path / "inside", tmp_path / "outside"
    root.mkdir()
    (other / "e").mkdir(parents=True)
    for path in ("f", "e/f"):
        (other / path).write_bytes(b"secret")
    (other / "linked").write_bytes(b"given")
    before = outside(other)
    space = Workspace.open(root, 1_000_000)
    adapter = FilesAdapter(space)

    async def work() -> list[dict[str, Any]]:
        """Call on until links were met and files were read, however the two take turns."""
        answers: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            for call in calls():
                answers.append(json.loads(await adapter.answer(call)))
                if len(answers) >= CALLS and met(answers):
                    break
        return answers

    command = [sys.executable, str(PLANTER), str(root), str(other)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as planter:
        try:
            assert planter.stdout.readline() == b"planting\n"
            answers = asyncio.run(work())
            assert planter.poll() is None, "the planter gave up"
        finally:
            planter.kill()
    asyncio.run(space.close())
    after = outside(other)
    assert after == before, (before, after)
    contents = {told["content"] for told in answers if "content" in told}
    assert not [content for content in contents if "secret" in content]
    assert {told.get("code") for told in answers} <= {None, "not_found", "bad_path", "io"}
    other_faults = {told["error"] for told in answers if told.get("code") == "io"}
    assert other_faults <= {"a folder on the way was taken away meanwhile; write again"}
    assert max(told["used"] for told in answers if "used" in told) < 1_000


NAMED = ("open", "stat", "rename", "unlink", "mkdir", "rmdir")
"""Functions of os that take a name; beside them there is openat2."""


@pytest.mark.parametrize("place", ["f", "d/f", "d"])
@pytest.mark.parametrize(
    "call", [*itertools.islice(calls(), 6, 12)], ids=lambda call: type(call).__name__
)
def test_what_is_exchanged_between_two_steps_of_a_call_leads_nowhere(
    tmp_path, monkeypatch, call, place
):
    """Before the first step that takes a name a link is planted, then before the second, and on."""
    root, other = tmp_path / "inside", tmp_path / "outside"
    root.mkdir()
    other.mkdir()
    (other / "f").write_bytes(b"secret")
    space = Workspace.open(root, 1_000_000)
    adapter = FilesAdapter(space)
    for number in range(40):
        left = number

        def late(*rest, real, **named):
            nonlocal left
            left -= 1
            if left == -1:
                plant(root / place, other)
            return real(*rest, **named)

        fill(root)
        with monkeypatch.context() as patch:
            patch.setattr(beneath, "open_beneath", partial(late, real=beneath.open_beneath))
            for name in NAMED:
                patch.setattr(os, name, partial(late, real=getattr(os, name)))
            told = json.loads(asyncio.run(adapter.answer(call)))
        assert told.get("content") in {None, "mine"}
        assert outside(other) == {"f": b"secret"}
        if left >= 0:
            break
    assert 2 <= number < 39
    asyncio.run(space.close())


def fill(root: Path) -> None:
    for item in root.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        else:
            item.unlink()
    (root / "d").mkdir()
    (root / "d" / "f").write_bytes(b"mine")
    (root / "f").write_bytes(b"mine")


def plant(place: Path, other: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
        place.symlink_to(other)
    elif place.parent.is_dir():
        place.unlink(missing_ok=True)
        place.symlink_to(other / "f")
