from __future__ import annotations

import json
import tracemalloc
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import PeerError
from cellblock.wire import messages as m
from cellblock.wire.codec import decode_down, decode_up, encode, json_problem
from cellblock.wire.frames import FrameReader, frame

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False),
    bytes: st.binary(max_size=20),
    memoryview: st.binary(max_size=20),
    bool: st.booleans(),
    type(None): st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind of type
    """Every value that a field of this type can hold."""
    if kind in PLAIN:
        return PLAIN[kind]
    arguments = get_args(kind)
    if get_origin(kind) is Annotated:  # a bound, which small values keep
        return values(arguments[0])
    if get_origin(kind) is Literal:
        return st.sampled_from(arguments)
    if get_origin(kind) is tuple and arguments[-1] is not Ellipsis:
        return st.tuples(*map(values, arguments))
    if get_origin(kind) is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if get_origin(kind) is dict:
        return st.dictionaries(*map(values, arguments), max_size=3)
    if isinstance(kind, UnionType):
        return st.one_of(*map(values, arguments))
    fields = {field.name: values(field.type) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **fields)


UPS = values(m.Up)
DOWNS = values(m.Down)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Valid frames with a few bytes changed, put in or taken out."""
    data = bytearray(
        b"".join(frame(encode(message)) for message in draw(st.lists(UPS, max_size=3)))
    )
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data)


def heard(data: bytes, step: int) -> list[bytes | str]:
    """What a host makes of the bytes: messages, and at their end perhaps a breach."""
    reader = FrameReader()
    found: list[bytes | str] = []
    try:
        for start in range(0, len(data), step):
            reader.feed(data[start : start + step])
            for payload in iter(reader.take, None):
                message = decode_up(payload)
                assert isinstance(message, get_args(m.Up))
                found.append(encode(message))
    except PeerError as breach:
        found.append(breach.slug)
    return found


def breach_of(payload: bytes) -> PeerError | None:
    try:
        decode_up(payload)
    except PeerError as breach:
        return breach
    return None


@given(UPS)
def test_what_a_worker_says_comes_back_equal(message):
    assert decode_up(encode(message)) == message


@given(DOWNS)
def test_what_the_host_says_comes_back_equal(message):
    assert decode_down(encode(message)) == message


@given(st.one_of(st.binary(max_size=200), spoiled()))
def test_any_bytes_end_in_messages_or_a_breach_whole_and_byte_by_byte(data):
    assert heard(data, max(1, len(data))) == heard(data, 1)


@given(st.binary(max_size=100))
def test_any_payload_is_a_valid_message_or_a_bad_message(payload):
    breach = breach_of(payload)
    if breach is None:
        assert isinstance(decode_up(payload), get_args(m.Up))
    else:
        assert breach.slug == "bad-message"
        assert str(breach).startswith("the worker sent no valid message: ")
        assert len(str(breach)) <= 300


LINE = {"level": "info", "message": "x", "at": 1.0}
CALL = {"type": "AdapterCall", "adapter": "shop", "method": "add", "arguments": b""}
GIVEN = {
    "StateGet": ("key",),
    "StateDelete": ("key",),
    "StateKeys": ("after",),
    "StatePage": ("after",),
    "FilesList": ("prefix", "after"),
    "FilesDelete": ("path",),
}
FILE = {"offset": 0, "limit": 1, "whole": True, "encoding": "utf-8"}
REQUEST = {"type": "HttpRequest", "method": "", "url": "", "body": b"", "timeout_s": 1.0}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"type": "Nonsense"},
        {"type": "Seal"},
        {"type": "Finished", "more": 1},
        {"type": "Loaded", "has_setup": True},
        {"type": "Loaded", "has_setup": 1, "has_on_error": 0},
        {"type": "Unjailed", "reason": b"bytes"},
        {"type": "Log", "lines": [LINE | {"level": "fatal"}]},
        {"type": "Log", "lines": [LINE | {"at": "now"}]},
        {"type": "Log", "lines": [LINE | {"colour": "red"}]},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [["a", "b"]] * 101}},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [["a", "b", "c"]]}},
        {"type": "Ask", "serial": 1.5, "call": {"type": "StateKeys"}},
        {"type": "Ask", "serial": 1, "call": {"type": "Finished"}},
        {"type": "Ask", "serial": 1, "call": {"type": "StateGet", "key": 7}},
        {"type": "Ask", "serial": 1, "call": CALL | {"adapter": "a" * 301}},
        {"type": "Ask", "serial": 1, "call": CALL | {"method": "m" * 301}},
        *(
            {
                "type": "Ask",
                "serial": 1,
                "call": {"type": kind} | dict.fromkeys(fields, "k" * 20_001),
            }
            for kind, fields in GIVEN.items()
        ),
        {"type": "Ask", "serial": 1, "call": FILE | {"type": "FilesRead", "path": "k" * 20_001}},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [], "method": "k" * 301}},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [], "url": "k" * 20_001}},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [["k" * 20_001, "v"]]}},
        {"type": "Ask", "serial": 1, "call": REQUEST | {"headers": [["k", "v" * 20_001]]}},
        {"type": "Failed", "failure": {"kind": "crash"}},
        [],
        None,
        7,
    ],
)
def test_what_the_schema_does_not_name_is_refused(said):
    with pytest.raises(PeerError) as caught:
        decode_up(msgspec.msgpack.encode(said))
    assert caught.value.slug == "bad-message"


def fat(message: m.Message, field: str, times: int) -> bytes:
    """Write a message that says one field again and again; the last time counts."""
    plain = msgspec.msgpack.decode(encode(message))
    pairs = [*plain.items(), *[(field, plain[field])] * times]
    packed = [msgspec.msgpack.encode(part) for pair in pairs for part in pair]
    return b"\xdf" + len(pairs).to_bytes(4, "big") + b"".join(packed)


REQUESTED = m.HttpRequest("GET", "u" * 500, (("a", "b"),) * 100, b"x" * 300, 1.0)
SAID_TWICE = [
    (m.Log((m.Line("info", "x", 1.0),) * 20), "lines"),
    (m.Ask(1, REQUESTED), "call"),
    (m.Ask(1, m.StateSet("k", b"x" * 5_000)), "call"),
    (m.Ask(1, m.StateGet("k")), "serial"),
    (m.Finished(), "type"),
    (m.Failed(m.FailureReport("error", "E", "m" * 4_000, "t" * 16_000)), "failure"),
]


@pytest.mark.parametrize(("message", "field"), SAID_TWICE)
def test_a_field_said_again_and_again_is_refused(message, field):
    with pytest.raises(PeerError) as caught:
        decode_up(fat(message, field, 10_000 // len(encode(message)) + 1_000))
    assert str(caught.value).endswith("it says more than once what counts once")


@pytest.mark.parametrize(
    "message",
    [
        m.Ask(2**63, m.StateSet("\U0001f600" * 300, b"1" * 500_000)),
        m.Ask(1, m.FilesWrite("a" * 5_000, b"1" * 5_000_000, append=True)),
        m.Ask(1, m.AdapterCall("a" * 300, "b" * 300, b"1" * 256_000)),
        m.Ask(1, m.HttpRequest("GET", "u" * 9_000, (("\xe4" * 99, "v" * 99),) * 100, b"1", 1.0)),
        m.Log((m.Line("error", "\U0001f600" * 4_000, 1.0),) * 20),
        m.Failed(m.FailureReport("error", "\u20ac" * 300, "\u20ac" * 4_000, "\u20ac" * 16_000)),
        m.Diagnosed((m.Diagnostic("error", 1, 1, "c" * 300, "m" * 4_000, "h" * 4_000),) * 200),
        m.Jailed({str(number): "\u20ac" * 300 for number in range(50)}),
    ],
    ids=lambda message: type(getattr(message, "call", message)).__name__,
)
def test_the_longest_messages_of_our_own_code_are_heard(message):
    assert decode_up(encode(message)) == message


def test_no_text_of_a_call_is_as_long_as_a_frame():
    for call in get_args(m.Call):
        for field in msgspec.structs.fields(call):
            assert field.type is not str, f"{call.__name__}.{field.name} has no bound"


@pytest.mark.parametrize("length", [2**28, 2**32 - 1])
@pytest.mark.parametrize("message", [m.Log(()), m.Diagnosed(())])
def test_an_announced_length_makes_the_host_allocate_nothing(message, length):
    assert encode(message).endswith(b"\x90")
    with pytest.raises(PeerError):
        decode_up(encode(message)[:-1] + b"\xdd" + length.to_bytes(4, "big"))


def test_bytes_behind_a_message_are_refused():
    with pytest.raises(PeerError):
        decode_up(encode(m.Finished()) + b"\xc0")


@pytest.mark.parametrize("text", [b"null", b"1", b'"a"', b"[1, 2.5, {}]", b'{"a": [true]}'])
def test_json_has_no_problem(text):
    assert json_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [b"", b"nul", b"{", b"NaN", b"Infinity", b"{1: 2}", b"'a'", b"1 2", b'"\xff"', b"[" * 100_000],
)
def test_what_is_not_json_has_a_short_problem(text):
    problem = json_problem(text)
    assert problem is not None
    assert problem.startswith("not JSON: ")
    assert len(problem) <= 300


_JSON_CHARACTERS = st.text('[]{}",:0123456789eE+-.\\u \naltrufsé', max_size=40)


@given(st.binary(max_size=60) | _JSON_CHARACTERS.map(lambda text: text.encode()))
def test_any_bytes_are_json_or_have_a_problem(text):
    problem = json_problem(text)
    if problem is None:
        json.loads(text.decode())
    else:
        with pytest.raises((msgspec.MsgspecError, UnicodeError, ValueError)):
            msgspec.json.decode(text)


def test_judging_json_builds_none_of_its_values():
    text = b"[" + b"[]," * 100_000 + b"0]"
    tracemalloc.start()
    try:
        assert json_problem(text) is None
        assert tracemalloc.get_traced_memory()[1] < 3 * len(text)
        msgspec.json.decode(text)
        assert tracemalloc.get_traced_memory()[1] > 10 * len(text)
    finally:
        tracemalloc.stop()
