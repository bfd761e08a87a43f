"""`cellblock state export` and `import`: whole or not at all, whatever the file holds."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import stat
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellblock import compose
from cellblock.cli import state as commands
from cellblock.errors import OperatorFault
from cellblock.limits import STATE_KEY_BYTES, STATE_KEYS, STATE_VALUE_BYTES
from cellblock.names import WorkerId
from cellblock.store import transfer
from cellblock.store.memory import MemoryState
from cellblock.store.ports import StoreFault
from cellblock.store.sqlite import SqliteState

BOT = WorkerId("bot")
VALUES = {
    "": b"0",
    "a\n\0b": b'"\xc3\xa9\\n\\u0000"',
    "big": b'"' + b"x" * (STATE_VALUE_BYTES - 2) + b'"',
    "deep": b"[" * 500 + b"]" * 500,
    "float": b"1e999",
    "int": b"123456789012345678901234567890",
    "spaced": b'{\n\t"a" :\r\n [1, 2]}',
    "\U0001f642": b"null",
}
del VALUES[""]
HEADER = b'{"format":"cellblock-state","version":1,"worker":"bot","keys":%d}\n'


def cellblock(*arguments, stdin=b"", **more):
    return subprocess.run(
        [sys.executable, "-m", "cellblock", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
        **more,
    )


def keep(choice, values, worker=BOT):
    async def work():
        store = await compose.open_state(choice)
        try:
            await store.replace(worker, values)
        finally:
            await store.close()

    asyncio.run(work())


def kept(choice, worker=BOT):
    async def work():
        store = await compose.open_state(choice)
        try:
            return await store.page(worker, "", 1_000_000_000)
        finally:
            await store.close()

    return asyncio.run(work())


def refusal(work, *arguments, **named) -> OperatorFault:
    with pytest.raises(OperatorFault) as caught:
        work(*arguments, **named)
    return caught.value


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/state.db"


def compact(value: bytes) -> object:
    return json.loads(value) if value != VALUES["float"] else value


def test_state_moves_from_sqlite_to_redis_and_back_unchanged(tmp_path, sqlite_url, redis_url):
    keep(sqlite_url, VALUES)
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert commands.export_state(sqlite_url, "bot", str(first)) == 0
    assert commands.import_state(redis_url, "bot", str(first), replace=False) == 0
    there = kept(redis_url)
    assert list(there) == sorted(VALUES)
    for key, value in VALUES.items():
        assert compact(there[key]) == compact(value)
        assert there[key] == value or key == "spaced"
    assert commands.export_state(redis_url, "bot", str(second)) == 0
    assert second.read_bytes() == first.read_bytes()
    other = f"sqlite:///{tmp_path}/other.db"
    assert commands.import_state(other, "bot", str(second), replace=False) == 0
    assert kept(other) == there


def test_an_export_is_lines_of_json_that_only_its_owner_reads(tmp_path, sqlite_url):
    keep(sqlite_url, {"b": b"[1, 2]", "a": b'"x"'})
    path = tmp_path / "out.jsonl"
    commands.export_state(sqlite_url, "bot", str(path))
    assert path.read_text() == (
        '{"format":"cellblock-state","version":1,"worker":"bot","keys":2}\n'
        '{"key":"a","value":"x"}\n'
        '{"key":"b","value":[1, 2]}\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["out.jsonl", "state.db"]


def test_the_command_line_pipes_from_store_to_store(sqlite_url, redis_url):
    keep(sqlite_url, VALUES)
    out = cellblock("state", "export", "--state", sqlite_url, "--name", "bot")
    assert (out.returncode, out.stderr) == (0, b"7 keys of bot exported\n")
    arguments = ("state", "import", "--state", redis_url, "--name", "bot-2", "-")
    done = cellblock(*arguments, stdin=out.stdout)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr == b"7 keys of bot-2 imported from an export of bot\n"
    assert len(kept(redis_url, WorkerId("bot-2"))) == 7
    again = cellblock(*arguments, stdin=out.stdout)
    assert again.returncode == 2
    assert again.stderr == (
        b"cellblock: bot-2 has 7 keys in that store already; --replace puts the import in their "
        b"place; or import it under another --name\n"
    )


@pytest.mark.parametrize("where", ["sqlite", "redis"])
def test_a_worker_that_is_there_is_replaced_only_on_demand_and_as_a_whole(tmp_path, request, where):
    url = request.getfixturevalue(f"{where}_url")
    path = tmp_path / "in.jsonl"
    path.write_bytes(HEADER % 1 + b'{"key":"new","value":1}\n')
    keep(url, {"old": b"1", "older": b"2"})
    fault = refusal(commands.import_state, url, "bot", str(path), replace=False)
    assert fault.slug == "state-there"
    assert kept(url) == {"old": b"1", "older": b"2"}
    commands.import_state(url, "bot", str(path), replace=True)
    assert kept(url) == {"new": b"1"}


def test_state_that_is_not_there_is_told(tmp_path, sqlite_url):
    fault = refusal(commands.export_state, sqlite_url, "bot", "-")
    assert (fault.slug, "there is no state file" in str(fault)) == ("bad-state", True)
    keep(sqlite_url, {"k": b"1"})
    fault = refusal(commands.export_state, sqlite_url, "other", "-")
    assert fault.slug == "no-state"
    fault = refusal(commands.export_state, "memory", "bot", "-")
    assert str(fault).startswith("'memory' names no state store; write sqlite:///relative.db")
    assert refusal(commands.export_state, sqlite_url, "Not A Name", "-").slug == "bad-name"


@pytest.mark.parametrize("target", ["folder", "fifo", "missing/out", "device"])
def test_an_export_goes_to_a_regular_file_alone(tmp_path, sqlite_url, target):
    keep(sqlite_url, {"k": b"1"})
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "device").symlink_to("/dev/null")
    fault = refusal(commands.export_state, sqlite_url, "bot", str(tmp_path / target))
    assert fault.slug == "bad-output"
    assert sorted(os.listdir(tmp_path)) == ["device", "fifo", "folder", "state.db"]
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_path_that_cannot_be_reached_is_told(tmp_path, sqlite_url):
    far = "x" * 300  # fails as a folder does that this user may not enter, for root too
    fault = refusal(commands.export_state, f"sqlite:///{tmp_path}/{far}/a.db", "bot", "-")
    assert (fault.slug, "File name too long" in str(fault)) == ("bad-state-file", True)
    assert commands.examine(f"sqlite:///{tmp_path}/{far}/a.db")[0] is None
    fault = refusal(commands.export_state, sqlite_url, "bot", str(tmp_path / far / "out"))
    assert (fault.slug, "File name too long" in str(fault)) == ("bad-output", True)


def test_an_export_over_a_link_keeps_the_link(tmp_path, sqlite_url):
    keep(sqlite_url, {"k": b"1"})
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    fault = refusal(commands.export_state, sqlite_url, "bot", str(tmp_path / "link"))
    assert fault.slug == "output-there"
    assert (tmp_path / "real").read_text() == "old"
    commands.export_state(sqlite_url, "bot", str(tmp_path / "link"), replace=True)
    assert (tmp_path / "link").is_symlink()
    assert b'"key":"k"' in (tmp_path / "real").read_bytes()


def test_a_value_that_is_no_json_stops_an_export_and_leaves_the_old_file(tmp_path, sqlite_url):
    keep(sqlite_url, {"a": b"1", "k": b"{no json\n"})
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    fault = refusal(commands.export_state, sqlite_url, "bot", str(path), replace=True)
    assert fault.slug == "bad-state"
    assert "the value of 'k' is not JSON" in str(fault)
    assert path.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["out.jsonl", "state.db"]


def test_a_worker_that_runs_meanwhile_spoils_its_export(tmp_path, sqlite_url, monkeypatch):
    keep(sqlite_url, {"a": b"1", "b": b"2"})
    page = SqliteState.page

    async def meanwhile(store, worker, after, max_bytes):
        await store.set(worker, "c", b"3")
        return await page(store, worker, after, max_bytes)

    monkeypatch.setattr(SqliteState, "page", meanwhile)
    fault = refusal(commands.export_state, sqlite_url, "bot", str(tmp_path / "out"))
    assert fault.slug == "state-changed"
    assert not (tmp_path / "out").exists()


# Hostile files


def entry(key="k", value=b"1"):
    return b'{"key":%s,"value":%s}\n' % (json.dumps(key).encode(), value)


BAD = {
    "empty": (b"", "line 1: no header of an export"),
    "no header": (entry(), "line 1: no header of an export"),
    "text": (b"hello\n", "line 1: no header"),
    "binary": (bytes(range(256)) * 100, "line 1: no header"),
    "one long line": (b"x" * 2_000_000, "line 1: longer than"),
    "another format": (HEADER.replace(b"cellblock", b"other") % 0, "line 1: no header"),
    "a later version": (HEADER.replace(b"1", b"2") % 0, "line 1: no header"),
    "more in the header": (HEADER.replace(b"{", b'{"x":1,') % 0, "line 1: no header"),
    "fewer than none": (HEADER % -1, "line 1: no header"),
    "a mark in front": (b"\xef\xbb\xbf" + HEADER % 1 + entry(), "line 1: no header"),
    "cut off": (HEADER % 2 + entry(), "it holds 1 keys where its header says 2"),
    "cut in a line": (HEADER % 1 + entry()[:-5], "line 2: no key and value"),
    "more than said": (HEADER % 1 + entry("a") + entry("b"), "it holds 2 keys"),
    "an empty line": (HEADER % 1 + b"\n" + entry(), "line 2: no key and value"),
    "the same key": (HEADER % 2 + entry() * 2, "line 3: the key 'k' stands there twice"),
    "the same key otherwise": (
        HEADER % 2 + entry() + b'{"key":"\\u006b","value":1}\n',
        "line 3: the key 'k' stands there twice",
    ),
    "no key": (HEADER % 1 + b'{"value":1}\n', "line 2: no key and value"),
    "no value": (HEADER % 1 + b'{"key":"k"}\n', "line 2: no key and value"),
    "more in a line": (HEADER % 1 + b'{"key":"k","value":1,"x":1}\n', "line 2"),
    "a key that is none": (HEADER % 1 + b'{"key":1,"value":1}\n', "line 2: no key and value"),
    "an empty key": (HEADER % 1 + entry(""), "line 2: a key has 1 to 512 bytes"),
    "a long key": (HEADER % 1 + entry("é" * 257), "line 2: a key has 1 to 512 bytes"),
    "half a character": (HEADER % 1 + b'{"key":"\\ud800","value":1}\n', "line 2"),
    "NaN": (HEADER % 1 + entry(value=b"NaN"), "line 2: no key and value"),
    "no text": (HEADER % 1 + entry(value=b'"\xff"'), "line 2: the value is not JSON"),
    "a key of no text": (HEADER % 1 + b'{"key":"\xff","value":1}\n', "line 2: no key and value"),
    "too deep": (HEADER % 1 + entry(value=b"[" * 100_000 + b"]" * 100_000), "line 2"),
    "too long": (
        HEADER % 1 + entry(value=b'"' + b"x" * (STATE_VALUE_BYTES - 1) + b'"'),
        "line 2: the value has 512,001 bytes; the limit is 512,000",
    ),
    "too many": (
        HEADER % (STATE_KEYS + 1) + b"".join(entry(str(n)) for n in range(STATE_KEYS + 1)),
        "line 10,002: there are more than 10,000 keys",
    ),
    "too much": (
        HEADER % 126 + b"".join(entry(str(n), b'"%s"' % (b"x" * 511_998)) for n in range(126)),
        "there are more than 64,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_whole_export_changes_nothing(tmp_path, sqlite_url, data, words):
    keep(sqlite_url, {"old": b"1"})
    path = tmp_path / "in.jsonl"
    path.write_bytes(data)
    fault = refusal(commands.import_state, sqlite_url, "bot", str(path), replace=True)
    assert (fault.slug, fault.hint) == ("bad-import", "nothing was changed")
    assert words in str(fault)
    assert len(str(fault)) < 600
    assert kept(sqlite_url) == {"old": b"1"}


@pytest.mark.parametrize("name", ["none", "folder"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, sqlite_url, name):
    (tmp_path / "folder").mkdir()
    path = str(tmp_path / name)
    fault = refusal(commands.import_state, sqlite_url, "bot", path, replace=False)
    assert fault.slug == "bad-import"
    assert not (tmp_path / "state.db").exists()


def test_endless_input_is_left_at_the_limit(sqlite_url):
    command = [sys.executable, "-m", "cellblock", "state", "import", "--state", sqlite_url]
    with open("/dev/zero", "rb") as zeros:
        done = subprocess.run(
            [*command, "--name", "bot", "-"],
            stdin=zeros,
            capture_output=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert b"stdin cannot be imported: line 1: longer than" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_what_steers_a_terminal_is_shown_and_not_sent(tmp_path, sqlite_url):
    path = tmp_path / "in.jsonl"
    path.write_bytes(HEADER % 1 + entry(value=b"1") + entry("\x9b31m\u202e"))
    done = cellblock(
        "state", "import", "--state", sqlite_url, "--name", "bot", path, env=os.environ
    )
    assert done.returncode == 2
    assert b"\xc2\x9b" not in done.stderr


# Stores that fail in the middle


def test_an_import_that_a_full_redis_refuses_changes_nothing(tmp_path, redis_server, redis_url):
    path = tmp_path / "in.jsonl"
    path.write_bytes(HEADER % 1 + entry("new"))
    keep(redis_url, {"old": b"1"})
    redis_server.cli("CONFIG", "SET", "maxmemory", "1")
    try:
        with pytest.raises(StoreFault) as caught:
            commands.import_state(redis_url, "bot", str(path), replace=True)
    finally:
        redis_server.cli("CONFIG", "SET", "maxmemory", "0")
    assert str(caught.value).endswith("; nothing was changed")
    assert kept(redis_url) == {"old": b"1"}


def test_an_import_that_is_killed_in_the_middle_changes_nothing(tmp_path, sqlite_url):
    """The writer is stopped inside its transaction, and killed there."""
    keep(sqlite_url, {"old": b"1"})
    program = """
import asyncio, os, signal, sys
from cellblock import compose
from cellblock.names import WorkerId

class Values(dict):
    def __getitem__(self, key):
        if key == "9":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(key)

async def main():
    store = await compose.open_state(sys.argv[1])
    await store.replace(WorkerId("bot"), Values({str(n): b"1" for n in range(10)}))

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program, sqlite_url], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert kept(sqlite_url) == {"old": b"1"}


def test_an_import_that_is_broken_off_on_redis_is_forgotten_and_changes_nothing(
    redis_server, redis_url
):
    async def work():
        store = await compose.open_state(redis_url)
        await store.replace(BOT, {"old": b"1"})
        ask = store._link.ask

        async def broken(*commands, **more):
            if commands[0][0] == "HLEN":
                raise asyncio.CancelledError
            return await ask(*commands, **more)

        store._link.ask = broken
        with pytest.raises(asyncio.CancelledError):
            await store.replace(BOT, {str(n): b"1" for n in range(10)})
        store._link.ask = ask
        left = f"{store._prefix}:import:bot"
        assert await store.page(BOT, "", 1_000) == {"old": b"1"}
        (lives_s,) = await ask(("TTL", left))
        assert 0 < lives_s <= 3_600
        await store.replace(BOT, {"new": b"1"})
        assert await store.page(BOT, "", 1_000) == {"new": b"1"}
        (lives_s,) = await ask(("TTL", store._state(BOT)))
        assert lives_s == -1, "what was imported must not have a time to live"
        await store.close()

    asyncio.run(work())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
KEY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=STATE_KEY_BYTES // 4)


@settings(max_examples=200, deadline=None)
@given(values=st.dictionaries(KEY, JSON, max_size=20), indent=st.sampled_from([None, 0, 2]))
def test_whatever_json_is_kept_comes_through_an_export(values, indent):
    texts = {key: json.dumps(value, indent=indent).encode() for key, value in values.items()}
    store = MemoryState()

    async def export():
        await store.replace(BOT, texts)
        return [line async for line in transfer.export_lines(store, BOT, BOT)]

    lines = asyncio.run(export())
    assert lines[0] == HEADER % len(texts)
    assert [json.loads(line)["key"] for line in lines[1:]] == sorted(texts)
    assert all(line.count(b"\n") == 1 for line in lines)
    _, found = transfer.read_export(io.BytesIO(b"".join(lines)), "file")
    assert {key: json.loads(value) for key, value in found.items()} == values


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300) | st.text().map(str.encode))
def test_no_bytes_in_a_file_raise_anything_but_a_refusal(data):
    for prefix in (b"", HEADER % 1, HEADER % 1 + b'{"key":"k","value":'):
        with contextlib.suppress(OperatorFault):
            header, values = transfer.read_export(io.BytesIO(prefix + data), "file")
            assert len(values) == header.keys
