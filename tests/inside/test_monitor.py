"""ctx.monitor as a worker sees it, through the jail, and as its host reads it."""

from __future__ import annotations

import asyncio
import json

import pytest

from cellblock import OperatorFault, Sandbox
from conftest import open_bench

pytestmark = pytest.mark.jail


@pytest.fixture(scope="module")
def watched():
    """A bench whose workers have a monitor."""
    yield from open_bench(connections={"monitor": {}})


def drawn(bench, code: str, name: str = "bot") -> list:
    """Run code that must end well, and give the widgets that it leaves."""
    bench.output("mon = ctx.monitor\n" + code, name=name)
    found = bench.do(bench.sandbox.rendered(name))
    assert set(found) == {"at", "widgets"}
    return found["widgets"]


def test_every_builder_makes_its_widget(watched):
    code = """
made = [
    mon.metric("pnl", 12.5, delta=-1, id="pnl"), mon.status("feed", "ok"), mon.table(["a", "b"], [[1, "x"], (2, None)]),
    mon.text("# **hi**"), mon.progress("sync", 0.25), mon.list(["a", 1]), mon.chart({"close": [1, 2.5]}), mon.separator(),
]
print(mon.render([*made, "plain"]), all(type(widget) is dict for widget in made))
print(mon.update("pnl", mon.metric("pnl", 13)), mon.update("none", "x")["code"])
"""
    outcome = watched.run("mon = ctx.monitor\n" + code, name="all")
    assert outcome.output.splitlines() == [
        "{'widgets': 9} True",
        "{'widgets': 9} not_found",
    ]
    widgets = watched.do(watched.sandbox.rendered("all"))["widgets"]
    assert [{k: v for k, v in widget.items() if v is not None} for widget in widgets] == [
        {"type": "metric", "id": "pnl", "label": "pnl", "value": 13},
        {"type": "status", "label": "feed", "state": "ok"},
        {"type": "table", "columns": ["a", "b"], "rows": [[1, "x"], [2, None]]},
        {"type": "text", "md": "# **hi**"},
        {"type": "progress", "label": "sync", "fraction": 0.25},
        {"type": "list", "items": ["a", 1]},
        {"type": "chart", "series": [{"name": "close", "x": None, "y": [1, 2.5]}]},
        {"type": "separator"},
        {"type": "text", "md": "plain"},
    ]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("np.float64(1.5)", 1.5),
        ("np.int32(7)", 7),
        ("np.bool_(True)", True),
        ("np.str_('s')", "s"),
        ("np.nan", None),
        ("float('inf')", "inf"),
        ("-np.inf", "-inf"),
        ("None", None),
        ("pd.NA", None),
        ("pd.NaT", None),
        ("np.datetime64('NaT')", None),
        ("np.datetime64('2024-01-02T03:04', 'ns')", "2024-01-02T03:04:00.000000000"),
        ("np.timedelta64(5, 's')", "5 seconds"),
        ("pd.Timestamp('2024-01-02', tz='UTC')", "2024-01-02T00:00:00+00:00"),
        ("datetime.date(2024, 1, 2)", "2024-01-02"),
        ("decimal.Decimal('1.10')", "1.10"),
        ("10**30", "1" + "0" * 30),
        ("2**63 - 1", 2**63 - 1),
        ("-2**63 - 1", str(-(2**63) - 1)),
        ("np.uint64(2**64 - 1)", str(2**64 - 1)),
        ("(1, 2)", "(1, 2)"),
        ("b'x'", "b'x'"),
    ],
)
def test_a_value_is_shown_as_a_number_or_as_text(watched, value, cell):
    code = "import numpy as np, pandas as pd, decimal, datetime\n"
    code += f"mon.render([mon.metric('m', {value})])"
    (widget,) = drawn(watched, code)
    assert (widget["value"], type(widget["value"])) == (cell, type(cell))


@pytest.mark.parametrize(
    ("table", "columns", "rows"),
    [
        ("['a', 'b'], [{'b': 2, 'a': 1, 'c': 3}, {'a': 4}]", ["a", "b"], [[1, 2], [4, None]]),
        ("None, [{'a': 1}, {'b': 2}]", ["a", "b"], [[1, None], [None, 2]]),
        ("None, df", ["a", "t"], [[1.5, "2024-01-02T00:00:00"], [None, None]]),
        ("['t'], df", ["t"], [["2024-01-02T00:00:00"], [None]]),
        ("df.columns, df.values.tolist()[:0]", ["a", "t"], []),
        ("[1, None], np.arange(4).reshape(2, 2)", ["1", "None"], [[0, 1], [2, 3]]),
        ("('a',), ((n,) for n in range(2))", ["a"], [[0], [1]]),
        ("None, []", [], []),
    ],
)
def test_a_table_is_made_of_lists_dicts_arrays_and_frames(watched, table, columns, rows):
    code = f"""
import numpy as np, pandas as pd
df = pd.DataFrame({{"a": [1.5, np.nan], "t": pd.to_datetime(["2024-01-02", None])}})
mon.render([mon.table({table})])
"""
    (widget,) = drawn(watched, code)
    assert (widget["columns"], widget["rows"]) == (columns, rows)


@pytest.mark.parametrize(
    ("chart", "series"),
    [
        ("[1, None, float('nan'), float('inf'), True]", [["", None, [1, None, None, None, 1]]]),
        ("[(0, 1), [5, 2]]", [["", [0, 5], [1, 2]]]),
        ("{'a': [1], 'b': {'x': 2}}", [["a", None, [1]], ["b", ["x"], [2]]]),
        ("{'BTC': 1, 'ETH': 2}", [["", ["BTC", "ETH"], [1, 2]]]),
        ("np.array([1.5, np.nan])", [["", None, [1.5, None]]]),
        ("np.array([[1, 2], [3, 4]])", [["", [1, 3], [2, 4]]]),
        ("pd.Series([1, 2], name='s')", [["s", [0, 1], [1, 2]]]),
        ("pd.Series([1], [pd.Timestamp('2024-01-02')])", [["", ["2024-01-02T00:00:00"], [1]]]),
        ("pd.DataFrame({'a': [1], 'b': [2]})", [["a", [0], [1]], ["b", [0], [2]]]),
        ("[decimal.Decimal('1.5')]", [["", None, [1.5]]]),
        ("{}", []),
        ("[]", [["", None, []]]),
    ],
)
def test_a_chart_is_made_of_one_series_or_many(watched, chart, series):
    code = "import numpy as np, pandas as pd, decimal\n"
    (widget,) = drawn(watched, f"{code}mon.render([mon.chart({chart})])")
    assert [[line["name"], line["x"], line["y"]] for line in widget["series"]] == series


def test_a_fraction_may_be_a_sum_of_fractions_and_unknown(watched):
    code = "mon.render([mon.progress('p', f) for f in (1 + 1e-12, None, float('nan'), 1)])"
    assert [widget["fraction"] for widget in drawn(watched, code)] == [1.0, None, None, 1.0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("render('text')", "TypeError: ctx.monitor.render takes a list of widgets; write render("),
        ("render(mon.text('x'))", "TypeError: ctx.monitor.render takes a list of widgets"),
        ("render(5)", "TypeError: 'int' object is not iterable"),
        ("render([5])", "TypeError: widgets[0] is no widget: Expected `object`, got `int`"),
        ("render(['ok', mon.metric(5, 1)])", "TypeError: widgets[1].label: Expected `str`"),
        ("render([mon.status('s', 'green')])", "ValueError: widgets[0].state: Invalid enum"),
        ("render([mon.progress('p', 50)])", "ValueError: widgets[0].fraction: Expected"),
        ("render([mon.chart({'a': ['x']})])", "TypeError: widgets[0].series[0].y[0]: Expected"),
        (
            "render([{'type': 'metric', 'label': 'm', 'value': float('nan')}])",
            "ValueError: the pic",
        ),
        ("update(5, 'x')", "TypeError: ctx.monitor.update: id: Expected `str`, got `int`"),
        ("clear(1)", "TypeError: "),
    ],
)
def test_what_is_no_widget_raises(watched, call, error):
    watched.output("ctx.monitor.render(['before'])", name="refused")
    assert watched.failure(f"mon = ctx.monitor\nmon.{call}", name="refused").startswith(error)
    (kept,) = watched.do(watched.sandbox.rendered("refused"))["widgets"]
    assert kept["md"] == "before"


HOSTILE = r"""
mon = ctx.monitor
mon.render(["before"])
deep = []
for _ in range(500): deep = [deep]
loop = {}; loop["type"] = loop
class Text(str):
    def __iter__(self): raise ValueError("no")
    def encode(self, *a): return b"evil"
tries = [
    ["x" * 10_001], ["x" * 300_000], ["x"] * 101, ["x"] * 200_000, [mon.table(["c"], [[1]] * 501)], [mon.table(range(51), [])],
    [mon.list(range(501))], [mon.chart([0] * 10_001)], [mon.chart({n: [1] for n in range(21)})], [mon.metric("l" * 501, 1)],
    [deep], [{"type": "text", "md": deep}], [loop], [{"type": "text", "md": "x", "onclick": "alert(1)"}], [{"type": "__class__"}],
    [{"type": ["text"]}], [None], [[]], [{"type": "table", "columns": [], "rows": {}}], [mon.text("\ud800")], [mon.text("x", id="\ud800")],
    [{"type": "metric", "label": "m", "value": 1e308 * 10}], [{"type": "progress", "label": "", "fraction": "1"}],
]
for number, widgets in enumerate(tries):
    try:
        said = mon.render(widgets)
    except (TypeError, ValueError) as error:
        said = {"error": str(error)}
    if "error" not in said: print(number, said)
    if len(said["error"]) > 1000: print(number, len(said["error"]))
print("tried", len(tries))
"""


def test_hostile_widgets_change_nothing_and_are_told_in_a_bounded_sentence(watched):
    assert watched.output(HOSTILE, name="hostile") == "tried 23"
    (kept,) = watched.do(watched.sandbox.rendered("hostile"))["widgets"]
    assert kept["md"] == "before"


def test_markup_escapes_and_text_that_runs_backwards_are_kept_as_they_are(watched):
    text = "<img src=x onerror=alert(1)> \x1b[2J\x1b]0;t\x07 \u202egnp.exe {{7*7}} \0 \u2028 '\"`"
    code = (
        f"t = {text!r}\nmon.render([mon.text(t), mon.metric(t, t, t, id=t), mon.table([t], [[t]])])"
    )
    shown, metric, table = drawn(watched, code)
    assert shown["md"] == metric["label"] == metric["id"] == metric["value"] == text
    assert (table["columns"], table["rows"]) == ([text], [[text]])


def test_a_picture_outlives_the_process_that_drew_it_and_is_updated_by_the_next(watched):
    source = """
def tick(ctx):
    if ctx.tick.n == 0:
        ctx.monitor.render([ctx.monitor.metric("n", 0, id="n"), "kept"])
        x = []
        while True: x.append("x" * 1_000_000)
    print(ctx.monitor.update("n", ctx.monitor.metric("n", ctx.tick.n)))
"""
    first, second = watched.ticks(source, 2, name="mortal")
    assert first.kind.value in {"memory", "crash"}
    assert second.output == "{'widgets': 2}"
    found = watched.do(watched.sandbox.rendered("mortal"))["widgets"]
    assert [found[0]["value"], found[1]["md"]] == [1, "kept"]


def test_beside_a_state_in_a_file_it_outlives_the_host_and_is_read_by_another(tmp_path):
    state = f"sqlite:///{tmp_path}/state.db"
    code = "ctx.monitor.render([ctx.monitor.metric('m', 1)])"

    async def work():
        async with Sandbox(connections={"monitor": {}}, preload=()) as first:
            assert (await first.run(code, name="bot", state=state)).ok
            assert await first.rendered("bot") is None  # of the state in memory
        async with Sandbox(preload=()) as second:
            assert await second.rendered("other", state=state) is None
            found = await second.rendered("bot", state=state)
            assert found is not None
            assert found["widgets"][0]["value"] == 1
            with pytest.raises(OperatorFault) as caught:
                await second.rendered("../bot", state=state)
            return caught.value.slug

    assert asyncio.run(work()) == "bad-name"


def test_only_a_worker_that_is_granted_it_has_a_monitor(watched):
    code = "print(ctx.connected)\nctx.monitor.render([])"
    outcome = watched.run(code, connect=())
    assert outcome.output == "['state', 'log', 'tick', 'config']"
    assert str(outcome.failure).startswith("RuntimeError: ctx.monitor is not connected: connect it")
    assert watched.output(code).startswith("['state', 'monitor', ")
    assert json.loads(json.dumps(watched.do(watched.sandbox.rendered("run")))) is not None
