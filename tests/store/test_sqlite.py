from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from cellblock.errors import OperatorFault
from cellblock.names import WorkerId
from cellblock.store.database import Database, Layout
from cellblock.store.ports import StoreFault
from cellblock.store.sqlite import SqliteState
from cellblock.store.statements import queries

BOT = WorkerId("bot")
LAYOUT = Layout(application=1, steps="state", statements=("state",))

SETS_AND_DIES = """
import asyncio, os, sys
from pathlib import Path
from cellblock.store.sqlite import SqliteState

async def main():
    store = await SqliteState.open(Path(sys.argv[1]))
    await store.set("bot", "k", b"kept")
    os._exit(7)

asyncio.run(main())
"""


async def opened_value(path, key: str = "k") -> bytes | None:
    store = await SqliteState.open(path)
    try:
        return await store.get(BOT, key)
    finally:
        await store.close()


def fault_of(path) -> OperatorFault:
    with pytest.raises(OperatorFault) as caught:
        asyncio.run(SqliteState.open(path))
    assert caught.value.slug == "bad-state-file"
    assert str(caught.value).startswith(f"the state file {path} cannot be used: ")
    assert caught.value.hint.endswith("as in sqlite:///worker.db")
    return caught.value


def test_state_survives_a_reopening(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")
        await store.set(BOT, "k", b"kept")
        await store.close()

    asyncio.run(scenario())
    assert asyncio.run(opened_value(tmp_path / "s.db")) == b"kept"


def test_the_thread_of_a_file_ends_even_if_the_file_cannot_be_closed(tmp_path):
    class Stuck:
        def close(self):
            raise sqlite3.OperationalError("unable to close due to unfinalized statements")

    async def scenario():
        database = await Database.open(tmp_path / "s.db", LAYOUT)
        whole, database.connection = database.connection, Stuck()
        with pytest.raises(sqlite3.OperationalError, match="unfinalized"):
            await database.close()
        whole.close()
        with pytest.raises(sqlite3.ProgrammingError, match="the file was closed"):
            await database.work(print)

    asyncio.run(scenario())


def test_a_file_whose_closing_is_given_up_while_it_is_busy_is_closed_all_the_same(tmp_path):
    async def scenario():
        database = await Database.open(tmp_path / "s.db", LAYOUT)
        begun, go_on = threading.Event(), threading.Event()

        def busy():
            begun.set()
            assert go_on.wait(10)

        job = asyncio.ensure_future(database.work(busy))
        await asyncio.to_thread(begun.wait, 10)
        closing = asyncio.ensure_future(database.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        go_on.set()
        await job
        for thread in database._thread._threads:
            await asyncio.to_thread(thread.join, 10)
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            database.connection.execute("SELECT 1")

    asyncio.run(scenario())


def test_a_set_that_returned_survives_the_death_of_its_process(tmp_path):
    command = [sys.executable, "-c", SETS_AND_DIES, str(tmp_path / "s.db")]
    assert subprocess.run(command, check=False).returncode == 7
    assert asyncio.run(opened_value(tmp_path / "s.db")) == b"kept"


def test_every_set_is_brought_to_the_disk(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")
        found = {
            name: store._database.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        }
        await store.close()
        return found

    assert asyncio.run(scenario()) == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize("schema", ["CREATE TABLE users (name)", "CREATE TABLE state (a, b)"])
def test_the_database_of_another_program_is_refused_and_left_as_it_was(tmp_path, schema):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute(schema)
    connection.close()
    before = path.read_bytes()
    assert "it is a database of another program" in str(fault_of(path))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["other.db"]


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"my notes\n" * 200)
    fault_of(path)
    assert path.read_bytes() == b"my notes\n" * 200


@pytest.mark.parametrize("name", ["missing/s.db", "folder", "file/s.db"])
def test_a_path_that_cannot_be_a_file_is_the_operators_fault(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    fault_of(tmp_path / name)


@pytest.mark.slow
def test_openers_at_the_same_time_share_one_new_file(tmp_path):
    async def scenario(path):
        stores = await asyncio.gather(*(SqliteState.open(path) for _ in range(8)))
        await asyncio.gather(*(s.set(BOT, str(n), b"1") for n, s in enumerate(stores)))
        seen = [await store.keys(BOT) for store in stores]
        for store in stores:
            await store.close()
        assert seen == [list("01234567")] * 8

    # Whether openers meet is chance; in so many rounds some do.
    for number in range(40):
        asyncio.run(scenario(tmp_path / f"{number}.db"))


def test_a_store_that_cannot_do_it_says_so_and_changes_nothing(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")
        await store.set(BOT, "k", b"old")
        store._database.connection.execute("PRAGMA query_only = ON")
        for work in (store.set(BOT, "k", b"new"), store.delete(BOT, "k")):
            with pytest.raises(StoreFault) as caught:
                await work
            assert str(caught.value).startswith("the state could not be read or kept: ")
        assert await store.get(BOT, "k") == b"old"
        await store.close()

    asyncio.run(scenario())


def test_of_a_change_that_may_come_back_after_a_crash_no_store_says_that_it_was_not_kept(tmp_path):
    async def scenario():
        store = await SqliteState.open(tmp_path / "s.db")

        def flushing_fails():
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
            raise error

        store._replace = lambda *_: flushing_fails()
        with pytest.raises(StoreFault, match=r"error; a change may have been kept all the same$"):
            await store.replace(BOT, {})
        await store.close()

    asyncio.run(scenario())


def test_every_named_query_is_used_and_none_is_empty():
    named = queries("state")
    assert set(named) == {"get", "set", "delete", "keys", "page", "sizes", "clear"}
    assert all(text.strip().endswith(";") for text in named.values())
