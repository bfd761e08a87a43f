"""Contract §4 as a worker sees it: arguments, answers, errors, limits."""

from __future__ import annotations

import asyncio
import copy
import os

import pytest

from cellblock import AdapterError, OperatorFault, Sandbox
from cellblock.inside.ctx import Adapter, Files, State
from cellblock.inside.http import Http
from cellblock.inside.monitor import Monitor
from cellblock.wire.codec import events_json
from cellblock.wire.messages import TickFacts

pytestmark = pytest.mark.jail


def test_state_keeps_json_values(bench):
    code = """
ctx.state.set("a", {"x": [1, 2.5, None, True, "é"], "y": {"z": ()}})
print(ctx.state.get("a"), ctx.state.get("b"), ctx.state.get("b", 7))
ctx.state.set("b", 1); ctx.state.delete("a"); ctx.state.delete("never")
print(ctx.state.keys(), ctx.state.get_all())
"""
    assert bench.output(code).splitlines() == [
        "{'x': [1, 2.5, None, True, 'é'], 'y': {'z': []}} None 7",
        "['b'] {'b': 1}",
    ]


def test_state_takes_the_numbers_of_numpy(bench):
    code = """
import numpy as np
ctx.state.set("n", {"i": np.int64(3), "f": np.float32(0.5), "b": np.bool_(True)})
print(ctx.state.get("n"))
"""
    assert bench.output(code) == "{'i': 3, 'f': 0.5, 'b': True}"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("set('k', {1, 2})", "TypeError: the state value is not JSON: set is none of str, int"),
        ("set('k', float('nan'))", "ValueError: the state value is not JSON: Out of range float"),
        ("set(1, 2)", "TypeError: key must be a str, not int"),
        ("get(None)", "TypeError: key must be a str, not NoneType"),
        ("set('', 1)", "ValueError: a state key has 1 to 512 bytes"),
        ("set('k' * 513, 1)", "ValueError: a state key has 1 to 512 bytes"),
        (
            "set('k', 'v' * 511_999)",
            "ValueError: the state value of 'k' has 512,001 bytes as JSON; the limit is 512,000",
        ),
        ("set('k\\ud800', 1)", "ValueError: key holds characters that UTF-8 cannot carry"),
    ],
)
def test_state_refuses_what_it_cannot_keep_and_says_why(bench, call, error):
    assert bench.failure(f"ctx.state.{call}").startswith(error)


def test_a_refused_value_leaves_the_old_one(bench):
    code = """
ctx.state.set("k", "old")
try: ctx.state.set("k", "x" * 600_000)
except ValueError: print(ctx.state.get("k"))
"""
    assert bench.output(code) == "old"


def test_state_that_holds_itself_is_refused(bench):
    assert bench.failure("x = []\nx.append(x)\nctx.state.set('k', x)").startswith(
        "ValueError: the state value"
    )


def test_a_state_of_many_keys_is_given_whole(bench):
    code = """
for n in range(30): ctx.state.set(f"k{n:02}", "v" * 400_000)
got = ctx.state.get_all()
print(len(got), sum(map(len, got.values())), len(ctx.state.keys()))
"""
    assert bench.output(code) == "30 12000000 30"


def test_keys_that_swell_as_json_are_listed_whole(bench):
    code = """
for n in range(2500): ctx.state.set(chr(1) * 500 + str(n), n)
print(len(ctx.state.keys()), len(ctx.state.get_all()), ctx.state.keys()[-1][-3:])
"""
    assert bench.output(code, timeout_s=50) == "2500 2500 999"


def test_log_levels_cutting_and_flush(bench):
    code = """
ctx.log.debug("d"); ctx.log.info({"a": 1}); ctx.log.warn("w"); ctx.log.error("e"); ctx.log.flush()
ctx.log.info("x" * 5000)
ctx.log.info("y" * 4000)
ctx.log.info("two\\nlines")
"""
    lines = bench.run(code).logs
    assert [line.level for line in lines] == [
        "debug",
        "info",
        "warn",
        "error",
        "info",
        "info",
        "info",
    ]
    assert lines[1].message == "{'a': 1}"
    assert len(lines[4].message) == 4000
    assert lines[4].message.endswith("… [cut 1,024 characters]")
    assert lines[5].message == "y" * 4000
    assert lines[6].message == "two\nlines"


def test_files_round_trip_through_the_jail(bench, tmp_path):
    code = """
print(ctx.files.write("notes/a.txt", "héllo"), ctx.files.write("notes/a.txt", "!", append=True))
print(ctx.files.read("notes/a.txt"), ctx.files.read("notes/a.txt", encoding="base64")["content"])
listed = ctx.files.list("notes/")
print([(f["path"], f["size"]) for f in listed["files"]], listed["used"], listed["limit"])
print(ctx.files.delete("notes/a.txt"), ctx.files.read("notes/a.txt"))
print(ctx.files.write("../out", "x")["code"], ctx.files.read("/etc/passwd")["code"])
"""
    assert bench.output(code, files=tmp_path).splitlines() == [
        "{'path': 'notes/a.txt', 'size': 6} {'path': 'notes/a.txt', 'size': 7}",
        "{'path': 'notes/a.txt', 'content': 'héllo!', 'size': 7, 'eof': True} aMOpbGxvIQ==",
        "[('notes/a.txt', 7)] 7 100000000",
        "{'path': 'notes/a.txt'} {'error': 'there is no such file', 'code': 'not_found'}",
        "bad_path bad_path",
    ]


def test_a_file_over_the_limit_is_read_in_pages(bench, tmp_path):
    (tmp_path / "big.txt").write_text("é" * 60_000)
    code = """
print(ctx.files.read("big.txt"))
text, offset = "", 0
while True:
    page = ctx.files.read("big.txt", offset=offset, limit=49_999)
    text += page["content"]; offset += len(page["content"].encode())
    if page["eof"]: break
print(len(text), set(text), ctx.files.read("big.txt", limit=50_001)["code"])
"""
    first, second = bench.output(code, files=tmp_path).splitlines()
    assert "120,000 bytes" in first
    assert "offset=" in first
    assert "limit=" in first
    assert second == "60000 {'é'} too_large"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("read(1)", "TypeError: path must be a str, not int"),
        ("read('a', offset='x')", "TypeError: offset must be an int, not str"),
        ("read('a', offset=-1)", "ValueError: offset must not be negative or beyond any file"),
        ("read('a', offset=2**53)", "ValueError: offset must not be negative or beyond any file"),
        ("read('a', limit=True)", "TypeError: limit must be an int, not bool"),
        ("read('a', limit=1.0)", "TypeError: limit must be an int, not float"),
        ("read('a', encoding='latin-1')", "ValueError: encoding must be 'utf-8' or 'base64'"),
        ("read('a', encoding=None)", "TypeError: encoding must be a str, not NoneType"),
        ("read('\\ud800')", "ValueError: path holds characters that UTF-8 cannot carry"),
        ("write('a', b'x')", "TypeError: content must be a str, not bytes"),
        ("write('a', 'x', 'base64')", "TypeError: append must be a bool, not str"),
        ("write('a', 'x', append=1)", "TypeError: append must be a bool, not int"),
        ("write('a', '%', encoding='base64')", "ValueError: content is not base64"),
        ("write('a', 'YQ', encoding='base64')", "ValueError: content is not base64"),
        ("write('a', 'é', encoding='base64')", "ValueError: content is not base64"),
        ("list(None)", "TypeError: prefix must be a str, not NoneType"),
        ("delete(['a'])", "TypeError: path must be a str, not list"),
    ],
)
def test_files_refuse_wrong_arguments(bench, tmp_path, call, error):
    assert bench.failure(f"ctx.files.{call}", files=tmp_path).startswith(error)


def test_files_take_the_numbers_of_numpy(bench, tmp_path):
    code = """
import numpy as np
print(ctx.files.write("a", "abcdef", append=np.float64(2) > 1))
print(ctx.files.read("a", offset=np.int64(1), limit=np.uint8(2))["content"])
"""
    assert bench.output(code, files=tmp_path).splitlines() == ["{'path': 'a', 'size': 6}", "bc"]


def test_a_list_that_comes_in_pages_is_one_list_to_the_worker(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("cellblock.broker.adapters.files.FILES_LIST_BYTES", 1_000)
    (tmp_path / "folder").mkdir()
    for n in range(100):
        (tmp_path / "folder" / f"{n:03}").write_text("x")
    (tmp_path / "g").write_text("")
    code = """
told = ctx.files.list()
print(list(told), len(told["files"]), told["used"], told["limit"])
print([f["path"] for f in told["files"]] == [f"folder/{n:03}" for n in range(100)] + ["g"])
print(len(ctx.files.list("folder/")["files"]), ctx.files.list("none")["files"])
"""
    assert bench.output(code, files=tmp_path).splitlines() == [
        "['files', 'used', 'limit'] 101 100 100000000",
        "True",
        "100 []",
    ]


HOSTILE_NAMES = r"""
for path in ("..", "a/../b", "/etc/passwd", "a\0b", "a\x1bb", "x" * 300, "cafe\u0301", "a\u202eb",
             ".cellblock-x", "folder", "folder/", "link", "fifo", "a/" * 20 + "a", "x" * 2_000):
    print({
        ctx.files.read(path)["code"], ctx.files.write(path, "x")["code"],
        ctx.files.write(path, "x", append=True)["code"], ctx.files.delete(path)["code"],
    })
print(ctx.files.list()["used"])
"""


LONGEST = """
for call in (ctx.state.get, ctx.state.delete, lambda key: ctx.state.set(key, 1)):
    try: call("k" * 9_000_000)
    except ValueError as error: print(error)
for call in (ctx.files.read, ctx.files.delete, lambda path: ctx.files.write(path, "")):
    print(call("k" * 9_000_000)["error"][-28:])
print(ctx.files.list("k" * 9_000_000)["files"])
"""


def test_what_is_longer_than_a_frame_is_refused_for_what_it_is(bench, tmp_path):
    assert bench.output(LONGEST, files=tmp_path).splitlines() == [
        *["a state key has 1 to 512 bytes"] * 3,
        *["… is longer than 1,000 bytes"] * 3,
        "[]",
    ]


def test_hostile_names_are_answered_in_the_jail_too(bench, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "fifo")
    said = bench.output(HOSTILE_NAMES, files=tmp_path).splitlines()
    assert said == ["{'bad_path'}"] * 15 + ["0"]


def test_an_adapter_without_a_connection_says_how_to_connect_it(bench):
    assert bench.failure("ctx.files.read('x')") == (
        "RuntimeError: ctx.files is not connected: start the host with a files directory "
        "(--files DIR, or files=)"
    )
    assert bench.failure("ctx.http.get('x')").startswith("RuntimeError: ctx.http is not connected:")
    assert bench.failure("ctx.nonsense").startswith(
        "AttributeError: ctx has no 'nonsense'; it has "
    )


@pytest.mark.parametrize(
    ("part", "methods"),
    [
        (Adapter(None, "llm", ("chat", "ask")), "ask, chat"),
        (Http(None), "get, post, request"),
        (State(None), "delete, get, get_all, keys, set"),
        (Files(None), "delete, list, read, write"),
        (Monitor(None), "chart, clear, list, metric, "),
    ],
)
def test_a_misspelt_method_is_told_with_those_there_are(part, methods):
    title = f"ctx.{'llm' if isinstance(part, Adapter) else type(part).__name__.lower()}"
    with pytest.raises(AttributeError) as caught:
        part.aks()
    assert str(caught.value).startswith(f"{title} has no 'aks'; it has {methods}")
    with pytest.raises(AttributeError, match="object has no attribute '__len__'"):
        part.__len__()
    assert "aks" not in copy.copy(part).__dict__


def test_config_is_there_and_read_only(bench):
    code = "print(ctx.config['symbol'], ctx.config.get('x', 1), ctx.connected)\nctx.config['a'] = 1"
    outcome = bench.run(code, config={"symbol": "BTC"})
    assert outcome.output == "BTC 1 ['state', 'log', 'tick', 'config']"
    assert outcome.failure.type == "TypeError"


def test_tick_tells_its_facts(bench):
    source = """
import time
def tick(ctx):
    t = ctx.tick
    print(t.n, t.skipped, t.late_s, t.deadline_s, abs(t.planned_at - time.time()) < 5, t.started_at >= t.planned_at)
"""
    assert bench.ticks(source)[0].output == "0 0 0.0 60.0 True True"


EVENTFUL = """
def tick(ctx):
    events = ctx.tick.events
    print(events)
    events.append("mine")
    if len(events) == 3: raise ValueError("three")
def setup(ctx): print("setup", ctx.tick.events)
def on_error(ctx, error): print("on_error", len(ctx.tick.events))
print("module", ctx.tick.events)
"""


def test_events_from_outside_are_those_of_one_tick_and_of_its_on_error(bench):
    body = b'{"a": [1.5, null], "snow": "\xe2\x98\x83"}'
    told = events_json([("orders", 1_700_000_000.25, body), ("second", 1.0, b'"text"')])

    async def work():
        async with bench.sandbox.worker(EVENTFUL) as worker:
            given = [
                TickFacts(n, 1.0, 1.0, 0.0, 0, 60.0, events)
                for n, events in enumerate([events_json([]), told, b""])
            ]
            ticked = [await worker._runner.tick(facts) for facts in given]
            return [worker.started, *ticked]

    started, first, second, third = [outcome.output for outcome in bench.do(work())]
    assert started == "module []\nsetup []"
    assert (first, third) == ("[]", "[]")
    assert second.splitlines() == [
        "[{'hook': 'orders', 'received_at': 1700000000.25, 'body': {'a': [1.5, None], 'snow': '☃'}}, {'hook': 'second', 'received_at': 1.0, 'body': 'text'}]",
        "on_error 2",
    ]


def test_a_tick_of_a_program_has_no_events(bench):
    assert bench.ticks("def tick(ctx): print(ctx.tick.events)", 2)[1].output == "[]"
    assert bench.output("print(ctx.tick.events)") == "[]"


def test_config_is_read_only_through_and_through_and_copies_are_plain(bench):
    code = """
import copy, json
config = ctx.config
def refuses(action):
    try: action()
    except TypeError as error: return "read-only" in str(error)
inner, items = config["inner"], config["inner"]["items"]
print(all(map(refuses, [
    lambda: inner.update(a=1), lambda: inner.pop("items"), lambda: inner.clear(), lambda: inner.setdefault("b", 1), lambda: inner.__setitem__("a", 1),
    lambda: items.append(1), lambda: items.sort(), lambda: items.extend([1]), lambda: items.__delitem__(0), lambda: items[1].update(x=1), inner.popitem,
])))
def chop(): del items[0]
def grow():
    global items
    items += [1]
def merge():
    global inner
    inner |= {"a": 1}
print(refuses(chop), refuses(grow), refuses(merge), config["inner"] == {"items": [1, {"x": None}]})
for made in (copy.deepcopy(inner), copy.copy(inner), dict(inner), inner.copy(), inner | {}): made["new"] = 1
for made in (copy.deepcopy(items), copy.copy(items), list(items), items[:], items + []): made.append(1)
deep = copy.deepcopy(inner)
deep["items"][1]["x"] = 2
print(json.dumps(inner), isinstance(inner, dict), isinstance(items, list), sum(items[:1]))
ctx.state.set("kept", inner)
print(ctx.state.get("kept") == inner, inner)
"""
    config = {"inner": {"items": [1, {"x": None}]}}
    assert bench.output(code, config=config).splitlines() == [
        "True",
        "True True True True",
        '{"items": [1, {"x": null}]} True True 1',
        "True {'items': [1, {'x': None}]}",
    ]


TICKS = """
import time
planned_at = None
def told(): return (ctx.tick.n, ctx.tick.skipped, ctx.tick.late_s, ctx.tick.deadline_s)
def fresh(): return ctx.tick.planned_at == ctx.tick.started_at and abs(ctx.tick.started_at - time.time()) < 5
print("load", told(), fresh())
def setup(ctx): print("setup", told(), fresh())
def tick(ctx):
    global planned_at
    planned_at = ctx.tick.planned_at
    if ctx.tick.n == 1: raise ValueError
def on_error(ctx, error): print("on_error", told(), planned_at == ctx.tick.planned_at)
"""


def test_tick_tells_its_facts_also_beside_the_ticks(bench):
    from cellblock import Limits

    async def work():
        limits = Limits(tick_timeout_s=30, error_timeout_s=5)
        async with bench.sandbox.worker(TICKS, limits=limits) as worker:
            outcomes = [await worker.tick() for _ in range(3)]
            return worker.started.output.splitlines(), [outcome.output for outcome in outcomes]

    started, ticked = bench.do(work())
    assert started == ["load (0, 0, 0.0, 30.0) True", "setup (0, 0, 0.0, 30.0) True"]
    assert ticked == ["", "on_error (1, 0, 0.0, 5.0) True", ""]
    assert bench.output("print(ctx.tick.deadline_s)", timeout_s=7) == "7.0"


def test_after_a_lost_process_on_error_is_told_of_the_tick_that_failed(bench):
    from cellblock import Limits

    source = """
def setup(ctx): print("setup", ctx.tick.n)
def tick(ctx):
    if ctx.tick.n == 2:
        ctx.state.set("planned_at", ctx.tick.planned_at)
        sum(iter(int, 1))
def on_error(ctx, error): print("on_error", ctx.tick.n, ctx.tick.planned_at == ctx.state.get("planned_at"))
"""
    outcomes = bench.ticks(source, 4, limits=Limits(tick_timeout_s=0.5, kill_grace_s=0.1))
    assert outcomes[2].restarted
    assert outcomes[3].output.splitlines() == ["setup 2", "on_error 2 True"]


def test_calls_of_one_tick_are_counted(bench):
    from cellblock import Limits

    source = """
def tick(ctx):
    for n in range(12 if ctx.tick.n == 2 else 6):
        ctx.state.get("k")
"""
    first, second, third = bench.ticks(source, 3, limits=Limits(ctx_calls_per_tick=10))
    assert first.ok
    assert second.ok  # the count began anew
    assert str(third.failure) == (
        "RuntimeError: this tick has made 10 ctx calls, which is the limit"
    )


async def latest(symbol, *, scale=1):
    """Give a price."""
    if symbol == "slow":
        await asyncio.sleep(60)
    if symbol == "bad":
        raise AdapterError("no such symbol", code="unknown")
    if symbol == "broken":
        raise RuntimeError("secret text")
    if symbol == "odd":
        return object()
    return {"symbol": symbol, "price": 1.5 * scale}


def test_own_adapters_are_plain_async_functions(caplog):
    code = """
print(ctx.prices.latest("BTC", scale=2), ctx.prices.latest("bad"), ctx.prices.latest("broken"), ctx.prices.latest("odd"))
print(ctx.connected)
try: ctx.prices.nope("x")
except Exception as error: print(type(error).__name__)
"""

    async def work():
        async with Sandbox(adapters={"prices": {"latest": latest}}, preload=()) as sandbox:
            return await sandbox.run(code)

    outcome = asyncio.run(work())
    assert outcome.ok, outcome.failure
    assert outcome.output.splitlines() == [
        (
            "{'symbol': 'BTC', 'price': 3.0} {'error': 'no such symbol', 'code': 'unknown'} "
            "{'error': 'ctx.prices.latest failed: RuntimeError', 'code': 'adapter'} "
            "{'error': 'ctx.prices.latest answered what is not JSON', 'code': 'adapter'}"
        ),
        "['state', 'prices', 'log', 'tick', 'config']",
        "AttributeError",
    ]


def test_the_deadline_ends_a_slow_adapter_call():
    async def work():
        async with Sandbox(adapters={"prices": {"latest": latest}}, preload=()) as sandbox:
            return await sandbox.run("ctx.prices.latest('slow')", timeout_s=0.3)

    outcome = asyncio.run(work())
    assert outcome.kind.value == "timeout"
    assert outcome.duration_s < 10


@pytest.mark.parametrize(
    ("adapters", "slug"),
    [
        ({"state": {"get": latest}}, "bad-adapter-name"),
        ({"_x": {"get": latest}}, "bad-adapter-name"),
        ({"x": {"__init__": latest}}, "bad-adapter-name"),
        ({"x": {"get": lambda: 1}}, "bad-adapter"),
    ],
)
def test_adapters_that_cannot_be_are_refused(adapters, slug):
    async def work():
        async with Sandbox(adapters=adapters, preload=()):
            pass

    with pytest.raises(OperatorFault) as caught:
        asyncio.run(work())
    assert caught.value.slug == slug


HALVES = """
def fail(): raise ValueError("half \\ud800")
fail.__code__ = fail.__code__.replace(co_name="fail\\ud800")
fail()
"""


def test_a_failure_whose_names_are_no_text_is_told_as_well_as_can_be(bench):
    outcome = bench.run(HALVES)
    assert str(outcome.failure) == "ValueError: half ?"
    assert "in fail?" in outcome.failure.traceback


def test_code_of_the_worker_that_runs_as_its_tick_begins_is_held_to_the_deadline_and_told(bench):
    source = "def hooked(self, name, value): raise ValueError('hooked')\ntype(ctx).__setattr__ = hooked\ndef tick(ctx): pass"
    (outcome,) = bench.ticks(source)
    assert str(outcome.failure) == "ValueError: hooked"
