"""A far side that says again all it is told, in every form, rightly and wrongly shaped.

It plays an exchange, a bot API, a model, a proxy and whatever the plugin asks, on one port; each
request of a path's kind gets the next of `MODES`. As a proxy it keeps its login to itself.
"""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import quote, unquote

MODES = ("good", "refused", "broken", "garbage", "cut", "elsewhere")


class Peer:
    """The server; *said* holds every text that it sent, *logins* what it was told as a proxy."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.logins: set[str] = set()
        modes = defaultdict(lambda: itertools.cycle(MODES))
        lock = threading.Lock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments: object) -> None:
                """Write nothing."""

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                heads = {name.lower(): value for name, value in self.headers.items()}
                login = heads.pop("proxy-authorization", "")
                echo = _echo(self.requestline, heads, body)
                kind = next((name for name in _SHAPES if name in self.path), "other")
                with lock:
                    mode = next(modes[kind])
                    peer.said.append(echo)
                    peer.logins.add(base64.b64decode(login.removeprefix("Basic ")).decode())
                getattr(self, mode)(echo, _SHAPES.get(kind, _plain))

            def good(self, echo, shape) -> None:
                self._send(200, json.dumps(shape(echo, good=True)))

            def refused(self, echo, shape) -> None:
                self._send(200 if shape is _bybit else 401, json.dumps(shape(echo, good=False)))

            def broken(self, echo, _shape) -> None:
                self._send(500, echo, "text/plain")

            def garbage(self, echo, _shape) -> None:
                self._send(200, "{" + echo, quote(echo)[:300], reason=quote(echo)[:300])

            def cut(self, echo, shape) -> None:
                self._send(200, json.dumps(shape(echo, good=True)), more=100)
                self.close_connection = True

            def elsewhere(self, echo, _shape) -> None:
                self.send_response(302, "Found")
                self.send_header("location", f"{self.path}?again={quote(echo)[:500]}\\")
                self.send_header("content-length", "0")
                self.end_headers()

            def _send(self, status, text, kind="application/json", *, reason=None, more=0) -> None:
                data = text.encode()
                self.send_response(status, reason)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data) + more))
                self.send_header("x-echo", quote(text)[:2000])
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = answer  # noqa: N815 - the names that http.server looks for

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _echo(line: str, headers: dict[str, str], body: bytes) -> str:
    """Say the request again: as it came, decoded, encoded, as base64 and in hexadecimal."""
    heads = [f"{name}: {value}" for name, value in headers.items()]
    whole = "\n".join([line, unquote(line), *heads, body.decode("utf-8", "replace")])
    decoded = []
    for value in headers.values():
        try:
            decoded.append(base64.b64decode(value.removeprefix("Basic ")).decode())
        except ValueError:
            continue
    once = "\n".join([whole, unquote(whole.replace("+", " ")), *decoded])
    forms = [
        once,
        quote(once),
        json.dumps(once),
        *(base64.b64encode(b"x" * shift + once.encode()).decode() for shift in range(3)),
        once.encode().hex(),
        repr(once),
    ]
    return "\n".join(forms)


def _plain(echo: str, *, good: bool) -> dict:
    return {"text": echo} if good else {"error": echo}


def _bybit(echo: str, *, good: bool) -> dict:
    row = {"symbol": "BTCUSDT", "lastPrice": "1.5", "echo": echo, "coin": []}
    result = {"category": "linear", "list": [row], "echo": echo, "orderId": echo}
    return {
        "retCode": 0 if good else 10001,
        "retMsg": "OK" if good else echo,
        "result": result,
        "retExtInfo": {},
        "time": 1_700_000_000_000,
    }


def _telegram(echo: str, *, good: bool) -> dict:
    if not good:
        return {"ok": False, "error_code": 401, "description": echo}
    chat = {"id": 42, "type": "private", "first_name": echo}
    message = {"message_id": 1, "date": 1, "chat": chat, "text": echo}
    return {"ok": True, "result": {**message, "id": 42, "type": "private", "first_name": echo}}


def _llm(echo: str, *, good: bool) -> dict:
    if not good:
        return {"error": {"message": echo, "type": echo}}
    return {
        "choices": [{"message": {"role": "assistant", "content": echo}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
        "model": echo[:100],
    }


_SHAPES = {
    "/v5/": _bybit,
    "/bot": _telegram,
    "/chat/completions": _llm,
    "/leaky": _plain,
}
