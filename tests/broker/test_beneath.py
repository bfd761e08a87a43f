from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import socket
import stat
from pathlib import Path

import pytest

from cellblock.broker import beneath
from cellblock.broker.paths import BadPath


@pytest.fixture
def root(tmp_path):
    """A folder with everything in it that a path could go wrong on."""
    inside = tmp_path / "inside"
    inside.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (inside / "file").write_bytes(b"old")
    (inside / "folder").mkdir()
    (inside / "folder" / "deep").write_bytes(b"deep")
    (inside / "to_file").symlink_to(outside / "secret")
    (inside / "to_own").symlink_to("file")
    (inside / "to_folder").symlink_to(outside)
    (inside / "dangling").symlink_to(outside / "new")
    os.mkfifo(inside / "fifo")
    return inside


@pytest.fixture
def folder(root):
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def tree(path: Path) -> dict[str, bytes | str]:
    """All that is under a path: contents of files, kinds of the rest."""
    return {
        str(item.relative_to(path)): "link"
        if item.is_symlink()
        else item.read_bytes()
        if item.is_file()
        else "other"
        for item in path.rglob("*")
    }


@pytest.mark.parametrize(
    "path", ["../outside/secret", "/etc/passwd", "to_file", "to_folder/secret"]
)
def test_the_kernel_itself_keeps_an_open_beneath(folder, path):
    with pytest.raises(OSError) as caught:
        beneath.open_beneath(folder, path, os.O_RDONLY)
    assert "openat2" in str(caught.value.strerror)


HOSTILE = ["to_file", "to_own", "to_folder/secret", "to_folder/new", "dangling", "file/x"]
SPECIAL = ["fifo", "folder"]


def call(name: str, folder: int, path: str) -> None:
    if name == "read":
        with beneath.regular_file(folder, path, os.O_RDONLY):
            pass
    elif name == "remove":
        beneath.remove(folder, path)
    else:
        getattr(beneath, name)(folder, path, b"new")


@pytest.mark.parametrize("path", HOSTILE + SPECIAL)
@pytest.mark.parametrize("name", ["read", "replace", "append", "remove"])
def test_what_is_no_regular_file_beneath_is_neither_read_nor_changed(root, folder, name, path):
    before = tree(root.parent)
    with pytest.raises((OSError, BadPath)):
        call(name, folder, path)
    assert tree(root.parent) == before


def test_a_socket_is_no_regular_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = os.open(tmp_path, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        for name in ("read", "replace", "append", "remove"):
            with pytest.raises((OSError, BadPath)):
                call(name, folder, "s")
    os.close(folder)


@pytest.mark.parametrize("path", ["file", "new", "folder/new", "a/b/c", "folder/./deep"])
def test_replace_leaves_the_new_content_whole_and_nothing_beside_it(root, folder, path):
    before = tree(root)
    known = (root / path).stat().st_mode & 0o777 if (root / path).exists() else 0o600
    beneath.replace(folder, path, b"new")
    after = tree(root)
    assert (root / path).read_bytes() == b"new"
    assert (root / path).stat().st_mode & 0o777 == known
    changed = {str(Path(path)), *map(str, Path(path).parents)} - {"."}
    assert {name for name in after if after[name] != before.get(name)} <= changed


def test_append_adds_to_the_end_and_gives_the_new_size(root, folder):
    assert beneath.append(folder, "file", b"+new") == 7
    assert beneath.append(folder, "a/b", b"12") == 2
    assert ((root / "file").read_bytes(), (root / "a/b").read_bytes()) == (b"old+new", b"12")


# What someone on the host planted


def test_a_device_is_never_opened(root, folder):
    try:
        os.mknod(root / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("a device can be made by root alone")
    for name in ("read", "replace", "append", "remove"):
        with pytest.raises(BadPath) as caught:
            call(name, folder, "null")
        assert str(caught.value) == "'null' is no regular file"


def test_a_pipe_with_somebody_at_its_other_end_stays_untouched(root, folder):
    # The other end would see that the pipe was opened: a reader its end, a writer a reader.
    reader = os.open(root / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(root / "fifo", os.O_WRONLY | os.O_NONBLOCK)
    os.write(writer, b"kept")
    for name in ("read", "replace", "append", "remove"):
        with pytest.raises(BadPath):
            call(name, folder, "fifo")
    assert os.read(reader, 100) == b"kept"
    os.close(reader)
    os.close(writer)


def test_a_file_that_another_program_has_a_lease_on_is_not_waited_for(root, folder):
    # The kernel would hold an ordinary open until the lease is given back, up to 45 s.
    lent = os.open(root / "file", os.O_RDWR)
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        try:
            fcntl.fcntl(lent, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError as error:
            pytest.skip(f"no lease can be had here: {error}")
        for name in ("read", "append"):
            with pytest.raises(BlockingIOError):
                call(name, folder, "file")
    finally:
        os.close(lent)
        signal.signal(signal.SIGIO, before)
    assert beneath.append(folder, "file", b"+new") == 7


@pytest.fixture
def twice(root):
    """A file outside that has a second name in the folder."""
    outer = root.parent / "outside" / "snapshot"
    outer.write_bytes(b"outer")
    outer.chmod(0o640)
    os.link(outer, root / "twice")
    return outer


@pytest.mark.parametrize(
    ("name", "inside"), [("replace", b"new"), ("append", b"outernew"), ("remove", None)]
)
def test_a_hard_link_is_broken_and_never_written_through(root, folder, twice, name, inside):
    call(name, folder, "twice")
    assert twice.read_bytes() == b"outer"
    assert twice.stat().st_nlink == 1
    own = root / "twice"
    assert (own.read_bytes() if own.exists() else None) == inside
    assert not own.exists() or own.stat().st_mode & 0o777 == 0o640
    assert not [found for found in os.listdir(root) if found.startswith(".cellblock-")]


def test_a_hard_link_that_the_operator_put_there_can_be_read(folder, twice):
    with beneath.regular_file(folder, "twice", os.O_RDONLY) as descriptor:
        assert os.read(descriptor, 100) == b"outer"


# What a failure leaves


class Failure(Exception):
    pass


@pytest.mark.parametrize("path", ["file", "new", "a/b/new", "folder/new"])
@pytest.mark.parametrize("name", ["replace", "append"])
@pytest.mark.parametrize("function", ["write", "fsync"])
def test_a_write_that_fails_half_way_leaves_what_was_there(
    root, folder, monkeypatch, function, name, path
):
    """The first call of write or fsync fails, then the second, and so on; each write is short."""
    before, real = tree(root), getattr(os, function)
    for number in range(10):
        left = number

        def failing(descriptor, *rest):
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(errno.EIO, "the disk is broken")
            return real(descriptor, *(data[:2] for data in rest))

        monkeypatch.setattr(os, function, failing)
        try:
            getattr(beneath, name)(folder, path, b"123456")
        except OSError:
            if tree(root) == before:
                continue
            # Only the fsync of the folder comes after the new file has its name.
            assert function == "fsync"
        break
    assert number > 0
    assert (root / path).read_bytes().endswith(b"123456")


def test_a_folder_that_is_taken_away_meanwhile_is_not_taken_for_a_missing_file(
    root, folder, monkeypatch
):
    def write(descriptor, data):
        shutil.rmtree(root / "a")
        return len(data)

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError) as caught:
        beneath.replace(folder, "a/b", b"new")
    assert caught.value.errno == errno.ESTALE


# Counting


def test_a_walk_gives_regular_files_and_folders_and_follows_no_link(root, folder):
    (root / ".cellblock-left").write_bytes(b"")
    (root / "folder" / ".cellblock-left").write_bytes(b"")
    (root / "b.txt").write_bytes(b"12")
    found = beneath.walk(folder, 100)
    sizes = {path: status.st_size for path, status in found.files.items()}
    assert sizes == {"b.txt": 2, "file": 3, "folder/deep": 4}
    assert (found.folders, found.used_bytes) == ({"folder"}, 9)


def test_a_walk_of_too_many_files_stops(root, folder):
    for number in range(20):
        (root / f"{number}").symlink_to("file")
    with pytest.raises(beneath.TooMany) as caught:
        beneath.walk(folder, 10)
    assert str(caught.value) == "the workspace holds more than 10 files and folders"


def test_a_sweep_takes_the_leftovers_at_any_depth_and_nothing_else(root, folder):
    (root / ".cellblock-kept").mkdir()
    (root / ".cellblock-kept" / "file").write_bytes(b"whoever made it")
    before = tree(root.parent)
    (root / ".cellblock-1").write_bytes(b"left")
    (root / "folder" / ".cellblock-2").write_bytes(b"left")
    (root / ".cellblock-3").symlink_to(root.parent / "outside" / "secret")
    (root / ".cellblock-kept" / ".cellblock-5").write_bytes(b"left")
    (root.parent / "outside" / ".cellblock-4").write_bytes(b"not ours")
    found = beneath.walk(folder, 100, sweep=True)
    assert tree(root.parent) == before | {"outside/.cellblock-4": b"not ours"}
    assert found.used_bytes == len(b"olddeepwhoever made it")


@pytest.mark.parametrize("act", ["gone", "file", "link"])
def test_a_folder_that_changes_under_the_walk_is_passed_by(root, folder, monkeypatch, act):
    real = beneath.open_beneath

    def open_late(at, path, flags, mode=0):
        if path == "folder/":
            shutil.rmtree(root / "folder")
            if act == "file":
                (root / "folder").write_bytes(b"a file now")
            elif act == "link":
                (root / "folder").symlink_to(root.parent / "outside")
        return real(at, path, flags, mode)

    monkeypatch.setattr(beneath, "open_beneath", open_late)
    assert set(beneath.walk(folder, 100).files) == {"file"}
