from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters import files
from cellblock.broker.adapters.files import FilesAdapter, Workspace
from cellblock.errors import OperatorFault
from cellblock.limits import FILES_READ_BYTES, FILES_WRITE_BYTES
from cellblock.wire import messages as m

QUOTA = 1_000_000


@pytest.fixture
def root(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    return inside


@pytest.fixture
def space(root):
    workspace = Workspace.open(root, QUOTA)
    yield workspace
    workspace.close()


def ask(space: Workspace, call: m.Call) -> dict[str, Any]:
    answer = asyncio.run(FilesAdapter(space).answer(call))
    return json.loads(answer or b"")


def write(space: Workspace, path: str, content: bytes, *, append: bool = False) -> dict[str, Any]:
    return ask(space, m.FilesWrite(path, content, append=append))


def read(
    space: Workspace, path: str, offset: int | None = None, limit: int | None = None, **how: Any
) -> dict[str, Any]:
    whole = offset is None and limit is None
    limit = FILES_READ_BYTES if limit is None else limit
    call = m.FilesRead(path, offset or 0, limit, whole, how.get("encoding", "utf-8"))
    return ask(space, call)


def listed(space: Workspace, prefix: str = "") -> dict[str, Any]:
    return ask(space, m.FilesList(prefix))


def delete(space: Workspace, path: str) -> dict[str, Any]:
    return ask(space, m.FilesDelete(path))


# What the contract promises


def test_what_was_written_is_read_listed_and_deleted(space, root):
    assert write(space, "a/b.txt", b"caf\xc3\xa9") == {"path": "a/b.txt", "size": 5}
    assert read(space, "a/b.txt") == {"path": "a/b.txt", "content": "café", "size": 5, "eof": True}
    modified = (root / "a/b.txt").stat().st_mtime
    entry = {"path": "a/b.txt", "size": 5, "modified": modified}
    assert listed(space) == {"files": [entry], "used": 5, "limit": QUOTA}
    assert delete(space, "a/b.txt") == {"path": "a/b.txt"}
    assert listed(space) == {"files": [], "used": 0, "limit": QUOTA}


def test_a_write_replaces_and_an_append_adds(space):
    write(space, "f", b"long content")
    assert write(space, "f", b"new") == {"path": "f", "size": 3}
    assert write(space, "f", b"+more", append=True) == {"path": "f", "size": 8}
    assert read(space, "f")["content"] == "new+more"
    assert write(space, "log", b"first", append=True) == {"path": "log", "size": 5}


def test_bytes_travel_as_base64(space):
    data = bytes(range(256))
    write(space, "f", data)
    answer = read(space, "f", encoding="base64")
    assert base64.b64decode(answer["content"]) == data
    assert (answer["size"], answer["eof"]) == (256, True)
    assert base64.b64decode(read(space, "f", 250, 3, encoding="base64")["content"]) == data[250:253]


@pytest.mark.parametrize(
    ("prefix", "paths"),
    [("", ["a/1", "a/2", "ab", "c"]), ("a", ["a/1", "a/2", "ab"]), ("a/", ["a/1", "a/2"]),
     ("/", []), ("..", [])],
)  # fmt: skip
def test_a_list_gives_the_files_whose_path_begins_with_the_prefix(space, prefix, paths):
    for path in ("c", "ab", "a/2", "a/1"):
        write(space, path, b"12")
    answer = listed(space, prefix)
    assert [entry["path"] for entry in answer["files"]] == paths
    assert answer["used"] == 8


# Reading in pages


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=60), limit=st.integers(4, 20))
def test_pages_of_text_are_the_text_and_cut_no_character(space, text, limit):
    write(space, "f", text.encode())
    offset, found = 0, ""
    while True:
        page = read(space, "f", offset, limit)
        assert page["size"] == len(text.encode())
        found += page["content"]
        offset += len(page["content"].encode())
        if page["eof"]:
            break
        assert page["content"]
    assert found == text


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_page_too_small_for_a_character_is_an_error_not_an_endless_loop(space, limit):
    write(space, "f", "🙂".encode())
    answer = read(space, "f", 0, limit)
    assert "error" in answer, answer


@pytest.mark.parametrize(
    ("offset", "limit", "content", "eof"),
    [(0, 3, "abc", False), (3, 3, "def", True), (3, 9, "def", True), (5, 1, "f", True),
     (6, 5, "", True), (99, 5, "", True), (0, 0, "", False)],
)  # fmt: skip
def test_offset_and_limit_count_bytes_and_eof_is_told(space, offset, limit, content, eof):
    write(space, "f", b"abcdef")
    answer = read(space, "f", offset, limit)
    assert answer == {"path": "f", "content": content, "size": 6, "eof": eof}


def test_one_read_returns_50_kb_and_the_error_names_size_and_arguments(space):
    write(space, "f", b"x" * (FILES_READ_BYTES + 1))
    assert read(space, "f") == {
        "error": "f has 50,001 bytes and one read returns 50,000; "
        "read it in pages with offset=… and limit=… (offset=0 first)",
        "code": "too_large",
    }
    assert read(space, "f", 0, FILES_READ_BYTES + 1) == {
        "error": "limit=50,001 is over 50,000, the most that one read returns; "
        "read in pages with offset and limit",
        "code": "too_large",
    }
    assert len(read(space, "f", 0, FILES_READ_BYTES)["content"]) == 50_000
    write(space, "f", b"x" * FILES_READ_BYTES)
    assert len(read(space, "f")["content"]) == 50_000


@pytest.mark.parametrize(
    ("data", "offset"), [(b"ab\xff", 0), (b"\xe9t\xe9", 0), ("é".encode(), 1), (b"ab\xc3", 0)]
)
def test_what_is_not_text_says_to_read_it_as_base64(space, data, offset):
    write(space, "f", data)
    assert read(space, "f", offset, 50) == {
        "error": f"f is not UTF-8 text at offset {offset}; read it with encoding='base64'",
        "code": "encoding",
    }


@pytest.mark.parametrize(
    ("offset", "limit"),
    [(-1, 5), (0, -1), (-(2**63), 5), (2**62, 5), (2**63 - 1, 5), (2**63, 5), (2**64 - 1, 5)],
)
def test_hostile_offsets_and_limits_are_answered(space, offset, limit):
    write(space, "f", b"abc")
    answer = read(space, "f", offset, limit)
    assert "error" in answer or answer["content"] == ""


# Limits


def test_the_quota_holds_for_all_files_together_and_the_old_file_stays_whole(space):
    write(space, "a", b"a" * 400_000)
    write(space, "b", b"b" * 600_000)
    refusal = {
        "error": "the workspace would hold 1,000,001 bytes; the limit is 1,000,000; "
        "delete files first",
        "code": "quota",
    }
    assert write(space, "a", b"x" * 400_001) == refusal
    assert write(space, "a", b"x", append=True) == refusal
    assert write(space, "./a//", b"x" * 400_001) == refusal
    assert write(space, "new", b"x") == refusal
    assert read(space, "a", 0, 50_000)["content"] == "a" * 50_000
    assert [(entry["path"], entry["size"]) for entry in listed(space)["files"]] == [
        ("a", 400_000),
        ("b", 600_000),
    ]
    assert write(space, "a", b"y" * 400_000)["size"] == 400_000


def test_the_number_of_files_is_limited(space, monkeypatch):
    monkeypatch.setattr(files, "FILES_WORKSPACE_ENTRIES", 3)
    for name in "abc":
        write(space, name, b"")
    expected = {"error": "the workspace holds 3 files, the limit", "code": "quota"}
    assert write(space, "d", b"") == expected
    assert write(space, "a", b"more")["size"] == 4


def test_folders_that_deletes_leave_empty_do_not_use_up_the_workspace(space, monkeypatch):
    monkeypatch.setattr(files, "FILES_WORKSPACE_ENTRIES", 3)
    for number in range(8):
        assert "error" not in write(space, f"{number}/f", b"")
        assert "error" not in delete(space, f"{number}/f")
    assert listed(space)["files"] == []


def test_one_write_carries_at_most_5_mb(space):
    assert write(space, "f", bytes(FILES_WRITE_BYTES + 1)) == {
        "error": "one write carries at most 5,000,000 bytes",
        "code": "too_large",
    }
    assert listed(space)["files"] == []


def test_writes_at_the_same_time_keep_the_quota_between_workers(space):
    async def scenario():
        adapters = [FilesAdapter(space), FilesAdapter(space)]
        calls = (m.FilesWrite(str(n), bytes(100_001), append=False) for n in range(20))
        work = (adapters[n % 2].answer(call) for n, call in enumerate(calls))
        return [json.loads(answer or b"") for answer in await asyncio.gather(*work)]

    answers = asyncio.run(scenario())
    assert sum("size" in answer for answer in answers) == 9
    assert listed(space)["used"] == 9 * 100_001


# Hostile paths

HOSTILE = [
    ("..", "the path '..' leaves the workspace"),
    ("a/../../outside", "the path 'a/../../outside' leaves the workspace"),
    ("/etc/passwd", "the path '/etc/passwd' is absolute; paths begin in the workspace"),
    ("a\0b", "the path 'a\\x00b' holds control characters"),
    ("", "the path is empty"),
    ("x" * 300, f"a name in the path {'x' * 100!r}… is longer than 200 bytes"),
    (".cellblock-0123", "names that begin with .cellblock- are the host's own"),
    ("a/.cellblock-/b", "names that begin with .cellblock- are the host's own"),
    ("\ud800", "the path holds characters that no file name can"),
    ("to_file", "the path leads through a symbolic link, which is not followed"),
    ("to_own", "the path leads through a symbolic link, which is not followed"),
    ("dangling", "the path leads through a symbolic link, which is not followed"),
    ("file/x", "a part of the path is a file, not a folder"),
    ("fifo", None),
    ("folder", None),
    ("to_folder/secret", None),
]


@pytest.mark.parametrize(("path", "error"), HOSTILE, ids=lambda item: repr(item)[:30])
@pytest.mark.parametrize("verb", ["read", "write", "append", "delete"])
def test_a_hostile_path_is_a_bad_path_and_changes_nothing(space, root, verb, path, error):
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (root / "file").write_bytes(b"old")
    (root / "folder").mkdir()
    (root / "to_file").symlink_to(outside / "secret")
    (root / "to_own").symlink_to("file")
    (root / "to_folder").symlink_to(outside)
    (root / "dangling").symlink_to(outside / "new")
    os.mkfifo(root / "fifo")
    before = listed(space), sorted(os.listdir(root)), sorted(os.listdir(outside))
    answer = {
        "read": lambda: read(space, path),
        "write": lambda: write(space, path, b"new"),
        "append": lambda: write(space, path, b"new", append=True),
        "delete": lambda: delete(space, path),
    }[verb]()
    assert answer["code"] == "bad_path"
    assert error in {None, answer["error"]}
    assert (listed(space), sorted(os.listdir(root)), sorted(os.listdir(outside))) == before
    assert (outside / "secret").read_bytes() == b"secret"


@pytest.mark.parametrize("path", ["missing", "missing/deep"])
def test_a_file_that_is_not_there_is_not_found(space, path):
    expected = {"error": "there is no such file", "code": "not_found"}
    assert read(space, path) == delete(space, path) == expected


def test_links_and_leftovers_are_neither_listed_nor_counted(space, root):
    (root.parent / "secret").write_bytes(b"secret")
    (root / "link").symlink_to(root.parent / "secret")
    (root / ".cellblock-left").write_bytes(b"left")
    assert listed(space) == {"files": [], "used": 0, "limit": QUOTA}


def test_a_file_name_that_is_not_utf8_hides_no_other_file(space, root):
    (root / "good").write_bytes(b"12")
    with open(os.fsencode(root) + b"/\xff", "wb"):
        pass
    assert "good" in [entry["path"] for entry in listed(space).get("files", [])]


# The host's side


def mounted(path: str) -> bool:
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_full_disk_leaves_the_old_file_whole(tmp_path):
    if not mounted(str(tmp_path)):
        pytest.skip("a small disk can be mounted by root alone")
    try:
        space = Workspace.open(tmp_path, QUOTA)
        full = {
            "error": "the disk of the host is full; the old file is as it was",
            "code": "disk_full",
        }
        assert write(space, "f", b"old" * 1_000) == {"path": "f", "size": 3_000}
        assert write(space, "f", bytes(200_000)) == full
        assert write(space, "f", bytes(200_000), append=True) == full
        assert read(space, "f")["content"] == "old" * 1_000
        assert os.listdir(tmp_path) == ["f"]
        assert write(space, "f", b"new") == {"path": "f", "size": 3}
        space.close()
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_opening_a_workspace_clears_what_a_cut_off_write_left(root):
    (root / "a").mkdir()
    (root / "a" / ".cellblock-0123").write_bytes(b"half")
    (root / "a" / "kept").write_bytes(b"whole")
    Workspace.open(root, QUOTA).close()
    assert os.listdir(root / "a") == ["kept"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none", "there is no directory {path}; make it: mkdir -p {path}"),
        ("file", "{path} is no directory; name the directory that holds the files"),
        ("link", "the files directory {path} is a symbolic link; name {real} itself"),
        ("dangling", "the files directory {path} is a symbolic link; name {none} itself"),
    ],
)
def test_what_is_no_directory_is_no_workspace(tmp_path, name, message):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("none")
    with pytest.raises(OperatorFault) as caught:
        Workspace.open(tmp_path / name, QUOTA)
    places = {"path": tmp_path / name, "real": tmp_path / "real", "none": tmp_path / "none"}
    assert (caught.value.slug, str(caught.value)) == ("bad-files", message.format(**places))


def test_calls_of_another_namespace_are_refused(space):
    with pytest.raises(CallRefused) as caught:
        ask(space, m.StateKeys(""))
    assert str(caught.value) == "this is no call of ctx.files"
