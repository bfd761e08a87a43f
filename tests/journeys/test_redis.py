"""Workers in the jail whose state is in a Redis that goes and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest

from cellblock import Limits
from cellblock.cli.state import examine
from cellblock.errors import OperatorFault
from cellblock.intake.deployment import deployment
from cellblock.journal import event as journal
from cellblock.names import WorkerId
from cellblock.store.ports import StoreFault
from cellblock.supervisor.foreground import Foreground, Performance
from journeys.serving import Serving, wait_for
from redis_server import RedisServer

pytestmark = pytest.mark.jail

COUNTS = """
def tick(ctx):
    try:
        ctx.state.set("n", ctx.state.get("n", 0) + 1)
    except RuntimeError as error:
        print(error)
    else:
        print(ctx.state.get_all())
"""


@pytest.fixture
def server(tmp_path):
    server = RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.kill()


def cellblock(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "cellblock", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_worker_ticks_on_while_redis_is_gone_and_goes_on_where_it_was(bench, server):
    async def work():
        async with bench.sandbox.worker(COUNTS, name="w", state=server.url) as worker:
            told = [await worker.tick() for _ in range(2)]
            server.kill()
            told += [await worker.tick() for _ in range(3)]
            await asyncio.to_thread(server.start)
            while not (again := await worker.tick()).output.startswith("{"):
                told.append(again)
            return [*told, again]

    told = bench.do(work())
    assert all(outcome.ok and not outcome.restarted for outcome in told)
    lines = [outcome.output for outcome in told]
    assert lines[:2] == ["{'n': 1}", "{'n': 2}"]
    assert lines[2] == "ctx.state: Redis cannot be reached: Connection refused"
    assert all(line.startswith("ctx.state: Redis ") for line in lines[2:-1])
    assert str(server.port) not in " ".join(lines)
    assert lines[-1] == "{'n': 3}"


def test_workers_that_start_at_once_share_one_store_and_no_name(bench, server):
    async def take(name):
        async with bench.sandbox.worker(COUNTS, name=name, state=server.url) as worker:
            return (await worker.tick()).output

    async def work():
        return await asyncio.gather(take("a"), take("b"), take("a"), return_exceptions=True)

    first, second, third = bench.do(work())
    assert (first, second) == ("{'n': 1}", "{'n': 1}")
    assert isinstance(third, OperatorFault)
    assert third.slug == "name-taken"


def test_a_worker_that_does_not_look_for_errors_fails_its_tick_and_no_more(bench, server):
    source = "def tick(ctx): ctx.state.set('n', 1)"

    async def work():
        async with bench.sandbox.worker(source, name="w", state=server.url) as worker:
            first = await worker.tick()
            server.kill()
            return [first, await worker.tick()]

    first, second = bench.do(work())
    assert first.ok
    assert str(second.failure).startswith("RuntimeError: ctx.state: Redis cannot be reached")
    assert not second.restarted


def test_a_worker_lost_while_redis_is_gone_is_restarted_when_it_is_back(bench, server):
    events = []

    async def work():
        sandbox = bench.sandbox
        job = deployment(WorkerId("w"), COUNTS, sandbox.language, filename="w.py")
        runner = await sandbox.host.runner(
            job, state=server.url, files=None, limits=Limits(), heard=lambda _line: None
        )
        course = Performance(worker=job.worker, interval_s=1.0, ticks=3, limits=Limits())

        def told(event):
            events.append(event)
            if isinstance(event, journal.Tick) and event.n == 0:
                server.kill()
                os.kill(runner.pid, signal.SIGKILL)
            if isinstance(event, journal.Log) and "not restarted yet" in event.message:
                server.start()

        loop = Foreground(runner, course, told, sandbox.host.clock, asyncio.Event())
        try:
            await loop.run()
        finally:
            await runner.close()
        return loop

    loop = bench.do(work())
    assert [event.state for event in events if isinstance(event, journal.Worker)] == [
        "started",
        "restarted",
        "stopped",
    ]
    waited = [event.message for event in events if isinstance(event, journal.Log)]
    assert waited[1].startswith("the worker is not restarted yet: whether the worker is quarantine")
    assert loop.ticks == 3
    assert loop.went_well


def is_well(serving):
    with contextlib.suppress(AssertionError):
        return serving.ask("GET", "/health")["ok"]
    return False


def test_the_service_says_so_while_its_state_is_away_and_goes_on_when_it_is_back(server, tmp_path):
    serving = Serving(tmp_path / "data", "--state", server.url)
    try:
        serving.start()
        serving.deploy("w", COUNTS, interval_s=1.0)
        key = "/workspaces/default/workers/w/state/n"
        before = wait_for(lambda: serving.ask("GET", "/workspaces/default/workers/w/state")["keys"])
        assert before == 1
        server.kill()
        problems = serving.ask("GET", "/health", 503)["problems"]
        assert [said for said in problems if said.startswith("ctx.state: Redis ")] == problems
        assert str(server.port) not in " ".join(problems)
        assert serving.ask("GET", key, 503)["hint"].endswith("/health says what is wrong")
        server.start()
        wait_for(lambda: is_well(serving))
        count = serving.ask("GET", key)
        wait_for(lambda: serving.ask("GET", key) > count)
        assert serving.stop() == 0
    finally:
        serving.close()


def test_a_version_that_broke_out_while_redis_was_gone_is_quarantined_when_it_is_back(
    full, server, caplog
):
    source = f"import os  # {os.urandom(4).hex()}\ndef tick(ctx): os.setuid(0)"

    async def work():
        async with full.sandbox.worker(source, name="w", state=server.url) as worker:
            server.kill()
            outcome = await worker.tick()
            await asyncio.to_thread(server.start)
            store = await full.sandbox.host.state(server.url)
            while True:
                try:
                    assert await store.seizures() == []
                except StoreFault:
                    await asyncio.sleep(0.01)
                else:
                    break
        return outcome, await store.seizures()

    outcome, (seizure,) = full.do(work())
    assert outcome.kind == "security"
    assert (seizure.worker, seizure.source) == ("w", source)
    assert "could not be quarantined" in caplog.text


def test_the_command_line_runs_warns_and_shows_the_quarantine(server, tmp_path):
    path = tmp_path / "w.py"
    path.write_text("import os\ndef tick(ctx):\n    ctx.state.set('n', 1)\n    os.chroot('/')\n")
    server.cli("CONFIG", "SET", "maxmemory", "100mb")
    server.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
    run = ("run", path, "--language", "full", "--interval", "1s", "--state", server.url)
    done = cellblock(*run, "--json")
    assert done.returncode == 1
    assert "state: Redis forgets keys when it is full" in done.stderr
    (kept,) = json.loads(cellblock("quarantine", "--state", server.url, "--json").stdout)
    assert kept["worker"] == "w"
    released = cellblock("quarantine", "--state", server.url, "--release", kept["version"])
    assert released.returncode == 0
    assert "No version" in cellblock("quarantine", "--state", server.url).stdout


def test_the_doctor_looks_at_the_state_too(server, tmp_path):
    done = cellblock("doctor", "--state", server.url, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["state_problem"]) == (0, None)
    assert found["state"]["worries"] == []
    assert "appendfsync always" in found["state"]["facts"]["disk"]
    server.cli("CONFIG", "SET", "appendfsync", "everysec")
    done = cellblock("doctor", "--state", server.url)
    assert done.returncode == 0
    assert "worry     appendfsync is everysec" in done.stdout


def test_the_doctor_says_what_is_wrong_with_a_state_and_not_the_password(server):
    server.kill()
    done = cellblock("doctor", "--state", server.url.replace("//", "//:s3cret@"), "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ready"], found["state"]) == (2, True, None)
    assert "Redis cannot be reached: Connection refused" in found["state_problem"]
    assert "s3cret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("memory", "state is gone with its process"),
        ("sqlite:///TMP/new.db", "made at the first start"),
        ("sqlite:///TMP/no/new.db", "its folder cannot be written to"),
        ("sqlite:///TMP/text.db", "file is not a database"),
        ("nonsense", "names no state store"),
        ("redis://:s3cret@TMP", "it names no host"),
    ],
)
def test_the_doctor_looks_at_other_stores_and_makes_none(tmp_path, state, words):
    (tmp_path / "text.db").write_text("no database at all\n" * 100)
    report, problem = examine(state.replace("TMP", str(tmp_path)))
    assert (report is None) is (problem is not None)
    assert words in f"{report} {problem}"
    assert "s3cret" not in f"{report} {problem}"
    assert os.listdir(tmp_path) == ["text.db"]
