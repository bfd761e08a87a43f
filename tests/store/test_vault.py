"""Connections at rest: what comes back, what the files tell, and what no accident can lose."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import sqlite3
import stat
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.store.keys import Given
from cellblock.store.ports import Entry, Kept
from cellblock.store.statements import queries
from cellblock.store.vault import Vault

KEY, OTHER = secrets.token_bytes(32), secrets.token_bytes(32)
PLANTED = {"api_key": "AKIAplanted/+0123456789", "api_secret": "sécret-" + secrets.token_hex(16)}


def kept(name: str = "main", kind: str = "bybit", workspace: str = "default", **more) -> Kept:
    settings = more.pop("settings", {"environment": "demo", "symbols": ["BTCUSDT"]})
    return Kept(
        workspace=workspace,
        kind=kind,
        name=name,
        settings=settings,
        secrets=more.pop("secrets", PLANTED),
    )


def play(folder, scenario, given: Given | None = None, clock: HandClock | None = None):
    """Run a scenario against the vault of a folder."""

    async def run():
        vault = await Vault.open(folder, given or Given(), clock or HandClock())
        try:
            return await scenario(vault)
        finally:
            await vault.close()

    return asyncio.run(run())


def fault(folder, scenario, given: Given | None = None) -> OperatorFault:
    with pytest.raises(OperatorFault) as caught:
        play(folder, scenario, given)
    return caught.value


def change(folder, statement: str) -> None:
    connection = sqlite3.connect(folder / "connections.db", isolation_level=None)
    assert connection.execute(statement).rowcount > 0
    connection.close()


def everything(folder) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_what_was_put_comes_back_whole_after_a_reopening(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept()))
    assert play(tmp_path, lambda vault: vault.get("default", "bybit", "main")) == kept()
    assert play(tmp_path, lambda vault: vault.get("default", "bybit", "other")) is None


@of_hypothesis(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.text() | st.lists(st.text())),
    st.dictionaries(st.text(), st.text()),
)
def test_any_settings_and_secrets_come_back(tmp_path_factory, settings, values):
    folder = tmp_path_factory.mktemp("vault")
    wanted = kept(settings=settings, secrets=values)

    async def scenario(vault):
        await vault.put(wanted)
        assert await vault.get("default", "bybit", "main") == wanted
        (entry,) = await vault.entries("default")
        assert entry.secrets == tuple(sorted(values))

    play(folder, scenario)


def test_workspaces_kinds_and_names_are_kept_apart(tmp_path):
    async def scenario(vault):
        for number, (workspace, kind, name) in enumerate(
            [("w", "k", "n"), ("w", "k", "m"), ("w", "l", "n"), ("v", "k", "n")]
        ):
            await vault.put(kept(name, kind, workspace, secrets={"n": str(number)}))
        assert (await vault.get("w", "k", "m")).secrets == {"n": "1"}
        assert (await vault.get("v", "k", "n")).secrets == {"n": "3"}
        listed = [(entry.kind, entry.name) for entry in await vault.entries("w")]
        assert listed == [("k", "m"), ("k", "n"), ("l", "n")]
        assert await vault.remove("w", "k", "n") is True
        assert await vault.remove("w", "k", "n") is False
        assert await vault.get("w", "k", "n") is None
        assert len(await vault.entries("v")) == 1

    play(tmp_path, scenario)


def test_the_list_tells_all_but_the_secrets_and_when_it_changed(tmp_path):
    clock = HandClock(wall_s=1000.0)

    async def scenario(vault):
        await vault.put(kept())
        clock.advance(5)
        await vault.put(kept(settings={"environment": "testnet"}))
        return await vault.entries("default")

    assert play(tmp_path, scenario, clock=clock) == [
        Entry(
            kind="bybit",
            name="main",
            settings={"environment": "testnet"},
            secrets=("api_key", "api_secret"),
            created_at=1000.0,
            changed_at=1005.0,
            openable=True,
        )
    ]


def test_a_connection_prints_without_its_secrets():
    for text in (repr(kept()), str(kept()), f"{kept()}"):
        assert "bybit" in text
        assert not any(value in text for value in PLANTED.values())


@pytest.mark.jail
def test_no_file_holds_a_secret_in_any_form_and_all_are_the_owners(tmp_path):
    async def scenario(vault):
        await vault.put(kept())
        held = everything(tmp_path)  # while the write-ahead log is there
        assert sorted(os.listdir(tmp_path)) == [
            "connections.db",
            "connections.db-shm",
            "connections.db-wal",
            "key",
        ]
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return held

    before = os.umask(0)
    try:
        held = play(tmp_path, scenario) + everything(tmp_path)
    finally:
        os.umask(before)
    assert b"bybit" in held
    assert b"api_secret" in held
    for value in PLANTED.values():
        plain = value.encode()
        inner = base64.b64encode(plain)[4:-4]
        forms = (plain, plain[:8], inner, plain.hex().encode(), quote(value).encode(), plain[::-1])
        assert not any(form in held for form in forms)


def test_the_same_secrets_are_sealed_differently_each_time(tmp_path):
    async def scenario(vault):
        found = set()
        for _ in range(5):
            await vault.put(kept())
            connection = sqlite3.connect(tmp_path / "connections.db")
            found.add(connection.execute("SELECT sealed FROM connections").fetchone()[0])
            connection.close()
        assert len(found) == len({sealed[:12] for sealed in found}) == 5

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("was", "change_to"),
    [
        ({"workspace": "desk"}, "workspace = 'default'"),
        ({"kind": "http"}, "kind = 'bybit'"),
        ({"name": "main"}, "name = 'thief'"),
        ({}, "settings = settings || ' '"),
        ({}, 'settings = \'{"endpoint":"https://evil"}\''),
        ({}, "secrets = '[]'"),
        ({}, "sealed = (SELECT sealed FROM connections WHERE name = 'other')"),
        ({}, "sealed = substr(sealed, 1, 20)"),
        ({}, "sealed = x''"),
        ({}, "sealed = zeroblob(200)"),
    ],
)
def test_a_row_that_was_exchanged_or_changed_is_told_and_not_opened(tmp_path, was, change_to):
    async def fill(vault):
        await vault.put(kept("other"))
        await vault.put(kept(**{"name": "thief", **was}))

    play(tmp_path, fill)
    change(tmp_path, f"UPDATE connections SET {change_to} WHERE name <> 'other'")
    found = fault(tmp_path, lambda vault: vault.get("default", "bybit", "thief"))
    assert found.slug == "damaged-connection"
    assert str(found) == (
        "the bybit connection thief of workspace default is not as it was sealed: the file is "
        "damaged, or somebody changed it; if you cannot restore it, remove it and connect anew: "
        "`cellblock connect remove bybit --name thief`, then `cellblock connect bybit --name thief`"
    )


def test_every_bit_of_a_seal_counts(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept(secrets={"a": "b"})))
    connection = sqlite3.connect(tmp_path / "connections.db", isolation_level=None)
    (sealed,) = connection.execute("SELECT sealed FROM connections").fetchone()

    async def scenario(vault):
        for place in range(len(sealed)):
            bad = bytearray(sealed)
            bad[place] ^= 1 << place % 8
            connection.execute("UPDATE connections SET sealed = ?", (bytes(bad),))
            with pytest.raises(OperatorFault) as caught:
                await vault.get("default", "bybit", "main")
            assert caught.value.slug == "damaged-connection"
        connection.execute("UPDATE connections SET sealed = ?", (sealed,))
        assert (await vault.get("default", "bybit", "main")).secrets == {"a": "b"}

    play(tmp_path, scenario)
    connection.close()


@pytest.mark.parametrize("column", ["settings", "secrets"])
def test_a_damaged_column_is_told_in_the_list_too(tmp_path, column):
    play(tmp_path, lambda vault: vault.put(kept()))
    change(tmp_path, f"UPDATE connections SET {column} = '{{broken'")
    assert fault(tmp_path, lambda vault: vault.entries("default")).slug == "damaged-connection"


def test_a_row_of_a_later_format_is_left_to_the_later_cellblock(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept()))
    change(tmp_path, "UPDATE connections SET format = 2")
    found = fault(tmp_path, lambda vault: vault.get("default", "bybit", "main"))
    assert found.slug == "newer-vault"


@pytest.mark.parametrize("lose", ["removed", "replaced", "environment"])
def test_a_lost_key_is_told_from_damage_with_all_that_it_sealed(tmp_path, lose):
    async def fill(vault):
        await vault.put(kept())
        await vault.put(kept(kind="telegram", name="alerts"))

    play(tmp_path, fill, Given(KEY) if lose == "environment" else None)
    (tmp_path / "key").unlink(missing_ok=True)
    if lose == "replaced":
        play(tmp_path, lambda vault: vault.put(kept("new")))
    for name in ("main", "alerts"):
        kind = "bybit" if name == "main" else "telegram"
        found = fault(tmp_path, lambda vault, k=kind, n=name: vault.get("default", k, n))
        assert found.slug == "lost-key"
        assert str(found) == (
            "the key that sealed the bybit connection main of workspace default, the telegram "
            f"connection alerts of workspace default is not here; restore {tmp_path / 'key'}, or "
            "set CELLBLOCK_KEY or CELLBLOCK_OLD_KEY to it; if it is lost, remove it and "
            "connect anew: `cellblock connect remove bybit --name main`, then `cellblock connect "
            "bybit --name main`"
        )
    listed = play(tmp_path, lambda vault: vault.entries("default"))
    assert {entry.name: entry.openable for entry in listed if entry.name != "new"} == {
        "main": False,
        "alerts": False,
    }
    # Reading made no key: the old one can still be put back.
    assert (tmp_path / "key").exists() is (lose == "replaced")


def test_a_connection_can_be_entered_again_when_its_key_is_lost(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept()))
    (tmp_path / "key").unlink()
    play(tmp_path, lambda vault: vault.put(kept(secrets={"api_key": "new"})))
    found = play(tmp_path, lambda vault: vault.get("default", "bybit", "main"))
    assert found.secrets == {"api_key": "new"}


def test_a_new_key_opens_all_and_the_old_one_nothing(tmp_path):
    async def fill(vault):
        for number in range(5):
            await vault.put(kept(f"n{number}", workspace=f"w{number % 2}"))

    play(tmp_path, fill)
    old = (tmp_path / "key").read_bytes()
    connection = sqlite3.connect(tmp_path / "connections.db")
    before = [row[0] for row in connection.execute("SELECT sealed FROM connections")]
    connection.close()
    listed = play(tmp_path, lambda vault: vault.entries("w0"))
    assert play(tmp_path, lambda vault: vault.rekey()) == 5
    assert (tmp_path / "key").read_bytes() != old
    assert (tmp_path / "key").read_bytes().count(b"\n") == 1
    assert play(tmp_path, lambda vault: vault.entries("w0")) == listed
    assert play(tmp_path, lambda vault: vault.get("w1", "bybit", "n3")) == kept(
        "n3", workspace="w1"
    )
    # Nothing that the old key opens is left, in no free page and no log.
    assert not any(item[12:40] in everything(tmp_path) for item in before)
    (tmp_path / "key").write_bytes(old)
    assert fault(tmp_path, lambda vault: vault.get("w1", "bybit", "n3")).slug == "lost-key"


def test_what_is_removed_or_replaced_is_not_left_in_the_file(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept(settings={"note": "x" * 3000})))
    connection = sqlite3.connect(tmp_path / "connections.db")
    (sealed,) = connection.execute("SELECT sealed FROM connections").fetchone()
    connection.close()
    assert sealed in everything(tmp_path)

    async def scenario(vault):
        assert await vault.remove("default", "bybit", "main")
        assert sealed[12:40] not in everything(tmp_path)

    play(tmp_path, scenario)


def test_the_key_moves_between_the_file_and_the_environment(tmp_path):
    async def rekey(vault):
        await vault.rekey()
        return (await vault.get("default", "bybit", "main")) == kept()

    play(tmp_path, lambda vault: vault.put(kept()))
    assert play(tmp_path, rekey, Given(KEY))
    assert not (tmp_path / "key").exists()
    assert fault(tmp_path, lambda vault: vault.get("default", "bybit", "main")).slug == "lost-key"
    assert play(tmp_path, rekey, Given(OTHER, KEY))
    assert play(tmp_path, rekey, Given(None, OTHER))
    assert (tmp_path / "key").exists()
    assert play(tmp_path, rekey)


def test_nothing_is_sealed_anew_unless_all_can_be_opened(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept()))
    play(tmp_path, lambda vault: vault.put(kept("other", workspace="desk")), Given(KEY))
    before = (tmp_path / "key").read_bytes()
    found = fault(tmp_path, lambda vault: vault.rekey())
    assert found.slug == "lost-key"
    assert "the bybit connection other of workspace desk" in str(found)
    assert "main" not in str(found).partition(";")[0]
    assert (tmp_path / "key").read_bytes() == before
    assert play(tmp_path, lambda vault: vault.get("default", "bybit", "main")) == kept()


def test_the_database_of_another_program_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "connections.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE users (name)")
    connection.close()
    before = path.read_bytes()
    found = fault(tmp_path, lambda vault: vault.entries("default"))
    assert found.slug == "bad-vault"
    assert "it is a database of another program" in str(found)
    assert path.read_bytes() == before


def test_a_vault_that_cannot_be_opened_to_the_end_leaves_nothing_open(tmp_path, monkeypatch):
    opened = []

    async def refused(vault, work):
        opened.append(vault._database)
        raise OperatorFault("bad-vault", "the disk is gone")

    monkeypatch.setattr(Vault, "_work", refused)
    assert fault(tmp_path, lambda vault: vault.entries("default")).slug == "bad-vault"
    (database,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        database.connection.execute("SELECT 1")
    with pytest.raises(RuntimeError, match="after shutdown"):
        database._thread.submit(print)


@pytest.mark.jail
def test_a_link_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "connections.db").symlink_to(tmp_path / "elsewhere.db")
    assert fault(tmp_path, lambda vault: vault.entries("default")).slug == "bad-vault"
    assert not (tmp_path / "elsewhere.db").exists()


def test_looking_for_a_vault_makes_none(tmp_path):
    assert Vault.is_in(tmp_path / "none") is False
    assert not (tmp_path / "none").exists()
    play(tmp_path, lambda vault: vault.entries("default"))
    assert Vault.is_in(tmp_path) is True


FIRST_START = """
import asyncio, sys
from pathlib import Path
from cellblock.clock import SystemClock
from cellblock.store.keys import Given
from cellblock.store.ports import Kept
from cellblock.store.vault import Vault

async def main(folder, name):
    vault = await Vault.open(folder, Given(), SystemClock())
    await vault.put(Kept(workspace="w", kind="k", name=name, settings={}, secrets={"s": name * 9}))
    if name in {"n0", "n1", "n2"}:
        await vault.rekey()
    await vault.close()

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.jail
def test_processes_that_start_together_end_up_with_one_key_and_lose_nothing(tmp_path):
    folder = tmp_path / "data"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_START, str(folder), f"n{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0

    async def scenario(vault):
        listed = await vault.entries("w")
        assert len(listed) == 6
        for entry in listed:
            found = await vault.get("w", "k", entry.name)
            assert found.secrets == {"s": entry.name * 9}

    play(folder, scenario)
    assert sorted(os.listdir(folder)) == ["connections.db", "key"]


DIES = """
import asyncio, os, sys
from pathlib import Path
from cellblock.clock import SystemClock
from cellblock.store import database
from cellblock.store.keys import Given
from cellblock.store.ports import Kept
from cellblock.store.vault import Vault

left = int(sys.argv[2])

def step(*_):
    global left
    left -= 1
    if left < 0:
        os._exit(9)

for name in ("fsync", "link", "replace", "unlink", "open", "write"):
    real = getattr(os, name)
    def dying(*arguments, _real=real, **more):
        step()
        return _real(*arguments, **more)
    setattr(os, name, dying)

async def main(folder):
    vault = await Vault.open(folder, Given(), SystemClock())
    await vault._database.work(lambda: vault._database.connection.set_trace_callback(step))
    if sys.argv[3] == "put":
        await vault.put(Kept(workspace="w", kind="k", name="new", settings={}, secrets={"s": "v"}))
    else:
        await vault.rekey()
    await vault.close()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.parametrize("work", ["put", "rekey"])
def test_whenever_it_is_killed_nothing_is_lost_and_one_can_go_on(tmp_path, work):
    deaths = 0
    for steps in range(200):
        folder = tmp_path / str(steps)
        if work == "rekey":
            play(folder, lambda vault: vault.put(kept()))
        command = [sys.executable, "-c", DIES, str(folder), str(steps), work]
        code = subprocess.run(command, check=False).returncode
        assert code in {0, 9}
        deaths += code == 9

        async def go_on(vault):
            if work == "rekey":
                assert await vault.get("default", "bybit", "main") == kept()
            else:
                found = await vault.get("w", "k", "new")
                assert found is None or found.secrets == {"s": "v"}
            await vault.put(kept("after"))
            await vault.rekey()
            assert await vault.get("default", "bybit", "after") == kept("after")
            if work == "rekey":
                assert await vault.get("default", "bybit", "main") == kept()

        play(folder, go_on)
        assert (folder / "key").read_text().count("\n") == 1
        assert not (folder / "key.new").exists()
        if code == 0:
            break
    assert deaths >= {"put": 10, "rekey": 15}[work]
    assert code == 0


FILLS = """
import asyncio, os, sys
from pathlib import Path
from cellblock.clock import SystemClock
from cellblock.errors import OperatorFault
from cellblock.store.keys import Given, Keys
from cellblock.store.ports import Kept
from cellblock.store.vault import Vault

async def main(folder):
    told = []
    (folder / "apart").mkdir()
    async def attempt(name, size):
        try:
            vault = await Vault.open(folder, Given(), SystemClock())
        except OperatorFault as fault:
            told.append(fault.slug)
            return None
        try:
            kept = Kept(workspace="w", kind="k", name=name, settings={}, secrets={"s": "v" * size})
            await vault.put(kept)
        except OperatorFault as fault:
            told.append(fault.slug)
        finally:
            await vault.close()
    filler = folder / "filler"
    folder.chmod(0o700)
    with open(filler, "wb", 0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    try:
        Keys(folder / "apart", Given()).current()
    except OperatorFault as fault:
        told.append(fault.slug)
    assert not os.listdir(folder / "apart")
    await attempt("first", 10)
    assert not (folder / "key").exists()
    filler.unlink()
    await attempt("second", 10)
    with open(filler, "wb", 0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    await attempt("second", 300_000)
    try:
        vault = await Vault.open(folder, Given(), SystemClock())
        await vault.rekey()
    except OperatorFault as fault:
        told.append(fault.slug)
    filler.unlink()
    vault = await Vault.open(folder, Given(), SystemClock())
    assert (await vault.get("w", "k", "second")).secrets == {"s": "v" * 10}
    print(told)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_or_folder_of_another_user_is_refused(tmp_path):
    play(tmp_path, lambda vault: vault.put(kept()))
    path = tmp_path / "key"
    os.chown(path, 65534, 65534)
    said = str(fault(tmp_path, lambda vault: vault.get("default", "bybit", "main")))
    assert "belongs to user 65534; run as that user" in said
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    assert "belongs to user 65534" in str(fault(folder, lambda vault: vault.entries("w")))


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user may not mount a small disk")
def test_a_full_disk_is_told_and_loses_nothing(tmp_path):
    script = f'mount -t tmpfs -o size=400k,mode=700 tmpfs {tmp_path} && exec "$@"'
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c"]
    done = subprocess.run(
        [*command, script, "sh", sys.executable, "-c", FILLS, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.replace("'", '"'))
    assert told[:2] == ["bad-key", "bad-vault"]
    assert set(told[2:]) <= {"bad-vault", "bad-key"}
    assert len(told) == 4


def test_every_named_query_is_used_and_none_is_empty():
    named = queries("connections")
    assert set(named) == {"put", "get", "of_workspace", "all", "reseal", "remove"}
    assert all(text.strip().endswith(";") for text in named.values())
