"""`ctx.http` on the worker's side: what it takes, what it asks, and what it makes of an answer."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cellblock import Sandbox
from cellblock.inside import http
from cellblock.inside.http import Http
from cellblock.limits import (
    HTTP_REQUEST_BYTES,
    HTTP_REQUEST_HEADER_BYTES,
    HTTP_REQUEST_HEADERS,
    HTTP_URL_BYTES,
)
from cellblock.wire import messages as m
from peers.web_server import Peer, Visit, response

URL = "http://example.com/a"


class Host:
    """Keeps what was asked, and answers what it is told to."""

    def __init__(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        head = {"status": status, "headers": named, "url": URL}
        self.answer = json.dumps(head).encode() + b"\n" + body
        self.asked: list[m.HttpRequest] = []

    def __call__(self, call: m.Call) -> bytes:
        assert isinstance(call, m.HttpRequest)
        self.asked.append(call)
        return self.answer


def asked(name: str = "get", **arguments: Any) -> m.HttpRequest:
    host = Host()
    getattr(Http(host), name)(**{"url": URL} | arguments)
    return host.asked[0]


def heard(body: bytes, content_type: str = "", status: int = 200) -> dict[str, Any]:
    kind = {"content_type": content_type} if content_type else {}
    return Http(Host(body, status, **kind)).get(URL)


def test_what_no_request_takes_is_cut_before_it_crosses():
    call = asked(url=URL + "a" * 9_000_000, headers={"A" * 30_000: "b" * 30_000}, params={"c": "d"})
    lengths = (len(call.url), len(call.headers[0][0]), len(call.headers[0][1]))
    assert lengths == (m.GIVEN_CHARACTERS,) * 3
    assert max(HTTP_URL_BYTES, HTTP_REQUEST_HEADER_BYTES) < m.GIVEN_CHARACTERS


def test_the_signatures_are_those_of_the_contract():
    """They are written in the contract word for word, but for annotations."""
    page = (Path(__file__).parents[2] / "docs" / "ctx" / "http.md").read_text(encoding="utf-8")
    for name in ("get", "post", "request"):
        parameters = inspect.signature(getattr(Http, name)).parameters.values()
        plain = [
            each.name
            if each.default is each.empty
            else f"{each.name}={each.default:g}"
            if isinstance(each.default, float)
            else f"{each.name}={each.default}"
            for each in parameters
            if each.name != "self"
        ]
        assert f"`ctx.http.{name}({', '.join(plain)})`" in page


@pytest.mark.parametrize(
    ("url", "params", "sent"),
    [
        (URL, None, URL),
        (URL, {}, URL),
        (URL, {"a": "b c", "d": "ä&="}, URL + "?a=b+c&d=%C3%A4%26%3D"),
        (
            URL,
            {"n": 1, "x": 1.5, "t": True, "f": False, "none": None},
            URL + "?n=1&x=1.5&t=true&f=false",
        ),
        (URL, {"l": [1, "2", None], "t": ("x",)}, URL + "?l=1&l=2&t=x"),
        (URL + "?q=1", {"a": 2}, URL + "?q=1&a=2"),
        (URL + "?", {"a": 2}, URL + "?a=2"),
        (URL + "?q=1&", {"a": 2}, URL + "?q=1&a=2"),
        (URL + "?q=1#top", {"a": 2}, URL + "?q=1&a=2"),
        (URL + "#top?", {"a": 2}, URL + "?a=2"),
        (URL + "?q=1#top", {"a": None}, URL + "?q=1"),
    ],
)
def test_params_are_added_to_the_query_that_is_there(url, params, sent):
    assert asked(url=url, params=params).url == sent


@pytest.mark.parametrize(
    ("arguments", "headers", "body"),
    [
        (
            {"json": {"a": [1, "ä"]}},
            (("content-type", "application/json"),),
            b'{"a": [1, "\xc3\xa4"]}',
        ),
        ({"json": []}, (("content-type", "application/json"),), b"[]"),
        ({"json": 0}, (("content-type", "application/json"),), b"0"),
        ({"data": "ä"}, (), b"\xc3\xa4"),
        ({"data": b"\xff"}, (), b"\xff"),
        ({"data": bytearray(b"\xff")}, (), b"\xff"),
        (
            {"data": {"a": ["x y", 1]}},
            (("content-type", "application/x-www-form-urlencoded"),),
            b"a=x+y&a=1",
        ),
        ({"data": {}}, (("content-type", "application/x-www-form-urlencoded"),), b""),
        (
            {"json": 1, "headers": {"Content-Type": "application/vnd.x+json"}},
            (("Content-Type", "application/vnd.x+json"),),
            b"1",
        ),
        ({}, (), b""),
    ],
)
def test_a_body_is_json_or_a_form_or_what_was_given(arguments, headers, body):
    call = asked("post", **arguments)
    assert (call.method, call.headers, call.body) == ("POST", headers, body)
    assert asked("request", method="PUT", **arguments) == m.HttpRequest(
        "PUT", URL, headers, body, 30.0
    )


class Scalar:
    """What numpy's scalars look like."""

    shape = ()

    def item(self) -> int:
        return 7


def test_numbers_of_numpy_are_numbers():
    call = asked("post", json={"n": Scalar()}, params={"n": Scalar()}, timeout=3)
    assert (call.body, call.url, call.timeout_s) == (b'{"n": 7}', URL + "?n=7", 3.0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"url": None}, TypeError, "url must be a str, not NoneType"),
        ({"url": b"http://x"}, TypeError, "url must be a str, not bytes"),
        ({"url": "http://x/\ud800"}, ValueError, "url holds characters"),
        ({"params": "a=b"}, TypeError, "params must be a dict, not str"),
        ({"params": [("a", "b")]}, TypeError, "params must be a dict, not list"),
        ({"params": {1: "a"}}, TypeError, "a name in params must be a str, not int"),
        ({"params": {"a": {}}}, TypeError, "params['a'] must be a str, a number"),
        ({"params": {"a": [[]]}}, TypeError, "params['a'] must be a str, a number"),
        ({"params": {"a": b""}}, TypeError, "params['a'] must be a str, a number"),
        ({"headers": []}, TypeError, "headers must be a dict, not list"),
        ({"headers": {"a": 1}}, TypeError, "the header 'a' must be a str, not int"),
        ({"headers": {1: "a"}}, TypeError, "a header's name must be a str, not int"),
        ({"timeout": "5"}, TypeError, "timeout must be a number of seconds, not str"),
        ({"timeout": True}, TypeError, "timeout must be a number of seconds, not bool"),
        ({"timeout": None}, TypeError, "timeout must be a number of seconds, not NoneType"),
        ({"timeout": 0}, ValueError, "timeout must be more than 0 and at most 30 s"),
        ({"timeout": 31}, ValueError, "timeout must be more than 0 and at most 30 s"),
        ({"timeout": float("nan")}, ValueError, "timeout must be more than 0 and at most 30 s"),
        ({"timeout": -1}, ValueError, "timeout must be more than 0 and at most 30 s"),
        ({"json": 1, "data": ""}, ValueError, "json or data, not both"),
        ({"json": {1, 2}}, TypeError, "the json of the request is not JSON: set is none of"),
        ({"json": float("nan")}, ValueError, "the json of the request is not JSON"),
        ({"data": 5}, TypeError, "data must be a str, bytes or a dict, not int"),
        ({"data": [1]}, TypeError, "data must be a str, bytes or a dict, not list"),
        (
            {"data": "x" * (HTTP_REQUEST_BYTES + 1)},
            ValueError,
            "1,000,001 bytes; the limit is 1,000,000",
        ),
        (
            {"headers": {f"x{n}": "" for n in range(HTTP_REQUEST_HEADERS + 1)}},
            ValueError,
            "a request has 100 headers at the most",
        ),
        ({"method": 5}, TypeError, "method must be a str, not int"),
    ],
)
def test_arguments_of_a_wrong_type_or_size_raise(arguments, error, words):
    with pytest.raises(error, match=re.escape(words)):
        asked("request", **{"method": "POST"} | arguments)


def test_as_much_as_may_be_asked_is_asked():
    many = {f"x{n}": "" for n in range(HTTP_REQUEST_HEADERS)}
    call = asked("request", method="POST", headers=many, data="x" * HTTP_REQUEST_BYTES, timeout=30)
    assert (len(call.headers), len(call.body)) == (HTTP_REQUEST_HEADERS, HTTP_REQUEST_BYTES)


@pytest.mark.parametrize(
    ("body", "kind", "text", "parsed"),
    [
        (b'{"a": 1}', "application/json", '{"a": 1}', {"a": 1}),
        (b'{"a": 1}', "application/problem+JSON; charset=utf-8", '{"a": 1}', {"a": 1}),
        (b'{"a": 1}', "text/plain", '{"a": 1}', None),
        (b'{"a": 1}', "", '{"a": 1}', None),
        (b'{"a": ', "application/json", '{"a": ', None),
        (b"", "application/json", "", None),
        (b"[" * 100_000, "application/json", "[" * 100_000, None),
        (b"1" * 5_000, "application/json", "1" * 5_000, None),
        (b"\xef\xbb\xbf[1]", "application/json", "[1]", [1]),
        (b"null", "application/json", "null", None),
        (b"line\nline", "text/plain", "line\nline", None),
        ("gr\u00fc\u00dfe".encode("latin-1"), "text/plain; charset=ISO-8859-1", "grüße", None),
        ("100 €".encode("cp1252"), 'text/html; charset="latin1"', "100 €", None),
        ("привет".encode("koi8-r"), "text/html; charset=koi8-r", "привет", None),
        ("日本".encode("shift_jis"), "text/html; charset=Shift_JIS", "日本", None),
        ("中文".encode("gb18030"), "text/html; charset=GBK", "中文", None),
        ("hé".encode("utf-16"), "text/plain; charset=utf-16", "hé", None),
        ("hé".encode(), "text/plain; charset=nonsense", "hé", None),
        (b"hi", "text/plain; charset=rot13", "hi", None),
        (b"hi", "text/plain; charset=idna", "hi", None),
        (b"aGk=", "text/plain; charset=base64", "aGk=", None),
        (b"\xff\xfeok", "text/plain", "\ufffd\ufffdok", None),
    ],
)
def test_a_body_is_text_by_its_charset_and_json_where_it_says_so(body, kind, text, parsed):
    answer = heard(body, kind)
    assert (answer["text"], answer["json"]) == (text, parsed)


@pytest.mark.parametrize(("status", "ok"), [(200, True), (204, True), (299, True), (304, False)])
def test_ok_is_what_went_well(status, ok):
    answer = heard(b"", status=status)
    assert answer == {
        "status": status,
        "ok": ok,
        "headers": {},
        "text": "",
        "json": None,
        "url": URL,
    }


@pytest.mark.parametrize("status", [199, 301, 400, 404, 429, 500, 503])
def test_any_other_status_is_an_answer_that_is_not_ok(status):
    answer = heard(b"why", status=status)
    assert (answer["ok"], answer["text"]) == (False, "why")


def test_an_error_of_the_host_is_given_as_it_is():
    host = Host()
    host.answer = b'{"error":"no\\nwhole answer","code":"timeout"}'
    assert Http(host).get(URL) == {"error": "no\nwhole answer", "code": "timeout"}


@pytest.mark.jail
def test_every_charset_is_there_in_the_jail():
    """What is not loaded before the fork can never be loaded after."""
    texts = {"utf-8": "é", "utf-16": "é", "gb18030": "中", "big5": "中", "koi8-r": "п"}
    texts |= {"shift_jis": "日", "euc-jp": "日", "euc-kr": "한", "cp1251": "п"}
    charsets = {name: codec for codec, names in http._CHARSETS.items() for name in names.split()}

    async def script(visit: Visit) -> None:
        while True:
            charset = (await visit.request()).target[1:]
            text = texts.get(charsets[charset], "x")
            body = text.encode(charsets[charset])
            await visit.send(response(body, Content_Type=f"text/plain; charset={charset}"))

    async def scenario() -> str:
        async with Peer(script) as peer:
            table = {"http": {"private": [peer.place]}}
            async with Sandbox(connections=table, preload=()) as sandbox:
                outcome = await sandbox.run(
                    f"for name in {list(charsets)!r}:\n"
                    f"    print(ctx.http.get({peer.url()!r} + name)['text'])"
                )
                assert outcome.ok, outcome.failure
                return outcome.output

    expected = [texts.get(codec, "x") for codec in charsets.values()]
    assert asyncio.run(scenario()).splitlines() == expected


@pytest.mark.jail
@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("get(5)", "TypeError: url must be a str, not int"),
        ("get('http://example.com/', timeout=60)", "ValueError: timeout must be more than 0"),
        (
            "post('http://example.com/', json=print)",
            "TypeError: the json of the request is not JSON",
        ),
        (
            "delete('http://example.com/')",
            "AttributeError: ctx.http has no 'delete'; it has get, post, request",
        ),
    ],
)
def test_a_slip_raises_where_it_was_made(connected, call, error):
    assert connected(f"ctx.http.{call}").startswith(error)


@pytest.fixture(scope="module")
def connected():
    with asyncio.Runner() as runner:
        sandbox = Sandbox(connections={"http": {}}, preload=())
        runner.run(sandbox.__aenter__())
        try:
            yield lambda code: str(runner.run(sandbox.run(code)).failure)
        finally:
            runner.run(sandbox.__aexit__(None, None, None))
