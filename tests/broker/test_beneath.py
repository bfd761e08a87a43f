from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker import beneath
from cellblock.broker.beneath import BadPath, parts


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
    ("path", "names"),
    [
        ("a", ["a"]),
        ("a/b/c.txt", ["a", "b", "c.txt"]),
        ("./a//b/.", ["a", "b"]),
        ("a/", ["a"]),
        ("...", ["..."]),
        (".hidden", [".hidden"]),
        ("a b/é", ["a b", "é"]),
        ("x" * 200, ["x" * 200]),
        ("~", ["~"]),
        ("a\\b", ["a\\b"]),
    ],
)
def test_a_good_path_is_split_into_names(path, names):
    assert parts(path) == names


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "the path is empty"),
        (".", "the path is empty"),
        ("./.", "the path is empty"),
        ("/", "the path '/' is absolute; paths begin in the workspace"),
        ("/etc/passwd", "the path '/etc/passwd' is absolute; paths begin in the workspace"),
        ("..", "the path '..' leaves the workspace"),
        ("a/../b", "the path 'a/../b' leaves the workspace"),
        ("a/..", "the path 'a/..' leaves the workspace"),
        ("a\0b", "the path 'a\\x00b' holds control characters"),
        ("a\nb", "the path 'a\\nb' holds control characters"),
        ("a\x7fb", "the path 'a\\x7fb' holds control characters"),
        (".cellblock-x", "names that begin with .cellblock- are the host's own"),
        ("a/.cellblock-/b", "names that begin with .cellblock- are the host's own"),
        ("x" * 300, f"a name in the path {'x' * 100!r}… is longer than 200 bytes"),
        ("é" * 101, f"a name in the path {'é' * 100!r}… is longer than 200 bytes"),
        ("a/" * 501, f"the path {'a/' * 50!r}… is longer than 1,000 bytes"),
    ],
)
def test_a_bad_path_says_why(path, reason):
    with pytest.raises(BadPath) as caught:
        parts(path)
    assert str(caught.value) == reason


@given(st.text(max_size=40) | st.text(alphabet="./a\0", max_size=12))
def test_any_path_is_refused_or_gives_names_that_stay(path):
    try:
        names = parts(path)
    except BadPath:
        return
    assert names
    assert all(name not in {"", ".", ".."} and "/" not in name for name in names)
    assert not any(ord(character) < 32 for character in "".join(names))


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


def test_a_walk_gives_regular_files_sorted_and_follows_no_link(root, folder):
    (root / ".cellblock-left").write_bytes(b"")
    (root / "folder" / ".cellblock-left").write_bytes(b"")
    (root / "b.txt").write_bytes(b"12")
    found = [(entry.path, entry.size) for entry in beneath.walk(folder, 100)]
    assert found == [("b.txt", 2), ("file", 3), ("folder/deep", 4)]


def test_a_walk_of_too_many_files_stops(root, folder):
    for number in range(20):
        (root / f"{number}").write_bytes(b"")
    with pytest.raises(BadPath) as caught:
        list(beneath.walk(folder, 10))
    assert str(caught.value) == "the workspace holds more than 10 files"


def test_a_sweep_takes_the_leftovers_at_any_depth_and_nothing_else(root, folder):
    before = tree(root.parent)
    (root / ".cellblock-1").write_bytes(b"left")
    (root / "folder" / ".cellblock-2").write_bytes(b"left")
    (root / ".cellblock-3").symlink_to(root.parent / "outside" / "secret")
    (root.parent / "outside" / ".cellblock-4").write_bytes(b"not ours")
    beneath.sweep(folder)
    assert tree(root.parent) == before | {"outside/.cellblock-4": b"not ours"}
