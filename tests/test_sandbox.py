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
    assert [bench.output(code, state=store) for _ in range(2)] == ["1", "2"]


def test_a_store_of_the_callers_own_is_used_and_not_closed(bench):
    from cellblock.names import WorkerId
    from cellblock.store.memory import MemoryState

    store = MemoryState()
    bench.output("ctx.state.set('k', [1])", state=store)
    assert asyncio.run(store.get(WorkerId("run"), "k")) == b"[1]"


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
                return await sandbox.run(code, state=f"sqlite:///{disk}/s.db")

        outcome = asyncio.run(work())
    finally:
        subprocess.run(["umount", disk], check=True)
    assert outcome.ok, outcome.failure
    told, kept = outcome.output.splitlines()
    assert "the state could not be read or kept" in told
    assert "full" in told
    assert kept == "200000"
