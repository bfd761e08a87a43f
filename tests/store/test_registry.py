"""The registry's file: shared by processes, private, and whole after a kill."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cellblock.errors import OperatorFault
from cellblock.limits import VERSIONS
from cellblock.store.ledger import MEMORY
from cellblock.store.ports import StoreFault
from cellblock.store.registry import LAYOUT, Registry
from cellblock.store.service import (
    AuditStore,
    Conflict,
    HookStore,
    RuleStore,
    SessionStore,
    StandingStore,
    TokenStore,
    UserStore,
    WorkerStore,
    WorkspaceStore,
)
from cellblock.store.statements import queries
from service_ports import arguments, plan
from service_samples import BOT, draft, standing, workspace

PORTS = {
    "workspaces": WorkspaceStore,
    "workers": WorkerStore,
    "standings": StandingStore,
    "tokens": TokenStore,
    "users": UserStore,
    "sessions": SessionStore,
    "audit": AuditStore,
    "rules": RuleStore,
    "hooks": HookStore,
}
SCANNED = {
    "tokens_of": "tokens",
    "rules_of": "rules",
    "remove_tokens_of": "tokens",
    "users_of": "users",
    "remove_users_of": "users",
    "sweep_sessions": "sessions",
    "standings_of_all": "standings",
    "places": "places",
    "awaited": "events",
    "intent": "intent",
    "raise_intent": "intent",
    "purged_revision": "intent",
    "note_purged": "intent",
}
"""Statements that look at a whole table: all of it is asked for, or it is small."""
PAGED = {"audit_of_all"}
"""Statements that go through a table in its own order, and stop at their limit."""


def play(path, scenario):
    async def run():
        stores = await Registry.open(path)
        try:
            return await asyncio.wait_for(scenario(stores), 60)
        finally:
            await stores.close()

    return asyncio.run(run())


def test_the_stores_have_the_methods_of_their_ports_with_their_arguments():
    async def scenario(stores):
        for name, port in PORTS.items():
            assert arguments(getattr(stores, name), port) == {
                method: asked[1:] for method, asked in arguments(port, port).items()
            }

    play(MEMORY, scenario)


def test_nobody_else_may_read_the_file_nor_what_lies_beside_it(tmp_path):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace())
        return {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    modes = play(tmp_path / "service.db", scenario)
    assert set(modes) == {"service.db", "service.db-wal", "service.db-shm"}
    assert set(modes.values()) == {0o600}


def test_a_path_that_cannot_be_the_file_is_the_operators_fault(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes").write_bytes(b"my notes\n" * 200)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("missing/service.db", "folder", "notes", "link"):
        with pytest.raises(OperatorFault) as caught:
            asyncio.run(Registry.open(tmp_path / name))
        assert caught.value.slug == "bad-service-file"
        assert str(tmp_path / name) in str(caught.value)
    assert (tmp_path / "notes").read_bytes() == b"my notes\n" * 200


def test_every_change_is_brought_to_the_disk(tmp_path):
    async def scenario(stores):
        connection = stores._ledger.connection
        return [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]

    assert play(tmp_path / "service.db", scenario) == ["wal", 2]


def test_statements_have_names_of_their_own_and_find_their_rows_by_an_index():
    async def scenario(stores):
        seen = set()
        for file in LAYOUT.statements:
            for name, text in queries(file).items():
                assert name not in seen, name
                seen.add(name)
                steps = plan(stores._ledger.connection, text)
                scans = [step for step in steps if step.startswith("SCAN")]
                if name in SCANNED:
                    assert len(scans) == 1, name
                    assert scans[0].split()[1] == SCANNED[name]
                elif name in PAGED:
                    assert not any("TEMP B-TREE" in step for step in steps), (name, steps)
                else:
                    assert not scans, (name, scans)
        assert set(SCANNED) <= seen

    play(MEMORY, scenario)


def test_two_who_hold_the_file_see_each_others_changes_and_conflict_as_one_would(tmp_path):
    async def scenario(one):
        two = await Registry.open(tmp_path / "service.db")
        await one.workspaces.add_workspace(workspace())
        before = await two.workers.revision()
        await one.workers.deploy(draft("0"))
        assert await two.workers.revision() != before
        both = [one.workers, two.workers]
        deploys = (both[k % 2].deploy(draft(str(k)), expected=1) for k in range(1, 21))
        ends = await asyncio.gather(*deploys, return_exceptions=True)
        assert sum(isinstance(end, Conflict) for end in ends) == 19
        deploys = (both[k % 2].deploy(draft(f"x{k}")) for k in range(20))
        done = await asyncio.gather(*deploys)
        assert sorted(end.version.number for end in done) == list(range(3, 23))
        assert await one.workers.worker(BOT) == await two.workers.worker(BOT)
        await two.close()

    play(tmp_path / "service.db", scenario)


WRITES = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cellblock.store.registry import Registry
from service_samples import draft, workspace

async def main():
    stores = await Registry.open(Path(sys.argv[1]))
    await stores.workspaces.add_workspace(workspace())
    async def deploy(first):
        for k in range(first, 1_000_000, 8):
            deployed = await stores.workers.deploy(draft(str(k)))
            print(deployed.version.number, k, flush=True)
    await asyncio.gather(*(deploy(first) for first in range(8)))

asyncio.run(main())
"""


def test_a_process_that_is_killed_loses_nothing_that_it_was_told_is_kept(tmp_path):
    path = tmp_path / "service.db"
    folder = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path), folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait(10)
    process.stdout.close()

    async def scenario(stores):
        newest = (await stores.workers.versions(BOT, limit=1))[0].number
        for line in told:
            if line.endswith("\n"):
                number, source = map(int, line.split())
                version = await stores.workers.version(BOT, number)
                if number <= newest - VERSIONS:
                    assert version is None
                    continue
                assert version is not None
                assert version.source == str(source)
        assert (await stores.workers.worker(BOT)).version == newest
        assert newest >= 200

    play(path, scenario)


def test_a_store_that_cannot_do_it_says_so_and_changes_nothing(tmp_path):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace())
        await stores.workers.deploy(draft())
        before = await stores.workers.worker(BOT)
        stores._ledger.connection.execute("PRAGMA query_only = ON")
        for work in (
            stores.workers.deploy(draft("2")),
            stores.workers.purge(BOT),
            stores.standings.stand([standing()]),
            stores.tokens.used_tokens({"a": 1.0}),
        ):
            with pytest.raises(StoreFault, match="records could not be kept: attempt to write"):
                await work
        assert await stores.workers.worker(BOT) == before
        stores._ledger.connection.close()
        with pytest.raises(StoreFault, match="records could not be read: Cannot operate"):
            await stores.workers.worker(BOT)

    play(tmp_path / "service.db", scenario)


def test_after_its_close_a_store_says_that_it_is_closed(tmp_path):
    async def scenario():
        stores = await Registry.open(tmp_path / "service.db")
        await stores.close()
        with pytest.raises(StoreFault, match="could not be read: the file was closed"):
            await stores.workers.worker(BOT)

    asyncio.run(scenario())


def test_a_row_that_is_damaged_is_told_as_a_fault(tmp_path):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace())
        await stores.workers.deploy(draft())
        other = sqlite3.connect(tmp_path / "service.db")
        other.execute("UPDATE versions SET settings = '{'")
        other.commit()
        other.close()
        for work in (stores.workers.version(BOT, 1), stores.workers.versions(BOT)):
            with pytest.raises(StoreFault):
                await work

    play(tmp_path / "service.db", scenario)
