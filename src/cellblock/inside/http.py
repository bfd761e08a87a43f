"""`ctx.http`: arguments become one ask, the answer becomes a dict.

The body comes as it was sent, unpacked but not decoded: its text and its JSON are made here, where
a hostile document costs the worker that asked for it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol
from urllib.parse import urlencode

from cellblock.inside.values import given, no_method, text, to_json
from cellblock.limits import HTTP_REQUEST_BYTES, HTTP_REQUEST_HEADERS, HTTP_TIMEOUT_S
from cellblock.wire import messages as m
from cellblock.wire.answers import HttpAnswer

_CHARSETS = {
    "utf-8": "utf-8-sig utf-8 utf8",
    "utf-16": "utf-16 utf16",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    # Whoever says Latin 1 or ASCII means this, says the Encoding standard.
    "cp1252": "windows-1252 cp1252 iso-8859-1 latin-1 latin1 us-ascii ascii",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "iso8859-2": "iso-8859-2",
    "iso8859-15": "iso-8859-15",
    "koi8-r": "koi8-r",
    "gb18030": "gb18030 gbk gb2312",
    "big5": "big5",
    "shift_jis": "shift_jis shift-jis",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
}
_CODEC = {name: codec for codec, names in _CHARSETS.items() for name in names.split()}
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)

for _codec in _CHARSETS:
    codecs.lookup(_codec)  # in the jail it could not be loaded any more


class Asking(Protocol):
    """Sends one call and gives the bytes of its answer, or raises its refusal."""

    def __call__(self, call: m.Call) -> bytes | None:
        """Ask the host."""


class Http:
    """`ctx.http`: requests to public addresses, made by the host.

    Each method answers ``{"status", "ok", "headers", "text", "json", "url"}``, or ``{"error",
    "code"}`` if no whole answer came. *json* is None unless the content type says JSON and it is.
    """

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> NoReturn:
        """Say what there is instead."""
        no_method(self, "ctx.http", name)

    def get(
        self,
        url: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = HTTP_TIMEOUT_S,
    ) -> HttpAnswer:
        """Ask for *url*; *params* is a dict that becomes its query, *timeout* up to 30 s in all."""
        return self.request("GET", url, params=params, headers=headers, timeout=timeout)

    def post(
        self,
        url: str,
        json: Any = None,
        data: str | bytes | dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        timeout: float = HTTP_TIMEOUT_S,
    ) -> HttpAnswer:
        """Send *json*, or *data*: a str, bytes, or a dict as a form."""
        return self.request(
            "POST", url, json=json, data=data, headers=headers, params=params, timeout=timeout
        )

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        json: Any = None,
        data: str | bytes | dict[str, Any] | None = None,
        timeout: float = HTTP_TIMEOUT_S,
    ) -> HttpAnswer:
        """Make a request: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."""
        kind, body = _body(json, data)
        sent = _headers(headers)
        if kind and not any(name.lower() == "content-type" for name, _ in sent):
            sent = (*sent, ("content-type", kind))
        if len(sent) > HTTP_REQUEST_HEADERS:
            raise ValueError(f"a request has {HTTP_REQUEST_HEADERS} headers at the most")
        call = m.HttpRequest(
            method=text(method, "method")[:20],
            url=_with_query(text(url, "url"), params)[: m.GIVEN_CHARACTERS],
            headers=sent,
            body=body,
            timeout_s=_timeout(timeout),
        )
        return _answer(self._ask(call) or b"")


def _answer(answer: bytes) -> HttpAnswer:
    head, separator, body = answer.partition(b"\n")
    told = json.loads(head)
    if not separator:
        return told  # type: ignore[no-any-return]  # the error
    kind = told["headers"].get("content-type", "")
    shown = _decoded(body, kind)
    return {
        "status": told["status"],
        "ok": 200 <= told["status"] < 300,
        "headers": told["headers"],
        "text": shown,
        "json": _parsed(shown) if "json" in kind.lower() else None,
        "url": told["url"],
    }


def _decoded(body: bytes, kind: str) -> str:
    said = _CHARSET.search(kind)
    codec = _CODEC.get(said[1].lower(), "utf-8") if said else "utf-8"
    return body.decode("utf-8-sig" if codec == "utf-8" else codec, "replace")


def _parsed(document: str) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return None


def _timeout(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"timeout must be a number of seconds, not {type(value).__name__}")
    if not 0 < value <= HTTP_TIMEOUT_S:
        raise ValueError(f"timeout must be more than 0 and at most {HTTP_TIMEOUT_S:g} s")
    return float(value)


def _body(document: Any, data: object) -> tuple[str, bytes]:
    """Give the content type and the bytes of a body."""
    if document is not None and data is not None:
        raise ValueError("a request has json or data, not both")
    kind, body = "", b""
    if document is not None:
        kind, body = "application/json", to_json(document, "json of the request")
    elif isinstance(data, dict):
        kind = "application/x-www-form-urlencoded"
        body = urlencode(list(_pairs(data, "data"))).encode("ascii")
    elif isinstance(data, bytes | bytearray):
        body = bytes(data)
    elif data is not None:
        if not isinstance(data, str):
            raise TypeError(f"data must be a str, bytes or a dict, not {type(data).__name__}")
        body = text(data, "data").encode("utf-8")
    if len(body) > HTTP_REQUEST_BYTES:
        raise ValueError(
            f"the body of a request has {len(body):,} bytes; the limit is {HTTP_REQUEST_BYTES:,}"
        )
    return kind, body


def _headers(headers: object) -> tuple[tuple[str, str], ...]:
    if headers is None:
        return ()
    if not isinstance(headers, dict):
        raise TypeError(f"headers must be a dict, not {type(headers).__name__}")
    return tuple(
        (given(name, "a header's name"), given(value, f"the header {name!r}"))
        for name, value in headers.items()
    )


def _with_query(url: str, params: object) -> str:
    """Add *params* to the query that the URL has."""
    if params is None:
        return url
    if not isinstance(params, dict):
        raise TypeError(f"params must be a dict, not {type(params).__name__}")
    query = urlencode(list(_pairs(params, "params")))
    base, _, _ = url.partition("#")
    if not query:
        return base
    joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
    return f"{base}{joint}{query}"


def _pairs(table: dict[Any, Any], what: str) -> Iterator[tuple[str, str]]:
    """Give a name and a text for each value; a list is its values one by one, None is left out."""
    for name, value in table.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if item is not None:
                yield text(name, f"a name in {what}"), _scalar(item, f"{what}[{name!r}]")


def _scalar(value: Any, what: str) -> str:
    if isinstance(value, str):
        return text(value, what)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise TypeError(f"{what} must be a str, a number, a bool or a list of these")
