"""Two zygotes side by side: a worker comes from the lean one where that can be seen to do."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

import pytest

from cellblock import Limits, Sandbox, WorkerFault, run
from cellblock.compose import Host
from cellblock.intake.policy import MODULES
from conftest import open_bench
from inside.test_battery import SNIPPETS

pytestmark = pytest.mark.jail

NUMPY = {"module": "numpy"}
PLAIN = "def tick(ctx):\n    print(1)"
HIDDEN = """
import copy, functools

def hidden(name):
    # What no reading finds: the builtins, copied off a function under a name put together here.
    box = functools.partial(print)
    functools.update_wrapper(box, hidden, ("".join(["__buil", "tins__"]),), ())
    kept = {}
    copy.deepcopy(box, kept)
    for found in kept.values():
        if isinstance(found, dict) and "".join(["__imp", "ort__"]) in found:
            return found["".join(["__imp", "ort__"])](name)
"""
"""A way round `may_need`, as hostile as it must be; what remains is the import's own look."""


@pytest.fixture(scope="module")
def pair():
    """A sandbox with both zygotes, of which only the lean one is there at first."""
    yield from open_bench(only="")


async def is_lean(sandbox, worker):
    lean = await sandbox.host.flavours.lean.warm()
    return worker.enforcement.attested["PPid"] == str(lean.pid)


def test_a_plain_source_runs_without_numpy_ever_being_loaded():
    async def scenario():
        async with Sandbox(only=PLAIN) as sandbox, sandbox.worker(PLAIN) as worker:
            assert (await worker.tick()).output == "1"
            assert await is_lean(sandbox, worker)
            assert await sandbox.check("import numpy\ndef tick(ctx): pass") == ()
            assert not sandbox.host.flavours.laden.begun

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "source",
    [
        "def tick(ctx):\n    import numpy as np\n    print(np.arange(3).sum())",
        "def tick(ctx):\n    import ｎumpy as np\n    print(np.arange(3).sum())",
        (
            "def tick(ctx):\n    np = __builtins__['__imp' + 'ort__']('num' + 'py')\n"
            "    print(np.arange(3).sum())"
        ),
        (
            "def tick(ctx):\n    find = getattr(tick, '__glob' + 'als__')['__builtins__']\n"
            "    print(find['__import__'](ctx.config['module']).arange(3).sum())"
        ),
        HIDDEN + "np = hidden(ctx.config['module'])\ndef tick(ctx):\n    print(np.arange(3).sum())",
        HIDDEN + "def setup(ctx):\n    global np\n    np = hidden(ctx.config['module'])\n"
        "def tick(ctx):\n    print(np.arange(3).sum())",
    ],
)
def test_numpy_is_there_however_a_source_comes_by_it(pair, source):
    async def scenario():
        async with pair.sandbox.worker(source, config=NUMPY) as worker:
            outcome = await worker.tick()
            assert (outcome.output, outcome.failure) == ("3", None)
            assert not await is_lean(pair.sandbox, worker)

    pair.do(scenario())


IN_MIDST = (
    HIDDEN
    + """
def tick(ctx):
    ctx.state.set("ticks", ctx.state.get("ticks", 0) + 1)
    print(hidden(ctx.config["module"]).arange(3).sum(), ctx.state.get("ticks"))

def on_error(ctx, error):
    print(error.kind, error)
"""
)


def test_a_hidden_import_in_mid_tick_is_told_and_the_next_process_has_numpy(pair):
    async def scenario():
        async with pair.sandbox.worker(IN_MIDST, config=NUMPY) as worker:
            assert await is_lean(pair.sandbox, worker)
            first = await worker.tick()
            assert (first.kind.value, first.restarted) == ("crash", True)
            assert worker._runner.orphaned, "the worker would be blamed for it"
            second = await worker.tick()
            assert second.output.splitlines() == [f"crash {first.failure.message}", "3 2"]
            assert not await is_lean(pair.sandbox, worker)

    pair.do(scenario())


def test_a_beginning_that_somebody_saw_is_not_made_again_in_silence(pair):
    source = HIDDEN + "ctx.state.set('seen', 1)\nhidden(ctx.config['module'])\n" + PLAIN
    with pytest.raises(WorkerFault) as caught:
        pair.ticks(source, config=NUMPY)
    assert caught.value.facts["outcome"].kind.value == "crash"


def test_only_a_lean_process_is_excused_for_ending_so(full):
    async def scenario():
        source = "import os\ndef tick(ctx):\n    os._exit(72)"
        async with full.sandbox.worker(source) as worker:
            outcome = await worker.tick()
            assert (outcome.kind.value, worker._runner.orphaned) == ("crash", False)

    full.do(scenario())


def test_both_flavours_are_jailed_and_attested_alike_under_uids_of_their_own(pair):
    async def scenario():
        sandbox = pair.sandbox
        async with (
            sandbox.worker(PLAIN) as lean,
            sandbox.worker("import numpy\n" + PLAIN, name="other") as laden,
        ):
            assert await is_lean(sandbox, lean)
            assert not await is_lean(sandbox, laden)
            one, other = lean.enforcement, laden.enforcement
            assert (one.steps, one.zygote_steps) == (other.steps, other.zygote_steps)
            assert (one.canaries, one.missing) == (other.canaries, other.missing)
            own = {"PPid", "Uid", "Gid", "cgroup"}
            first, second = ({**each.attested, **dict.fromkeys(own)} for each in (one, other))
            assert first == second
            if sandbox.host.cells.kernel.own_uids:
                assert one.attested["Uid"] != other.attested["Uid"]

    pair.do(scenario())


def test_memory_is_counted_above_the_lean_process(pair):
    greedy = "def tick(ctx):\n    kept = []\n    while True:\n        kept.append('x' * 1_000_000)"
    modest = "def tick(ctx):\n    print(len('x' * 40_000_000))"
    limits = Limits(memory_bytes=64_000_000)
    assert pair.ticks(greedy, limits=limits)[0].kind.value == "memory"
    assert pair.ticks(modest, limits=limits)[0].output == "40000000"


def test_siblings_of_the_lean_zygote_draw_different_numbers(pair):
    source = "import random\ndef tick(ctx):\n    print(random.random())"
    assert len({pair.ticks(source)[0].output for _ in range(4)}) == 4


LIBRARY = SNIPPETS["library"]


def test_the_library_gives_the_same_in_the_lean_jail_as_outside(pair):
    outside = io.StringIO()
    with contextlib.redirect_stdout(outside):
        exec(LIBRARY, {"__name__": "worker"})
    lines = "".join(f"    {line}\n" for line in LIBRARY.strip().splitlines())
    (outcome,) = pair.ticks(f"def tick(ctx):\n{lines}")
    assert outcome.output == outside.getvalue().rstrip("\n")


LATE = """
import collections, functools, copy
def tick(ctx):
    print(collections.Counter("aab").most_common(1), copy.deepcopy({1: [2]}))
    print(functools.singledispatch(lambda x: 1)(3))
"""


def test_what_the_library_imports_late_is_there(pair):
    assert pair.ticks(LATE)[0].output == "[('a', 2)] {1: [2]}\n1"
    lean = pair.sandbox.host.flavours.lean._setup.modules
    program = f"""
import sys
sys.path[:0] = {sys.path!r}
from cellblock.inside import warm
import cellblock.jail.zygote
warm.up({lean!r})
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    wanted = {
        name
        for module in MODULES
        for file in files_of(importlib.import_module(module))
        for name in late_imports(file)
        # What begins with an underscore stands in for a part in C, here or in OpenSSL.
        if not name.startswith("_") and importlib.util.find_spec(name.partition(".")[0])
    } | {"_strptime"}
    assert {"heapq", "weakref"} <= wanted
    commands = {"argparse", "getopt"}  # of modules that are programs, too
    assert wanted - commands <= set(done.stdout.split())


def files_of(module):
    """Give the source files of a module of the library; none for one in C."""
    file = Path(getattr(module, "__file__", None) or "none.so")
    if file.suffix != ".py":
        return []
    return sorted(file.parent.glob("*.py")) if file.name == "__init__.py" else [file]


def late_imports(file):
    """Give the modules that are imported inside functions."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    yield node.module


@pytest.mark.parametrize(
    "options", [{"language": "full"}, {"builtins": ("eval",)}, {"preload": ()}]
)
def test_there_is_no_lean_zygote_where_it_could_not_be_told_who_needs_more(options):
    host = Host(Sandbox(only=PLAIN, **options)._choices)
    assert host.flavours.lean is None
    assert host.cells is host.flavours.laden


def test_modules_of_the_operator_are_held_by_the_laden_zygote():
    host = Host(Sandbox(only=PLAIN, modules=("typing", "msgspec"))._choices)
    assert host.flavours.of_text("import json") is host.flavours.lean
    assert host.flavours.of_text("import typing") is host.flavours.laden
    assert not {"msgspec", "numpy", "pandas"} & set(host.flavours.lean._setup.modules)


def test_a_script_is_run_once_from_whichever_zygote_it_needs():
    assert run("print(6 * 7)").output == "42"
