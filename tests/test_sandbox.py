"""The public face: what a program that embeds the sandbox types, and what it gets."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

import cellblock
from cellblock import Limits, OperatorFault, OutcomeKind, Sandbox, WorkerFault

pytestmark = pytest.mark.jail


def test_run_for_scripts_takes_the_options_of_both():
    outcome = cellblock.run(
        "print(ctx.config['a'], [].__class__)", preload=(), config={"a": 1}, timeout_s=5
    )
    assert outcome.ok
    assert outcome.kind is OutcomeKind.DONE
    assert str(outcome.kind) == "done"
    assert outcome.output == "1 <class 'list'>"
    assert outcome.failure is None
    assert 0 < outcome.duration_s < 60


def test_run_for_scripts_says_what_to_do_inside_a_running_loop():
    async def inside():
        return cellblock.run("print(1)", preload=())

    with pytest.raises(OperatorFault, match=r"await Sandbox\.run"):
        asyncio.run(inside())


def test_outcomes_tell_failures_and_never_raise(bench):
    outcome = bench.run("print('before')\n1/0")
    assert (outcome.ok, outcome.kind) == (False, OutcomeKind.ERROR)
    assert outcome.output == "before"
    assert str(outcome.failure) == "ZeroDivisionError: division by zero"
    assert outcome.failure.traceback.splitlines() == [
        "Traceback (most recent call last):",
        '  File "code.py", line 2, in <module>',
        "    1/0",
        "ZeroDivisionError: division by zero",
    ]


def test_many_runs_at_once(bench):
    async def work():
        codes = [f"print({n})" for n in range(24)]
        return await asyncio.gather(*(bench.sandbox.run(code) for code in codes))

    assert [outcome.output for outcome in bench.do(work())] == [str(n) for n in range(24)]


def test_runs_share_no_state_unless_they_are_given_one(bench, tmp_path):
    code = "ctx.state.set('n', ctx.state.get('n', 0) + 1)\nprint(ctx.state.get('n'))"
    assert [bench.output(code) for _ in range(2)] == ["1", "1"]
    store = f"sqlite:///{tmp_path}/s.db"
    assert [bench.output(code, state=store, name="n") for _ in range(2)] == ["1", "2"]
    assert bench.output(code, state=store, name="other") == "1"


def test_state_that_is_kept_needs_a_name_and_one_worker_at_a_time_has_it(bench, tmp_path):
    store = f"sqlite:///{tmp_path}/s.db"
    source = "def tick(ctx): pass"
    with pytest.raises(OperatorFault, match="needs the name of the worker"):
        bench.run("pass", state=store)

    async def work():
        async with bench.sandbox.worker(source, state=store, name="a"):
            with pytest.raises(OperatorFault, match="a worker named a is using this state store"):
                async with bench.sandbox.worker(source, state=store, name="a"):
                    pass
            async with bench.sandbox.worker(source, state=store, name="b"):
                pass
        async with bench.sandbox.worker(source, state=store, name="a") as worker:
            return (await worker.tick()).ok

    assert bench.do(work())


def test_ticks_of_one_worker_wait_for_each_other(bench):
    source = (
        "import time\nn = 0\ndef tick(ctx):\n    global n\n    n += 1; time.sleep(0.05); print(n)"
    )

    async def work():
        async with bench.sandbox.worker(source) as worker:
            return await asyncio.gather(*(worker.tick() for _ in range(4)))

    assert [outcome.output for outcome in bench.do(work())] == ["1", "2", "3", "4"]


def test_closing_with_work_in_flight_ends_every_run_with_an_outcome_or_a_fault():
    async def work():
        async with Sandbox(preload=()) as sandbox:
            runs = [asyncio.ensure_future(sandbox.run("while True: pass")) for _ in range(8)]
            await asyncio.sleep(0.1)
        return await asyncio.wait_for(asyncio.gather(*runs, return_exceptions=True), 20)

    for end in asyncio.run(work()):
        assert isinstance(end, (cellblock.Outcome, OperatorFault)), repr(end)


def test_closing_around_a_worker_has_its_adapters_keep_what_they_hold(tmp_path, caplog):
    source = """
def tick(ctx):
    for n in range(3):
        ctx.monitor.render([{"type": "metric", "label": "n", "value": n}])
"""
    state = f"sqlite:///{tmp_path}/s.db"

    async def work():
        sandbox = Sandbox(preload=(), connections={"monitor": {}})
        async with sandbox:
            worker = sandbox.worker(source, name="bot", state=state)
            await worker.__aenter__()
            assert (await worker.tick()).ok
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in left if "MonitorAdapter" in repr(task)]
        await worker.__aexit__(None, None, None)  # too late, and harmless
        async with sandbox:
            return await sandbox.rendered("bot", state=state)

    assert asyncio.run(work())["widgets"][0]["value"] == 2
    assert "could not be kept" not in caplog.text


def test_a_host_without_descriptors_says_so_and_loses_none(bench):
    import resource

    async def work():
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        await bench.stilled()
        before = len(os.listdir("/proc/self/fd"))
        lowest = os.dup(0)  # below it none is free
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            for _ in range(5):
                with pytest.raises(OperatorFault, match="ulimit -n"):
                    await bench.sandbox.run("pass")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return before, len(os.listdir("/proc/self/fd"))

    before, after = bench.do(work())
    assert before == after


def test_an_exception_of_a_worker_has_no_context_of_ours(bench):
    code = (
        "try: 1/0\nexcept Exception as error: print(error.__context__, error.__traceback__.tb_next)"
    )

    async def work():
        await asyncio.sleep(0.1)  # a child is forked ahead meanwhile
        return await bench.sandbox.run(code)

    assert bench.do(work()).output == "None None"


def test_a_store_of_the_callers_own_is_used_and_not_closed(bench):
    from cellblock.names import WorkerId
    from cellblock.store.memory import MemoryState

    store = MemoryState()
    bench.output("ctx.state.set('k', [1])", state=store, name="mine")
    assert asyncio.run(store.get(WorkerId("mine"), "k")) == b"[1]"


def test_a_sandbox_that_is_not_open_says_so():
    sandbox = Sandbox(preload=())

    async def closed():
        await sandbox.run("print(1)")

    with pytest.raises(OperatorFault, match="use it in `async with Sandbox"):
        asyncio.run(closed())


def test_a_worker_that_is_not_entered_says_so(bench):
    worker = bench.sandbox.worker("def tick(ctx): pass")
    with pytest.raises(OperatorFault, match=r"use it in `async with sandbox\.worker"):
        bench.do(worker.tick())


@pytest.mark.parametrize(
    ("options", "slug"),
    [
        ({"language": "perl"}, "bad-language"),
        ({"preload": ("scipy",)}, "bad-preload"),
        ({"modules": ("a.b",)}, "bad-module"),
        ({"builtins": ("__import__",)}, "bad-builtin"),
        ({"limits": Limits(memory_bytes=1)}, "bad-limit"),
    ],
)
def test_arguments_that_cannot_be_are_refused_at_once(options, slug):
    with pytest.raises(OperatorFault) as caught:
        Sandbox(**options)
    assert caught.value.slug == slug
    assert caught.value.hint


@pytest.mark.parametrize(
    ("source", "slug"),
    [("", "source-empty"), (b"\xff", "source-not-utf8"), ("#" * 1_000_001, "source-too-large")],
)
def test_what_is_no_source_is_refused_before_a_process_is_made(bench, source, slug):
    with pytest.raises(WorkerFault) as caught:
        bench.sandbox.worker(source)
    assert caught.value.slug == slug


def test_a_process_of_its_own_for_each_run(bench):
    first = bench.do(bench.sandbox.prove())
    second = bench.do(bench.sandbox.prove())
    assert first.pid != second.pid


def test_state_on_a_full_disk_is_an_error_in_the_worker_and_it_goes_on(bench, tmp_path):
    if os.getuid() != 0:
        return  # only root can make a small disk; the same code runs for both
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    try:
        code = """
failed = None
for n in range(20):
    try: ctx.state.set(str(n), "x" * 200_000)
    except RuntimeError as error: failed = failed or f"{n} {error}"
print(failed)
print(len(ctx.state.get("0")))
"""

        async def work():
            async with Sandbox(preload=()) as sandbox:
                return await sandbox.run(code, state=f"sqlite:///{disk}/s.db", name="n")

        outcome = asyncio.run(work())
    finally:
        subprocess.run(["umount", disk], check=True)
    assert outcome.ok, outcome.failure
    told, kept = outcome.output.splitlines()
    assert "the state could not be read or kept" in told
    assert "full" in told
    assert kept == "200000"
