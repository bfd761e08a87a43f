"""One data directory has one service, and what is found there is for its user alone."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import subprocess
import sys

import pytest

from cellblock.compose.premises import Premises, write_private
from cellblock.compose.states import open_state
from cellblock.errors import OperatorFault

HOLD = """
import sys
from pathlib import Path
from cellblock.compose.premises import Premises
held = Premises.open(Path(sys.argv[1]))
held.announce("http://127.0.0.1:1234")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_service_is_refused_and_told_who_has_the_folder(holder, tmp_path):
    with pytest.raises(OperatorFault) as caught:
        Premises.open(tmp_path / "data")
    assert caught.value.slug == "already-serving"
    assert f"process {holder.pid} serves" in str(caught.value)
    assert "http://127.0.0.1:1234" in str(caught.value)


def test_a_folder_whose_service_was_killed_is_free(holder, tmp_path):
    holder.kill()
    holder.wait()
    asyncio.run(Premises.open(tmp_path / "data").close())


def test_where_it_is_can_be_read_by_its_user_alone_and_is_gone_at_the_end(tmp_path):
    premises = Premises.open(tmp_path / "data")
    premises.announce("http://127.0.0.1:8000")
    file = tmp_path / "data" / "server.json"
    assert json.loads(file.read_text()) == {"url": "http://127.0.0.1:8000", "pid": os.getpid()}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    premises.withdraw()
    assert not file.exists()
    asyncio.run(premises.close())


def test_a_full_disk_does_not_keep_it_from_starting(tmp_path, monkeypatch, caplog):
    premises = Premises.open(tmp_path / "data")
    premises.announce("http://127.0.0.1:1")
    file, tried = tmp_path / "data" / "server.json", []

    def full(descriptor):
        tried.append(descriptor)
        if len(tried) in fails:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    fails = {1}
    premises.announce("http://127.0.0.1:2")
    assert json.loads(file.read_text())["url"] == "http://127.0.0.1:2", "in the room of the old one"
    assert not caplog.messages
    fails = {3, 4}
    premises.announce("http://127.0.0.1:3")
    assert not file.exists(), "what is there must be true"
    assert "No space left on device; the service runs" in caplog.messages[0]
    asyncio.run(premises.close())


def test_what_workers_keep_can_be_read_by_its_user_alone_also_in_an_open_folder(tmp_path):
    tmp_path.chmod(0o755)
    premises = Premises.open(tmp_path)
    state = asyncio.run(open_state(premises.own_state()))
    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state.db-wal").stat().st_mode) == 0o600
    asyncio.run(state.close())
    asyncio.run(premises.close())


def test_a_private_file_is_replaced_whole_and_a_link_in_its_place_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("keep")
    (tmp_path / ".secret.new").symlink_to(other)
    (tmp_path / "secret").symlink_to(other)
    write_private(tmp_path / "secret", "text")
    assert other.read_text() == "keep"
    assert not (tmp_path / "secret").is_symlink()
    assert (tmp_path / "secret").read_text() == "text"


def test_each_workspace_has_a_folder_of_its_own(tmp_path):
    async def scenario():
        premises = Premises.open(tmp_path / "data")
        first, second = premises.files("a"), premises.files("b")
        assert premises.files("a") is first
        await first.run(lambda: os.close(os.open("x", os.O_CREAT, dir_fd=first.folder)))
        assert [path.name for path in (tmp_path / "data/workspaces/a/files").iterdir()] == ["x"]
        assert not list((tmp_path / "data/workspaces/b/files").iterdir())
        assert second is not first
        await premises.close()

    asyncio.run(scenario())
