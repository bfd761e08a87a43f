"""What the examples of the pages in ``docs/ctx/`` meet: a peer for each kind, and files.

`stage` starts every peer and opens one sandbox that is connected to them all, so that an example
may use several kinds. A kind that comes later plugs in by a function in `PEERS`.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import trustme

from cellblock import compose
from cellblock.broker.web import Web
from cellblock.compose import host
from conftest import SHARED, Bench, open_bench
from peers import llm_server
from peers.exchange import Exchange
from peers.network import PUBLIC, Net, names
from peers.telegram import TOKEN, telegram

FILES: dict[str, bytes] = {
    "big.csv": "ä".encode() * 70_000,
    "chart.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "report.csv": b"a,b\n",
    "photo.png": bytes(range(256)) * 600,
}
"""What an example that names one of them finds in its workspace."""
CODES = frozenset(
    """
    adapter bad_answer bad_path bad_range bad_request blocked busy conflict denied disk_full encoding
    gone io network not_found policy quota rate_limited server timeout tls too_large
    """.split()
)
"""Codes that are known as such wherever they stand, in tables too."""

NEEDED = {"telegram": SHARED / "telegram-bot-api.json"}
"""Page to the shared data without which its examples have nobody to talk to."""

Start = Callable[[ExitStack, pytest.MonkeyPatch], dict[str, Any]]
"""Starts what answers a kind's examples; gives the settings of the connection to it."""


def _nobody(_stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Start nothing, for the kind asks nobody."""
    return {}


def _exchange(stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    exchange = stack.enter_context(Exchange())
    return {
        "endpoint": exchange.url,
        "api_key": exchange.key,
        "api_secret": exchange.secret,
    }


def _model(stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    server = stack.enter_context(llm_server.llm_server())
    return {"base_url": f"{server.url}/v1", "api_key": llm_server.KEY, "model": llm_server.MODEL}


def _telegram(stack: ExitStack, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Start Telegram with one person in it, who has written to the bot."""
    if not NEEDED["telegram"].exists():
        return {"token": TOKEN}
    server = stack.enter_context(telegram(NEEDED["telegram"]))
    ann = server.chat(7, username="ann")
    server.say(ann, "/status")
    return {"token": TOKEN, "chat_id": ann, "base_url": server.url}


def _example_com(stack: ExitStack, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Have the host find example.com on this machine: all but the last step is as ever."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.com", "api.example.com").configure_cert(tls)
    ca_file = stack.enter_context(authority.cert_pem.tempfile())
    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Example))
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)
    public = (PUBLIC,)
    resolve = names(example_com=public, api_example_com=public)
    net = Net({PUBLIC: server.server_port})
    patch.setattr(host, "Web", lambda: Web(resolve=resolve, backend=net))
    return {"ca_file": ca_file}


class Example(BaseHTTPRequestHandler):
    """A server that says again what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        told = {
            "price": 42.5,
            "method": self.command,
            "path": parts.path,
            "query": dict(parse_qsl(parts.query)),
            "sent": body.decode("utf-8", "replace"),
        }
        data = json.dumps(told).encode()
        self.send_response(404 if parts.path.startswith("/missing") else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


PEERS: dict[str, Start] = {
    "bybit": _exchange,
    "http": _example_com,
    "llm": _model,
    "monitor": _nobody,
    "telegram": _telegram,
}


@contextlib.contextmanager
def stage() -> Iterator[Bench]:
    """Open a sandbox in which every example can run."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        connections = {name: PEERS[name](stack, patch) for name in compose.BUILT_IN}
        yield stack.enter_context(contextlib.contextmanager(open_bench)(connections=connections))
