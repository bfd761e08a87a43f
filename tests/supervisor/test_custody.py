"""A version that broke out is not started again: not by this worker, another name, or later."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

import pytest

from cellblock import OperatorFault, Sandbox, WorkerFault

pytestmark = pytest.mark.jail
TRIPS = "import os\ndef tick(ctx): os.chroot('/')\n"


def _cellblock(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "cellblock", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_tripwire_is_told_by_name_and_the_version_is_not_run_again_until_it_is_released(full):
    code = f"import os  # {os.urandom(4).hex()}\nos.chroot('/')"
    outcome = full.run(code)
    assert outcome.kind == "security"
    assert "the system call chroot" in str(outcome.failure)
    with pytest.raises(WorkerFault) as caught:
        full.run(code)
    assert caught.value.slug == "quarantined"
    assert "chroot" in str(caught.value)
    assert full.run(code + "  # another version").kind == "security"

    async def release():
        found = {item.source: item.version for item in await full.sandbox.quarantined()}
        assert await full.sandbox.release(found[code])
        assert not await full.sandbox.release(found[code])

    full.do(release())
    assert full.run(code).kind == "security"


def test_a_breach_of_the_protocol_is_quarantined_too(full):
    code = f"import os  # {os.urandom(4).hex()}\nos.write(4, b'\\xff' * 8)\nctx.state.get('x')"
    assert full.run(code).kind == "security"
    with pytest.raises(WorkerFault) as caught:
        full.run(code)
    assert caught.value.slug == "quarantined"


def test_it_lasts_beside_the_state_and_holds_for_any_name(tmp_path):
    state = f"sqlite:///{tmp_path}/state.db"

    async def work(name):
        async with (
            Sandbox(language="full", preload=()) as sandbox,
            sandbox.worker(TRIPS, name=name, state=state) as worker,
        ):
            return await worker.tick()

    assert asyncio.run(work("one")).kind == "security"
    with pytest.raises(WorkerFault) as caught:
        asyncio.run(work("two"))
    assert caught.value.slug == "quarantined"


def test_the_command_line_shows_the_alarm_keeps_it_and_releases_it(tmp_path):
    path, state = tmp_path / "bad.py", f"sqlite:///{tmp_path}/state.db"
    path.write_text(TRIPS)
    run = ("run", path, "--language", "full", "--interval", "1s", "--state", state)
    first = _cellblock(*run, "--json")
    assert first.returncode == 1, first.stderr
    events = [json.loads(line) for line in first.stdout.splitlines()]
    (alarm,) = [event for event in events if event["event"] == "security"]
    assert "chroot" in alarm["what"]
    again = _cellblock(*run)
    assert again.returncode == 1
    assert f"version {alarm['version']} is quarantined" in again.stderr
    shown = _cellblock("quarantine", "--state", state)
    assert alarm["version"] in shown.stdout
    assert "chroot" in shown.stdout
    (kept,) = json.loads(_cellblock("quarantine", "--state", state, "--json").stdout)
    assert (kept["version"], kept["source"]) == (alarm["version"], TRIPS)
    source = _cellblock("quarantine", "--state", state, "--source", alarm["version"])
    assert source.stdout == TRIPS
    released = _cellblock("quarantine", "--state", state, "--release", alarm["version"])
    assert released.returncode == 0, released.stderr
    assert "No version" in _cellblock("quarantine", "--state", state).stdout
    human = _cellblock(*run)
    assert "alarm" in human.stdout
    assert "chroot" in human.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--state", "memory"),
        ("--state", "sqlite:///nowhere/at/all.db"),
        ("--state", "STATE", "--release", "no-such"),
        ("--state", "STATE", "--source", "no-such"),
    ],
)
def test_a_quarantine_that_is_not_there_is_told(tmp_path, arguments):
    async def make():
        async with Sandbox(preload=()) as sandbox:
            await sandbox.quarantined(state=f"sqlite:///{tmp_path}/state.db")

    asyncio.run(make())
    written = [f"sqlite:///{tmp_path}/state.db" if item == "STATE" else item for item in arguments]
    done = _cellblock("quarantine", *written)
    assert done.returncode == 2
    assert done.stderr.startswith("cellblock: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_quarantine_that_cannot_be_read_starts_nothing(tmp_path):
    state = f"sqlite:///{tmp_path}/state.db"

    async def work():
        async with Sandbox(preload=()) as sandbox:
            store = await sandbox.host.state(state)
            store._database.connection.execute("DROP TABLE quarantine")
            await sandbox.run("print('ran')", state=state, name="w")

    with pytest.raises(OperatorFault) as caught:
        asyncio.run(work())
    assert caught.value.slug == "no-quarantine"
