from __future__ import annotations

from typing import get_args

import pytest

from cellblock.broker.grants import NAMESPACES, judge, namespace
from cellblock.wire import messages as m

BUILT_IN = sorted(set(get_args(m.Call)) - {m.AdapterCall}, key=lambda kind: kind.__name__)
SAMPLES = {
    "state": (
        m.StateGet("k"),
        m.StateSet("k", b"1"),
        m.StateDelete("k"),
        m.StateKeys(""),
        m.StatePage(""),
    ),
    "files": (
        m.FilesRead("a", 0, 1, whole=False, encoding="utf-8"),
        m.FilesWrite("a", b"", append=False),
        m.FilesList("", ""),
        m.FilesDelete("a"),
    ),
    "http": (m.HttpRequest("GET", "http://example.com/", (), b"", 30.0),),
}
CALLS = [(name, call) for name, calls in SAMPLES.items() for call in calls]


@pytest.mark.parametrize("kind", BUILT_IN)
def test_every_call_has_the_namespace_that_its_name_begins_with(kind):
    assert kind.__name__.lower().startswith(NAMESPACES[kind])


def test_no_namespace_is_given_to_what_is_no_call():
    assert set(NAMESPACES) == set(BUILT_IN) == {type(call) for _, call in CALLS}


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_a_call_may_be_made_exactly_where_its_namespace_is_granted(name, call):
    assert namespace(call) == name
    assert judge(call, {name: ()}) is None
    others = {"state": (), "files": (), "http": (), "shop": ("buy",)}
    del others[name]
    assert judge(call, others) == f"ctx.{name} is not connected to this worker"


@pytest.mark.parametrize(
    ("adapter", "method", "reason"),
    [
        ("shop", "buy", None),
        ("shop", "sell", "ctx.shop has no method 'sell'"),
        ("shop", "", "ctx.shop has no method ''"),
        ("shop", "__class__", "ctx.shop has no method '__class__'"),
        ("shop", "x" * 999, f"ctx.shop has no method {'x' * 80!r}"),
        ("state", "get", "ctx.state has no method 'get'"),
        ("log", "info", "ctx.log is not connected to this worker"),
        ("", "buy", "ctx. is not connected to this worker"),
    ],
)
def test_an_own_adapter_answers_only_the_methods_it_was_granted(adapter, method, reason):
    granted = {"state": (), "shop": ("buy",)}
    assert judge(m.AdapterCall(adapter, method, b"[[], {}]"), granted) == reason


def test_a_refusal_does_not_repeat_a_long_name():
    reason = judge(m.AdapterCall("x" * 7_999_000, "buy", b""), {})
    assert reason is not None
    assert len(reason) < 200
