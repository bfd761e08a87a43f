from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cellblock.broker import filing
from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters import files
from cellblock.broker.adapters.files import FilesAdapter
from cellblock.broker.workspace import Workspace, read_at
from cellblock.errors import OperatorFault
from cellblock.limits import (
    ADAPTER_VALUE_BYTES,
    FILES_LIST_BYTES,
    FILES_READ_BYTES,
    FILES_WRITE_BYTES,
)
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
    asyncio.run(workspace.close())


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
    told = ask(space, m.FilesList(prefix, ""))
    assert told.pop("more") is False
    return told


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
     ("a/1", ["a/1"]), ("A", []), ("b", []), ("./a", []), ("a//", []), ("/", []), ("..", []),
     ("*", []), ("\0", []), ("\udcff", []), ("x" * 100_000, [])],
    ids=lambda item: ascii(item)[:20],
)  # fmt: skip
def test_a_list_gives_the_files_whose_path_begins_with_the_prefix(space, prefix, paths):
    for path in ("c", "ab", "a/2", "a/1"):
        write(space, path, b"12")
    answer = listed(space, prefix)
    assert [entry["path"] for entry in answer["files"]] == paths
    assert answer["used"] == 8


def test_the_path_of_an_answer_is_the_one_that_a_list_gives(space):
    assert write(space, "./a//b", b"12")["path"] == "a/b"
    assert write(space, "a/./b", b"34", append=True)["path"] == "a/b"
    assert read(space, "./a/b")["path"] == "a/b"
    assert [entry["path"] for entry in listed(space)["files"]] == ["a/b"]
    assert delete(space, ".//a/b") == {"path": "a/b"}


@pytest.mark.parametrize(("size", "count"), [(10, 7), (70, 7), (120, 4), (200, 2), (4_000, 1)])
def test_a_long_list_comes_in_pages_and_names_every_file_once(
    space, root, monkeypatch, size, count
):
    monkeypatch.setattr(files, "FILES_LIST_BYTES", size)
    (root / "a").mkdir()
    paths = ["a b", "a/b", "a/c", "a0", "é", "\uffee", "\U0001f642"]
    for path in paths:
        (root / path).write_bytes(b"1")
    found: list[str] = []
    pages, more = 0, True
    while more:
        page = ask(space, m.FilesList("", found[-1] if found else ""))
        found += [entry["path"] for entry in page["files"]]
        pages, more = pages + 1, page["more"]
    assert (found, page["used"]) == (sorted(paths), 7)
    assert pages >= count
    assert [entry["path"] for entry in ask(space, m.FilesList("a/", "a/b"))["files"]] == ["a/c"]


def test_the_largest_list_fits_its_pages(space, root):
    """10,000 of the longest names that json makes longer still; one page could never hold them."""
    folder = "/".join(['"' * 200] * 4)
    (root / folder).mkdir(parents=True)
    names = [f"{number:05}" + '"' * 190 for number in range(10_000)]
    at = os.open(root / folder, os.O_RDONLY)
    for name in names:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=at))
    os.close(at)
    found: list[str] = []
    while True:
        answer = asyncio.run(
            FilesAdapter(space).answer(m.FilesList("", found[-1] if found else ""))
        )
        assert len(answer) <= FILES_LIST_BYTES + 100 < ADAPTER_VALUE_BYTES
        page = json.loads(answer)
        found += [entry["path"] for entry in page["files"]]
        if not page["more"]:
            break
    assert found == [f"{folder}/{name}" for name in names]


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
    assert read(space, "f", 0, limit) == {
        "error": f"limit={limit} is less than the next character has; read at least 4 bytes",
        "code": "bad_range",
    }
    assert read(space, "f", 0, 4)["content"] == "🙂"


def test_base64_pages_are_the_bytes(space):
    data = bytes(range(256)) * 3
    write(space, "f", data)
    found = b""
    for _ in range(100):
        page = read(space, "f", len(found), 50, encoding="base64")
        assert page["size"] == 768
        found += base64.b64decode(page["content"])
        if page["eof"]:
            break
    assert found == data


@pytest.mark.parametrize("encoding", ["utf-8", "base64"])
def test_a_file_without_a_byte_is_at_its_end(space, encoding):
    write(space, "f", b"")
    told = {"path": "f", "content": "", "size": 0, "eof": True}
    assert read(space, "f", encoding=encoding) == told
    assert read(space, "f", 0, 0, encoding=encoding) == told
    assert read(space, "f", 7, 7, encoding=encoding) == told


def changing(monkeypatch, change):
    """Have *change* happen after the bytes of a page were read and before the size is asked."""

    def read_then_change(descriptor, limit, offset):
        data = read_at(descriptor, limit, offset)
        change()
        return data

    monkeypatch.setattr(files, "read_at", read_then_change)


def test_a_file_that_grows_while_it_is_read_is_not_at_its_end(space, root, monkeypatch):
    (root / "f").write_bytes("aé".encode()[:2])  # the rest of the character comes meanwhile
    changing(monkeypatch, lambda: (root / "f").write_bytes("aéb".encode()))
    page = read(space, "f", 0, 10)
    assert page == {"path": "f", "content": "a", "size": 4, "eof": False}
    assert read(space, "f", 1, 10)["content"] == "éb"


def test_a_file_that_shrinks_while_it_is_read_is_at_its_end(space, root, monkeypatch):
    (root / "f").write_bytes(b"abcdef")
    changing(monkeypatch, lambda: (root / "f").write_bytes(b"a"))
    assert read(space, "f", 0, 3) == {"path": "f", "content": "abc", "size": 1, "eof": True}
    assert read(space, "f", 3, 3) == {"path": "f", "content": "", "size": 1, "eof": True}


def test_a_whole_file_that_grows_over_the_limit_is_not_cut_off_in_silence(space, root, monkeypatch):
    (root / "f").write_bytes(b"x" * 49_999)
    changing(monkeypatch, lambda: (root / "f").write_bytes(b"x" * 50_001))
    assert read(space, "f")["code"] == "too_large"


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
    assert write(space, ".//a", b"x" * 400_001) == refusal
    assert write(space, "new", b"x") == refusal
    assert read(space, "a", 0, 50_000)["content"] == "a" * 50_000
    assert [(entry["path"], entry["size"]) for entry in listed(space)["files"]] == [
        ("a", 400_000),
        ("b", 600_000),
    ]
    assert write(space, "a", b"y" * 400_000)["size"] == 400_000


def test_the_number_of_files_and_folders_is_limited(space, root, monkeypatch):
    monkeypatch.setattr(filing, "FILES_WORKSPACE_ENTRIES", 4)
    write(space, "a/b/c", b"")
    full = "files and folders; the limit is 4; delete files first"
    expected = {"error": f"the workspace holds 3 {full}", "code": "quota"}
    assert write(space, "d/e", b"") == write(space, "a/d/e", b"", append=True) == expected
    assert sorted(os.listdir(root)) == ["a"]
    assert write(space, "a/d", b"")["size"] == 0
    expected = {"error": f"the workspace holds 4 {full}", "code": "quota"}
    assert write(space, "e", b"") == write(space, "a/b/e", b"") == expected
    assert write(space, "a/d", b"more")["size"] == 4


def test_where_the_operator_put_more_than_is_counted_files_can_be_read_and_deleted(
    space, root, monkeypatch
):
    monkeypatch.setattr(files, "MOST_COUNTED", 3)
    monkeypatch.setattr(filing, "MOST_COUNTED", 3)
    for name in "abcd":
        (root / name).write_bytes(b"x")
    many = {
        "error": "the workspace holds more than 3 files and folders; delete files first",
        "code": "quota",
    }
    assert write(space, "a", b"") == ask(space, m.FilesList("", "")) == many
    assert read(space, "a")["content"] == "x"
    assert delete(space, "a") == {"path": "a"}
    assert write(space, "b", b"")["size"] == 0


def test_a_workspace_that_the_operator_overfilled_can_be_emptied_and_not_filled(space, root):
    (root / "a").write_bytes(bytes(QUOTA + 10))
    assert write(space, "b", b"x")["code"] == "quota"
    assert write(space, "a", b"x", append=True)["code"] == "quota"
    assert write(space, "b", b"")["size"] == 0
    assert write(space, "a", bytes(QUOTA + 9))["size"] == QUOTA + 9
    assert write(space, "a", bytes(QUOTA))["size"] == QUOTA
    assert listed(space)["used"] == QUOTA


def test_what_somebody_changes_underneath_is_counted_at_once(space, root):
    write(space, "a", bytes(QUOTA))
    (root / "a").write_bytes(bytes(QUOTA - 1))
    assert write(space, "b", b"xy")["code"] == "quota"
    assert write(space, "b", b"x")["size"] == 1
    os.truncate(root / "a", 0)
    assert write(space, "b", bytes(QUOTA))["size"] == QUOTA


def test_a_file_that_no_worker_can_name_counts_and_is_not_listed(space, root):
    (root / "cafe\u0301").write_bytes(b"123")
    (root / "a\nb").write_bytes(b"45")
    (root / "a").mkdir()
    (root / "a" / "b\u202e").write_bytes(b"6")
    (root / "caf\u00e9").write_bytes(b"789")
    told = listed(space)
    assert [entry["path"] for entry in told["files"]] == ["caf\u00e9"]
    assert told["used"] == 9
    assert write(space, "x", bytes(QUOTA - 8))["code"] == "quota"
    assert write(space, "x", bytes(QUOTA - 9))["size"] == QUOTA - 9


def test_folders_that_deletes_leave_empty_do_not_use_up_the_workspace(space, monkeypatch):
    monkeypatch.setattr(filing, "FILES_WORKSPACE_ENTRIES", 3)
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
    ("fifo", "'fifo' is no regular file"),
    ("socket", "'socket' is no regular file"),
    ("folder", "'folder' is a folder"),
    ("folder/", "the path 'folder/' ends like that of a folder; name a file"),
    ("file/", "the path 'file/' ends like that of a folder; name a file"),
    ("to_folder/secret", None),
    ("to_folder/new", None),
    ("cafe\u0301", None),
    ("a\u202eb", None),
    ("a\x9bb", "the path 'a\\x9bb' holds control characters"),
    ("/".join("a" * 17), "the path 'a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a' has more than 16 parts"),
]
"""The rules for names are `test_paths`'; here it is seen that each verb keeps them."""


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
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{space.folder}/socket")
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
    told = listed(space)
    assert ([entry["path"] for entry in told["files"]], told["used"]) == (["good"], 2)


# The host's side


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
