"""Contract §1: what a worker may rely on about load, setup, tick, on_error and its process."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from cellblock import Limits, OperatorFault, WorkerFault
from cellblock.supervisor import gauge

pytestmark = pytest.mark.jail
QUICK = Limits(tick_timeout_s=0.4, kill_grace_s=0.4, memory_bytes=64_000_000)


def _kinds(outcomes):
    return [outcome.kind.value for outcome in outcomes]


def test_setup_runs_once_before_the_first_tick_and_globals_live_between_ticks(bench):
    source = """
seen = []
def setup(ctx): seen.append("setup")
def tick(ctx):
    seen.append(ctx.tick.n)
    print(seen)
"""
    assert [o.output for o in bench.ticks(source, 2)] == ["['setup', 0]", "['setup', 0, 1]"]


def test_an_error_reaches_on_error_in_the_same_process_and_the_next_tick_runs(bench):
    source = """
n = 0
def tick(ctx):
    global n
    n += 1
    if n == 1:
        {}["missing"]
def on_error(ctx, error):
    ctx.log.error(f"{error.kind}|{error}|{isinstance(error, KeyError)}|{n}")
    ctx.log.info(error.traceback)
"""
    first, second = bench.ticks(source, 2)
    assert first.kind.value == "error"
    assert not first.restarted
    assert str(first.failure) == "KeyError: 'missing'"
    assert first.failure.traceback == (
        'Traceback (most recent call last):\n  File "worker.py", line 7, in tick\n'
        "    {}[\"missing\"]\nKeyError: 'missing'\n"
    )
    assert second.ok
    assert first.logs[0].message == "exception|'missing'|True|1"
    assert second.output == ""


def test_the_traceback_tells_the_workers_own_lines_only(bench):
    source = """
import json
def inner(): return json.loads("{bad")
def tick(ctx):
    try: inner()
    except ValueError as error: raise RuntimeError("no config") from error
"""
    text = bench.ticks(source)[0].failure.traceback
    assert "json" not in text.replace("json.loads", "").replace("JSONDecodeError", "")
    assert text.count('File "worker.py"') == 3
    assert "The above exception was the direct cause of:" in text


def test_a_pure_python_loop_gets_a_timeout_error_and_globals_survive(bench):
    source = """
kept = 0
def tick(ctx):
    global kept
    kept += 1
    if kept == 1:
        ctx.log.info("begun")
        while True: pass
def on_error(ctx, error):
    ctx.log.warn(f"{error.kind} {kept}: {error}")
"""
    first, second = bench.ticks(source, 2, limits=QUICK)
    assert first.kind.value == "timeout"
    assert not first.restarted
    assert first.output == "begun\ntimeout 1: the code was still running at its deadline"
    assert second.ok


@pytest.mark.parametrize(
    "stubborn",
    [
        "while True:\n            try:\n                for n in range(10**9): n + n\n            except:\n                pass",
        "sum(range(10**12))",
        "10**12 in iter(range(10**13))",
    ],
)
def test_code_that_ignores_the_deadline_is_killed_and_on_error_runs_in_a_fresh_process(
    bench, stubborn
):
    source = f"""
fresh = True
def tick(ctx):
    global fresh
    if ctx.state.get("n", 0) == 0:
        ctx.state.set("n", 1)
        fresh = False
        {stubborn}
def on_error(ctx, error): ctx.log.warn(f"{{error.kind}} {{fresh}}: {{error}}")
"""
    first, second = bench.ticks(source, 2, limits=QUICK)
    assert (first.kind.value, first.restarted) == ("timeout", True)
    assert first.failure.message == "tick was still running after 0.4 s"
    assert second.ok
    assert second.output == "timeout True: tick was still running after 0.4 s"


def test_a_ctx_call_that_waits_is_ended_by_the_deadline(bench):
    source = "def tick(ctx):\n    for n in range(10**6): ctx.state.set('k', n)"
    outcome = bench.ticks(source, 1, limits=Limits(tick_timeout_s=0.3, ctx_calls_per_tick=10**6))[0]
    assert (outcome.kind.value, outcome.restarted) == ("timeout", False)


def test_load_and_setup_have_a_deadline_too(bench):
    for source in (
        "while True: pass",
        "def setup(ctx):\n    while True: pass\ndef tick(ctx): pass",
    ):
        with pytest.raises(WorkerFault) as caught:
            bench.ticks(source, 1, limits=QUICK)
        assert caught.value.facts["outcome"].kind.value == "timeout"


@pytest.mark.parametrize(
    "bomb",
    [
        "x = []\n    while True: x.append('y' * 1_000_000)",
        "x = 'y' * 500_000_000",
        "import numpy as np\n    x = np.ones(100_000_000)",
        "x = list(range(100_000_000))",
        "x = {n: n for n in range(100_000_000)}",
        "x = 1 << 10**10",
    ],
)
def test_memory_beyond_the_limit_is_a_memory_error_and_the_worker_goes_on(bench, bomb):
    source = f"""
def tick(ctx):
    if ctx.tick.n: return
    {bomb}
def on_error(ctx, error): ctx.log.warn(error.kind)
"""
    first, second = bench.ticks(source, 2, limits=Limits(memory_bytes=64_000_000))
    assert first.kind.value == "memory", first
    assert first.failure.type == "MemoryError"
    assert second.ok
    assert first.output == "memory"


def test_memory_that_runs_out_in_a_ctx_call_is_no_breach(bench):
    source = """
def setup(ctx):
    for n in range(20): ctx.state.set(str(n), "x" * 500_000)
def tick(ctx):
    hold = []
    while True: hold.append(ctx.state.get_all())
"""
    for megabytes in (40, 55, 64, 80):
        outcome = bench.ticks(source, 1, limits=Limits(memory_bytes=megabytes * 1_000_000))[0]
        assert outcome.kind.value == "memory", outcome


def test_on_error_has_ctx_calls_after_a_tick_that_used_them_up(bench):
    source = """
def tick(ctx):
    while True: ctx.state.keys()
def on_error(ctx, error):
    ctx.state.set("failed", str(error)); print("kept")
"""
    outcome = bench.ticks(source, 1, limits=Limits(ctx_calls_per_tick=10))[0]
    assert outcome.output == "kept"


def test_exceptions_whose_class_fights_back_are_told_all_the_same(bench):
    source = """
class Meta(type(Exception)):
    def __getattribute__(self, name):
        if name == "__name__": raise ValueError
        return super().__getattribute__(name)
class Bad(Exception, metaclass=Meta): pass
class Worse(Exception):
    def __setattr__(self, name, value): raise ValueError
def tick(ctx): raise [Bad(), Worse("w")][ctx.tick.n]
"""
    first, second = bench.ticks(source, 2)
    assert (first.kind.value, first.restarted) == ("error", False)
    assert (second.kind.value, second.restarted) == ("error", False)


def test_a_form_feed_does_not_shift_the_lines_of_a_traceback(bench):
    source = "x = 1\n\x0c\ny = '\u2028'\ndef tick(ctx):\n    1/0\n"
    assert "line 5, in tick\n    1/0\n" in bench.ticks(source)[0].failure.traceback


def test_what_was_said_before_a_crash_is_heard(full):
    outcome = full.run(
        "import ctypes\nprint('one')\nprint('two')\nctx.log.error('three')\nctypes.string_at(8)"
    )
    assert outcome.kind.value == "crash"
    assert outcome.output == "one\ntwo\nthree"


def test_an_error_raised_in_the_place_of_the_deadlines_is_a_timeout_all_the_same(bench):
    source = """
def tick(ctx):
    try:
        for n in range(10**9): n + n
    except: nonsense
"""
    outcome = bench.ticks(source, 1, limits=QUICK)[0]
    assert (outcome.kind.value, outcome.failure.type) == ("timeout", "NameError")


def test_memory_within_the_limit_is_there(bench):
    assert bench.output("x = 'y' * 300_000_000\nprint(len(x))") == "300000000"


def test_a_killed_process_is_a_crash_and_its_state_continues(bench):
    source = """
fresh = "fresh"
def tick(ctx):
    ctx.state.set("n", ctx.state.get("n", 0) + 1)
    print(ctx.state.get("n"), fresh)
def on_error(ctx, error): ctx.log.warn(f"{error.kind}: {error}")
"""

    async def work():
        async with bench.sandbox.worker(source) as worker:
            first = await worker.tick()
            pid = worker.pid
            os.kill(pid, signal.SIGKILL)
            lost = await worker.tick()
            after = await worker.tick() if not lost.ok else lost
            return first, lost, after, pid != worker.pid

    first, lost, after, other = bench.do(work())
    assert first.output == "1 fresh"
    assert other
    assert after.output.endswith("2 fresh")
    if not lost.ok:
        assert lost.kind.value == "crash"
        assert after.output.startswith("crash: the worker's process was killed from outside")


def test_a_crash_in_native_code_is_told_as_one(full):
    outcome = full.run("import ctypes\nctypes.string_at(8)")
    assert (outcome.kind.value, outcome.failure.type) == ("crash", "SIGSEGV")


def test_endless_recursion_is_an_ordinary_error_and_its_traceback_is_short(bench):
    outcome = bench.ticks("def tick(ctx):\n    tick(ctx)")[0]
    assert outcome.failure.type == "RecursionError"
    assert "more frames" in outcome.failure.traceback
    assert len(outcome.failure.traceback) < 3000


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1", "TypeError: there is no function tick; write `def tick(ctx): ...`"),
        ("tick = 3", "TypeError: tick is no function; write `def tick(ctx): ...`"),
        (
            "def tick(): pass",
            "TypeError: tick cannot be called as tick(ctx); write `def tick(ctx)`",
        ),
        (
            "def tick(a, b): pass",
            "TypeError: tick cannot be called as tick(ctx); write `def tick(ctx)`",
        ),
        (
            "async def tick(ctx): pass",
            "TypeError: tick cannot be called as tick(ctx); write `def tick(ctx)`",
        ),
        (
            "def tick(ctx): yield",
            "TypeError: tick cannot be called as tick(ctx); write `def tick(ctx)`",
        ),
        (
            "def tick(ctx): pass\ndef on_error(ctx): pass",
            "TypeError: on_error cannot be called as on_error(ctx, error); write `def on_error(ctx, error)`",
        ),
        ("def tick(ctx:", "SyntaxError: '(' was never closed (worker.py, line 1)"),
        ("import os\ndef tick(ctx): pass", "ImportError: Import of os is not allowed"),
        ("def setup(ctx): 1/0\ndef tick(ctx): pass", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_cannot_start_says_why(bench, source, message):
    with pytest.raises(WorkerFault) as caught:
        bench.ticks(source)
    assert str(caught.value).startswith(f"the worker could not start: {message}")


def test_a_failing_on_error_is_logged_and_harms_nothing(bench):
    source = "def tick(ctx): 1/0\ndef on_error(ctx, error): [][1]"
    first, second = bench.ticks(source, 2)
    assert _kinds([first, second]) == ["error", "error"]
    assert first.output == second.output
    assert first.output == "on_error failed: IndexError: list index out of range"


def test_exceptions_that_lie_are_told_without_harm(bench):
    source = """
class Liar(Exception):
    def __str__(self): return 5
class Bomb(Exception):
    def __str__(self): raise ValueError("no")
Long = type("L" * 9000, (Exception,), {})
def tick(ctx): raise [Liar(), Bomb(), Long("m" * 9000)][ctx.tick.n]
"""
    liar, bomb, long = bench.ticks(source, 3)
    assert liar.failure.message == "<no message: TypeError>"
    assert bomb.failure.message == "<no message: ValueError>"
    assert len(long.failure.type) == 200
    assert len(long.failure.message) == 4000


def test_leaving_by_system_exit_is_an_error_not_an_end(full):
    outcome = full.run("import sys\nsys.exit(3)")
    assert (outcome.kind.value, str(outcome.failure)) == ("error", "SystemExit: 3")


@pytest.mark.parametrize(
    "limits",
    [
        Limits(tick_timeout_s=0),
        Limits(tick_timeout_s=-1),
        Limits(tick_timeout_s=float("nan")),
        Limits(tick_timeout_s=4000),
        Limits(memory_bytes=1000),
        Limits(memory_bytes=1 << 60),
        Limits(kill_grace_s=-1),
        Limits(error_timeout_s=0),
        Limits(max_errors=0),
        Limits(files_bytes=0),
        Limits(ctx_calls_per_tick=0),
    ],
)
def test_limits_that_cannot_be_are_refused(bench, limits):
    with pytest.raises(OperatorFault) as caught:
        bench.ticks("def tick(ctx): pass", 1, limits=limits)
    assert caught.value.slug == "bad-limit"


def test_deadlines_close_to_the_length_of_a_tick_never_break_the_protocol(bench):
    source = """
import time
def tick(ctx):
    end = time.monotonic() + 0.05
    while time.monotonic() < end:
        ctx.state.set("k", ctx.state.get("k", 0) + 1)
        print("x" * 100)
"""
    limits = Limits(tick_timeout_s=0.05, ctx_calls_per_tick=10**6)
    outcomes = bench.ticks(source, 40, limits=limits)
    assert {outcome.kind.value for outcome in outcomes} <= {"done", "timeout"}
    assert not any(outcome.restarted for outcome in outcomes)


def test_an_outcome_tells_what_the_kernel_counted(bench):
    source = """
def tick(ctx):
    if ctx.tick.n == 0:
        for n in range(3): ctx.state.get("k")
    else:
        for n in range(3_000_000): n + n
"""
    quick, busy = bench.ticks(source, 2)
    assert (quick.ctx_calls, busy.ctx_calls) == (3, 0)
    assert 0 < quick.cpu_s < busy.cpu_s <= busy.duration_s + 0.1
    assert quick.memory_bytes > 1_000_000


def test_a_process_that_was_lost_is_counted_to_its_end(bench):
    source = """
def tick(ctx):
    while True:
        try:
            for n in range(10**9): n + n
        except: pass
"""
    limits = Limits(tick_timeout_s=0.3, kill_grace_s=0.3)
    (outcome,) = bench.ticks(source, 1, limits=limits)
    assert outcome.restarted
    assert 0.05 < outcome.cpu_s <= outcome.duration_s + 0.1


def test_the_kernels_clock_of_a_process_is_its_own_and_of_a_dead_one_none():
    shell = ["sh", "-c", "echo; read _"]  # one that would exec is measured as it changes
    process = subprocess.Popen(shell, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()  # its memory is its own by now
        assert gauge.cpu_s(process.pid) < 1
        assert gauge.resident_bytes(process.pid) > 100_000
    finally:
        process.kill()
        process.communicate()
    assert gauge.cpu_s(process.pid) is None
    assert gauge.resident_bytes(process.pid) is None
    assert gauge.cpu_s(os.getpid()) == pytest.approx(time.process_time(), abs=0.1)
