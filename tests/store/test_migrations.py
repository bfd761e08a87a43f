"""The form of the files: forward only, whole or not at all, from the first release on.

``first_release/`` holds each file as that release wrote it; those two that were there before files
were numbered have no number.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.store.chronicle import Chronicle
from cellblock.store.keys import Given
from cellblock.store.migrations import migrate, steps
from cellblock.store.registry import Registry
from cellblock.store.service import LineQuery, RunQuery
from cellblock.store.sqlite import SqliteState
from cellblock.store.vault import Vault
from service_samples import BOT, OTHER, ROOM, event, hook, place, run, token

FIRST = Path(__file__).parent / "first_release"
OPENERS = {
    "service": Registry.open,
    "journal": Chronicle.open,
    "state": SqliteState.open,
    "connections": lambda path: Vault.open(path.parent, Given(bytes(range(32))), HandClock()),
}
STEPS = (
    "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);",
    "ALTER TABLE a ADD COLUMN y;\nUPDATE a SET y = ';' WHERE x = 1;",
    "CREATE TABLE b AS SELECT x + 1 AS x FROM a;\nDROP TABLE a;",
)


def laid(folder: Path, name: str) -> Path:
    """Make a file as the first release wrote it."""
    path = folder / f"{name}.db"
    connection = sqlite3.connect(path)
    connection.executescript((FIRST / f"{name}.sql").read_text("utf-8"))
    connection.close()
    return path


def number(path: Path) -> int:
    connection = sqlite3.connect(path)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return found


def opened(path: Path, scenario=None):
    async def play():
        store = await OPENERS[path.stem](path)
        try:
            return scenario and await scenario(store)
        finally:
            await store.close()

    return asyncio.run(play())


def test_the_registry_of_the_first_release_is_found_whole(tmp_path):
    async def scenario(stores):
        assert [one.name for one in await stores.workspaces.workspaces()] == [ROOM]
        worker = await stores.workers.worker(BOT)
        assert (worker.desired, worker.version, worker.revision) == ("running", 2, 2)
        first, second = [await stores.workers.version(BOT, k) for k in (1, 2)]
        assert (first.settings.cron, first.settings.timezone) == ("0 9 * * 1-5", "Europe/Berlin")
        assert first.settings.config == {"a": [1, None, "é"]}
        assert (first.settings.limits.max_errors, first.note) == (3, "first")
        assert second.settings.interval_s == 2.5
        assert (await stores.workers.worker(OTHER)).desired == "stopped"
        standing = await stores.standings.standing(BOT)
        assert (standing.state, standing.errors, standing.heeded) == ("paused", 5, 1)
        assert await stores.standings.places() == {BOT: place()}
        assert (await stores.tokens.token(b"ci")).revoked_at == 8.0
        assert await stores.tokens.token(b"root") == token("root", role="admin", workspace=None)
        assert (await stores.audit.audit(ROOM))[0].detail == {"version": 1}
        assert (await stores.rules.rules(ROOM))[0].workers == ("bot",)
        assert await stores.rules.told("k") == 5.5
        assert await stores.hooks.hook(b"door") == hook(signed=True)
        assert (await stores.hooks.waiting(BOT, 9))[0].body == event(b'{"a":1}').body

    opened(laid(tmp_path, "service"), scenario)


def test_the_journal_of_the_first_release_is_found_whole(tmp_path):
    async def scenario(store):
        lines = await store.lines(LineQuery(workspace=ROOM))
        assert [(one.message, one.level) for one in lines] == [("a", "warn"), ("two", "info")]
        runs = await store.runs(RunQuery(workspace=ROOM, worker=BOT.name))
        assert [(one.n, one.error) for one in runs] == [(2, "E: x"), (1, None)]
        assert (await store.usage(ROOM)).runs == 2
        _, more = await store.keep([], [run(3)])
        assert more[0].id == 3

    opened(laid(tmp_path, "journal"), scenario)


def test_state_and_connections_from_before_the_numbers_are_found_whole_and_numbered(tmp_path):
    async def state(store):
        assert await store.get("bot", "k") == b'{"a":1}'
        assert await store.drawn("bot") == b"[1]"
        assert (await store.seized("abc")).source == "source"

    async def connections(vault):
        kept = await vault.get("default", "telegram", "main")
        assert (kept.settings, kept.secrets) == ({"chat": "1"}, {"token": "12:abc"})

    for name, scenario in (("state", state), ("connections", connections)):
        path = laid(tmp_path, name)
        assert number(path) == 0
        opened(path, scenario)
        assert number(path) == len(steps(name))


def test_a_state_file_from_before_quarantine_and_pictures_gets_their_tables(tmp_path):
    path = laid(tmp_path, "state")
    connection = sqlite3.connect(path)
    connection.executescript("DROP TABLE quarantine; DROP TABLE renders;")
    connection.close()

    async def scenario(store):
        assert await store.get("bot", "k") == b'{"a":1}'
        assert await store.seizures() == []
        assert await store.drawn("bot") is None

    opened(path, scenario)


@pytest.mark.parametrize("name", OPENERS)
def test_a_file_of_a_newer_release_is_refused_and_left_as_it_was(tmp_path, name):
    path = tmp_path / f"{name}.db"
    opened(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(
        OperatorFault, match=r"written by a newer Cellblock \(its form is 99"
    ) as caught:
        opened(path)
    assert caught.value.slug == "newer-file"
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("known", [1, 2, 3])
def test_each_older_form_is_brought_to_the_newest(tmp_path, known):
    connection = sqlite3.connect(tmp_path / "f.db", isolation_level=None)
    migrate(connection, 7, STEPS[:known])
    migrate(connection, 7, STEPS)
    migrate(connection, 7, STEPS)
    assert connection.execute("SELECT x FROM b").fetchall() == [(2,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (3,)
    assert connection.execute("PRAGMA application_id").fetchone() == (7,)
    connection.close()


def test_steps_that_fail_leave_the_file_as_it_was(tmp_path):
    connection = sqlite3.connect(tmp_path / "f.db", isolation_level=None)
    migrate(connection, 7, STEPS[:1])
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        migrate(connection, 7, (*STEPS[:2], "DROP TABLE a;\nDROP TABLE missing;"))
    assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert not connection.in_transaction
    connection.close()


DIES = """
import os, signal, sqlite3, sys
from cellblock.store.migrations import migrate
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
connection.execute("PRAGMA journal_mode = WAL")
big = "UPDATE a SET x = zeroblob(9000000);"  # more than fits in memory, so some is in the file
migrate(connection, 7, (sys.argv[2], big + "\\nDROP TABLE a;\\nSELECT die();"))
"""


def test_a_process_that_is_killed_amid_the_steps_leaves_the_form_it_found(tmp_path):
    path = tmp_path / "f.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, 7, STEPS[:1])
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(path), STEPS[0]], check=False, timeout=30
    )
    assert done.returncode == -signal.SIGKILL
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    migrate(connection, 7, STEPS)
    assert connection.execute("SELECT x FROM b").fetchall() == [(2,)]
    connection.close()


@pytest.mark.parametrize("name", OPENERS)
def test_openers_at_the_same_time_migrate_once(tmp_path, name):
    path = laid(tmp_path, name)

    async def play():
        stores = await asyncio.gather(*(OPENERS[name](path) for _ in range(6)))
        for store in stores:
            await store.close()

    asyncio.run(play())
    assert number(path) == len(steps(name))
