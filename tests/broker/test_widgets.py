from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock import limits
from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.widgets import Picture, kept_picture, picture

GOOD: list[dict[str, Any]] = [
    {"type": "metric", "id": None, "label": "pnl", "value": 1.5, "delta": "+3 %"},
    {"type": "metric", "id": "m", "label": "", "value": None, "delta": None},
    {"type": "metric", "id": None, "label": "on", "value": True, "delta": -(2**63)},
    {"type": "status", "id": None, "label": "feed", "state": "ok"},
    {"type": "table", "id": None, "columns": ["a", "b"], "rows": [[1, None], ["x", 2.5]]},
    {"type": "table", "id": None, "columns": [], "rows": []},
    {"type": "text", "id": None, "md": "<script>alert(1)</script>\x1b[31m\u202eabc\0"},
    {"type": "progress", "id": None, "label": "sync", "fraction": 0.0},
    {"type": "progress", "id": None, "label": "sync", "fraction": None},
    {"type": "list", "id": None, "items": ["a", 1, None, False]},
    {"type": "chart", "id": None, "series": [{"name": "c", "x": [1, "b"], "y": [1, None]}]},
    {"type": "chart", "id": None, "series": [{"name": "", "x": None, "y": [1.5]}]},
    {"type": "separator", "id": "s"},
]


def raw(widgets: Any) -> list[msgspec.Raw]:
    text = widgets if isinstance(widgets, bytes) else json.dumps(widgets).encode()
    return msgspec.json.decode(text, type=list[msgspec.Raw])


def shown(found: Picture) -> Any:
    return json.loads(found.json(1.5))


def refusal(widgets: Any) -> tuple[str, str]:
    with pytest.raises(CallRefused) as caught:
        picture(raw(widgets))
    return caught.value.kind, str(caught.value)


def over(widgets: Any) -> str:
    with pytest.raises(AdapterError) as caught:
        picture(raw(widgets))
    assert caught.value.code == "too_large"
    return str(caught.value)


def metric(value: Any = 1, **more: Any) -> dict[str, Any]:
    return {"type": "metric", "label": "m", "value": value, **more}


def table(rows: Any, columns: int = 1) -> dict[str, Any]:
    return {"type": "table", "columns": ["c"] * columns, "rows": rows}


def chart(*series: Any) -> dict[str, Any]:
    return {"type": "chart", "series": list(series)}


def test_every_widget_comes_out_as_it_went_in_markup_escapes_and_all():
    assert shown(picture(raw(GOOD))) == {"at": 1.5, "widgets": GOOD}


def test_what_is_left_out_is_none():
    (found,) = shown(picture(raw([metric()])))["widgets"]
    assert found == {"type": "metric", "id": None, "label": "m", "value": 1, "delta": None}


def test_a_picture_of_nothing_is_one():
    assert Picture().json(2.0) == picture([]).json(2.0) == b'{"at":2.0,"widgets":[]}'


@pytest.mark.parametrize(
    ("widget", "kind", "words"),
    [
        (5, "TypeError", "widgets[1] is no widget: Expected `object`, got `int`; make it with"),
        ({}, "ValueError", "missing required field `type`; make it with a builder"),
        ({"type": "gauge"}, "ValueError", "Invalid value 'gauge'; make it with a builder"),
        ({"type": 5}, "ValueError", "widgets[1] is no widget: Expected `str`; make it with"),
        (metric([1]), "TypeError", "widgets[1].value: Expected `bool | int | float | str | null`"),
        (metric(more=1), "ValueError", "unknown field `more`; a metric has label, value, delta"),
        ({"type": "metric", "label": "m"}, "ValueError", "missing required field `value`"),
        (metric(id=5), "TypeError", "widgets[1].id: Expected `str | null`, got `int`"),
        (metric(2**63), "ValueError", "9223372036854775807; show such a number as text: str(…)"),
        (metric(-(2**63) - 1), "ValueError", "show such a number as text: str(…)"),
        (metric(10**60), "ValueError", "show such a number as text: str(…)"),
        (
            {"type": "status", "label": "s", "state": "green"},
            "ValueError",
            "widgets[1].state: Invalid enum value 'green'; the states are ok, warn, error, idle, busy",
        ),
        (
            {"type": "progress", "label": "p", "fraction": 50},
            "ValueError",
            "widgets[1].fraction: Expected `float` <= 1.0; a fraction is 0.0 to 1.0",
        ),
        ({"type": "progress", "label": "p", "fraction": -0.1}, "ValueError", "0.0 to 1.0"),
        (table([[1, 2]]), "ValueError", "widgets[1].rows[0] has 2 cells, the table has 1 columns"),
        (table([[1], []]), "ValueError", "widgets[1].rows[1] has 0 cells"),
        (table([[[1]]]), "TypeError", "widgets[1].rows[0][0]: Expected"),
        (table("abc"), "TypeError", "widgets[1].rows: Expected `array`, got `str`"),
        (chart({"y": [1], "x": []}), "ValueError", "widgets[1].series[0] has 0 x and 1 y"),
        (chart({"y": ["a"]}), "TypeError", "widgets[1].series[0].y[0]: Expected"),
        (chart({"y": [1], "x": [None]}), "TypeError", "widgets[1].series[0].x[0]: Expected"),
        (chart({"y": [1], "z": 1}), "ValueError", "unknown field `z`"),
    ],
)
def test_what_is_no_widget_is_refused_with_its_place_and_what_would_be_right(widget, kind, words):
    found, said = refusal([metric(), widget])
    assert found == kind
    assert words in said
    assert said.startswith("widgets[1]")


@pytest.mark.parametrize(
    "text",
    [b'[{"type":"text","md":"\\ud800"}]', b'[{"type":"text","md":"\xff"}]', b'[{"type":"text","m'],
)
def test_text_that_no_json_carries_is_refused(text):
    widgets = [msgspec.Raw(text[1:-1])]
    with pytest.raises(CallRefused):
        picture(widgets)


def test_two_widgets_with_one_id_are_refused():
    kind, said = refusal([metric(id="a"), metric(), metric(id="a")])
    assert kind == "ValueError"
    assert said == "widgets[2] has the id 'a' of widgets[0]; give each an id of its own"
    assert len(picture(raw([metric(), metric(), metric(id="")])).widgets) == 3


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("label", "widgets[0].label is longer than the limit of 500 characters"),
        ("text", "widgets[0].md is longer than the limit of 10,000 characters"),
        ("columns", "widgets[0] has 51 columns; the limit is 50"),
        ("rows", "widgets[0] has 501 rows; the limit is 500"),
        ("items", "widgets[0] has 501 items; the limit is 500"),
        ("series", "widgets[0] has 21 series; the limit is 20"),
        ("points", "widgets[0] has 10,001 points; the limit is 10,000"),
        ("widgets", "the picture has 101 widgets; the limit is 100"),
    ],
)
def test_each_limit_is_reached_and_not_passed(what, words):
    def widgets(more: int) -> list[Any]:
        return {
            "label": [metric(label="x" * (limits.MONITOR_LABEL_CHARACTERS + more))],
            "text": [{"type": "text", "md": "é" * (limits.MONITOR_TEXT_CHARACTERS + more)}],
            "columns": [table([], limits.MONITOR_COLUMNS + more)],
            "rows": [table([[1]] * (limits.MONITOR_ROWS + more))],
            "items": [{"type": "list", "items": [1] * (limits.MONITOR_ITEMS + more)}],
            "series": [chart(*[{"y": [1]}] * (limits.MONITOR_SERIES + more))],
            "points": [chart({"y": [1] * (limits.MONITOR_POINTS - 1)}, {"y": [1] * (1 + more)})],
            "widgets": [metric()] * (limits.MONITOR_WIDGETS + more),
        }[what]

    assert picture(raw(widgets(0)))
    assert over(widgets(1)) == words


@pytest.mark.parametrize("where", ["id", "delta", "value", "label"])
def test_no_short_text_is_long(where):
    assert over([metric(**{where: "x" * 501})]).startswith(f"widgets[0].{where} is longer")


@pytest.mark.parametrize(
    "widget",
    [
        table([["x" * 501]]),
        table([], 1) | {"columns": ["x" * 501]},
        {"type": "list", "items": ["x" * 501]},
        {"type": "status", "label": "x" * 501, "state": "ok"},
        {"type": "progress", "label": "x" * 501, "fraction": 1},
        chart({"name": "x" * 501, "y": []}),
        chart({"x": ["x" * 501], "y": [1]}),
    ],
)
def test_no_cell_item_or_name_is_long(widget):
    assert "is longer than the limit of 500 characters" in over([widget])


def test_all_widgets_together_are_bounded_also_when_they_are_updated_one_by_one():
    text = {"type": "text", "md": "x" * 10_000}
    found = picture(
        raw([*[text] * 25, {**text, "md": "", "id": "a"}, {**text, "md": "", "id": "b"}])
    )
    with pytest.raises(AdapterError) as caught:
        found.replaced("a", raw([text])[0])
    assert caught.value.code == "too_large"
    assert "bytes of JSON; the limit is 256,000" in str(caught.value)
    assert "bytes of JSON" in over([text] * 26)


def test_a_widget_is_replaced_where_it_stands_and_keeps_its_id():
    found = picture(raw([metric(), metric(1, id="a"), metric(3)]))
    after = found.replaced("a", raw([{"type": "text", "md": "new"}])[0])
    again = after.replaced("a", raw([metric(2, id="a")])[0])
    assert [item.get("md", item.get("value")) for item in shown(after)["widgets"]] == [1, "new", 3]
    assert [item["id"] for item in shown(again)["widgets"]] == [None, "a", None]
    assert shown(found)["widgets"][1]["value"] == 1  # a picture does not change


def test_an_id_that_is_not_there_is_told_with_those_that_are():
    for found, words in (
        (picture(raw([metric(id="a"), metric(), metric(id="b")])), "the ids are 'a', 'b'"),
        (Picture(), "render it with id=… first"),
    ):
        with pytest.raises(AdapterError) as caught:
            found.replaced("x" * 400, raw([metric()])[0])
        assert caught.value.code == "not_found"
        assert str(caught.value) == f"no widget has the id {'x' * 80!r}; {words}"


def test_an_update_under_another_id_is_refused():
    with pytest.raises(CallRefused) as caught:
        picture(raw([metric(id="a")])).replaced("a", raw([metric(id="b")])[0])
    assert str(caught.value) == "the widget has the id 'b', and 'a' is updated; leave it out"


def test_what_was_kept_is_read_again_and_what_cannot_be_is_nothing():
    found = picture(raw(GOOD))
    assert kept_picture(found.json(1.0)) == found
    for text in (b"", b"[]", b"{}", b'{"widgets":5}', b'{"widgets":[{"type":"gauge"}]}', b"\xff"):
        assert kept_picture(text) == Picture()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
ANYTHING = st.fixed_dictionaries(
    {"type": st.sampled_from([item["type"] for item in GOOD])},
    optional={
        key: JSON | st.sampled_from([item[key] for item in GOOD if key in item])
        for key in {key for item in GOOD for key in item} - {"type"}
    },
)


@given(st.lists(ANYTHING | st.sampled_from(GOOD) | JSON, max_size=5))
def test_whatever_comes_is_a_bounded_picture_or_a_refusal(widgets):
    said = ""
    try:
        found = picture(raw(msgspec.json.encode(widgets)))
    except (AdapterError, CallRefused) as refused:
        said = str(refused)
    if said:
        assert len(said) < 1000
        return
    text = found.json(1.0)
    assert len(text) < limits.MONITOR_BYTES + 100
    assert kept_picture(text) == found
    assert [item["type"] for item in shown(found)["widgets"]] == [item["type"] for item in widgets]


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 50_000, b"[" * 50_000 + b"]" * 50_000])
def test_what_is_nested_deep_is_refused(text):
    for widget in (text, b'{"type":"text","md":' + text, b'{"type":"list","items":[%b' % text):
        with pytest.raises(CallRefused):
            picture([msgspec.Raw(widget)])


@pytest.mark.parametrize(
    "name",
    [
        " of length <= 99999",
        " of length <= b",
        "Expected `str` of length <= 7",
        "` of length <= 7",
        " - at `$.state",
        "x` - at `$.md` of length <= 7",
        "x" * 100_000,
        " - at `$." + "x" * 100_000,
    ],
)
def test_a_field_with_any_name_is_an_unknown_field(name):
    for widget in (
        {"type": "text", "md": "x", name: 1},
        {"type": name},
        chart({"name": "a", "y": [], name: 1}),
    ):
        _kind, said = refusal([widget])
        assert "unknown field" in said or "Invalid value" in said
        assert "x" * 201 not in said
        assert len(said) < 700
