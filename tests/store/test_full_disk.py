"""A disk without room: every store says so in words, loses nothing, and goes on once there is room.

The limit on the size of files stands for the disk, for it needs no rights: what is written beyond
it fails as it does on a full disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAYS = """
import asyncio, os, resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.store.chronicle import Chronicle
from cellblock.store.keys import Given
from cellblock.store.ports import Kept, Seizure, StoreFault
from cellblock.store.registry import Registry
from cellblock.store.service import LineQuery, RunQuery
from cellblock.store.sqlite import SqliteState
from cellblock.store.vault import Vault
from service_samples import *

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
FOLDER = Path(sys.argv[1])
BIG = "x" * 200_000

def room(size):
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size if size else hard, hard))

async def fails(work, kind=StoreFault):
    try:
        await work
    except kind as fault:
        assert "could not be" in str(fault) or "cannot be used" in str(fault), fault
        print(str(fault)[:120])
    else:
        raise SystemExit(f"{work} was kept on a full disk")

async def state():
    store = await SqliteState.open(FOLDER / "state.db")
    await store.set("w", "k", b"old")
    yield
    await fails(store.set("w", "k", BIG.encode()))
    await fails(store.replace("w", {"k": BIG.encode()}))
    await fails(store.draw("w", BIG.encode()))
    await fails(store.seize(Seizure("v", "w", 1.0, "what", BIG)))
    ends = await asyncio.gather(
        *(store.set("w", f"big{n}", BIG.encode()) for n in range(5)), return_exceptions=True
    )
    assert all(isinstance(end, StoreFault) for end in ends), ends
    assert await store.get("w", "k") == b"old"
    assert await store.keys("w") == ["k"]
    yield
    await store.set("w", "k", BIG.encode())
    assert await store.get("w", "k") == BIG.encode()
    await store.close()

async def registry():
    stores = await Registry.open(FOLDER / "service.db")
    await stores.workspaces.add_workspace(workspace())
    await stores.workers.deploy(draft("1"))
    await stores.hooks.add_hook(hook("mine"))
    kept = await stores.rules.put_rule(rule())
    yield
    await fails(stores.workspaces.add_workspace(workspace(BIG)))
    await fails(stores.workers.deploy(draft(BIG)))
    await fails(stores.standings.stand([standing(reason=BIG)]))
    await fails(stores.tokens.add_token(token(BIG)))
    await fails(stores.audit.note(audit(BIG)))
    await fails(stores.rules.put_rule(rule("b", target=BIG)))
    await fails(stores.rules.tell(BIG, 1.0))
    await fails(stores.hooks.add_hook(hook(BIG)))
    await fails(stores.hooks.enqueue(event(BIG.encode()), 9))
    assert (await stores.workers.versions(BOT))[0].number == 1
    assert await stores.standings.standings(None) == {}
    assert await stores.rules.rules(None) == [kept]
    assert len(await stores.hooks.hooks(BOT)) == 1
    yield
    assert (await stores.workers.deploy(draft(BIG))).version.number == 2
    await stores.close()

async def chronicle():
    store = await Chronicle.open(FOLDER / "journal.db")
    kept, ran = await store.keep([line()], [run()])
    yield
    await fails(store.keep([line(BIG)], []))
    await fails(store.keep([], [run(error=BIG)]))
    assert await store.lines(LineQuery(workspace=ROOM)) == kept
    assert await store.runs(RunQuery(workspace=ROOM)) == ran
    assert (await store.statistics(RunQuery(workspace=ROOM))).runs == 1
    yield
    more, _ = await store.keep([line(BIG)], [])
    assert await store.lines(LineQuery(workspace=ROOM)) == kept + more
    await store.close()

async def vault():
    store = await Vault.open(FOLDER, Given(bytes(32)), HandClock())
    old = Kept(workspace="w", kind="k", name="n", settings={}, secrets={"a": "b"})
    await store.put(old)
    yield
    big = Kept(workspace="w", kind="k", name="n", settings={"a": BIG}, secrets={})
    await fails(store.put(big), OperatorFault)
    assert await store.get("w", "k", "n") == old
    yield
    await store.put(big)
    assert await store.get("w", "k", "n") == big
    await store.close()

async def main(scenario):
    await anext(scenario)
    room(max(path.stat().st_size for path in FOLDER.iterdir()) + 20_000)
    await anext(scenario)
    room(None)
    assert await anext(scenario, "end") == "end"
    print("recovered")

asyncio.run(main(globals()[sys.argv[3]]()))
"""


@pytest.mark.parametrize("store", ["state", "registry", "chronicle", "vault"])
def test_without_room_writes_are_refused_in_words_and_all_recovers_with_it(tmp_path, store):
    command = [sys.executable, "-c", PLAYS, str(tmp_path), str(Path(__file__).parents[1]), store]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.splitlines()[-1] == "recovered"
    assert len(done.stdout.splitlines()) > 1


SETS = """
import asyncio, sys
from pathlib import Path
from cellblock.store.ports import StoreFault
from cellblock.store.sqlite import SqliteState

async def main():
    store = await SqliteState.open(Path(sys.argv[1]) / "state.db")
    told = []
    for k in range(10_000):
        try:
            await store.set("w", f"{k:05}", b"x" * 10_000)
        except StoreFault as fault:
            print(fault)
            break
        told.append(f"{k:05}")
    assert await store.keys("w") == told
    (Path(sys.argv[1]) / "ballast").unlink()
    await store.set("w", "again", b"x" * 10_000)
    assert await store.keys("w") == [*told, "again"]
    print(len(told))

asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="to mount a disk of one's own needs root")
def test_on_a_real_disk_that_is_full_nothing_told_is_lost_and_room_is_all_it_takes(tmp_path):
    mounts = 'mount -t tmpfs -o size=4m none "$0" && head -c 2000000 /dev/zero >"$0/ballast" && '
    command = ["unshare", "-m", "sh", "-c", f'{mounts}exec "$@"', str(tmp_path)]
    command += [sys.executable, "-c", SETS, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no disk of one's own here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    told, count = done.stdout.splitlines()
    assert told.startswith("the state could not be read or kept: ")
    assert int(count) > 10
