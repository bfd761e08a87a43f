"""The cheap call by which `cellblock connect test` proves a connection, against real servers."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cellblock.broker.adapter import AdapterError
from cellblock.broker.kind import Connection
from cellblock.compose import vaults
from peers.exchange import Exchange


def check(kind, **values):
    return asyncio.run(vaults.check_connection(Connection(kind, "main", values)))


def refused(kind, **values):
    with pytest.raises(AdapterError) as caught:
        check(kind, **values)
    return caught.value


@contextmanager
def models(status, body, seen):
    """A server that answers every GET alike."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            seen.append((self.path, dict(self.headers)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_bybit_is_asked_for_its_time_and_with_a_key_for_the_account():
    with Exchange() as exchange:
        found = check("bybit", endpoint=exchange.url)
        assert list(found) == ["time"]
        found = check(
            "bybit", endpoint=exchange.url, api_key=exchange.key, api_secret=exchange.secret
        )
        assert found["time"] > 0
        assert found["total_equity"] > 0
        wrong = refused("bybit", endpoint=exchange.url, api_key=exchange.key, api_secret="x" * 36)
    assert wrong.code == "denied"


@pytest.mark.parametrize(
    ("style", "path", "header"),
    [("openai", "/v1/models", "authorization"), ("anthropic", "/v1/models", "x-api-key")],
)
def test_a_model_s_server_is_asked_for_its_models(style, path, header):
    seen = []
    body = json.dumps({"data": [{"id": "parrot"}, {"id": "owl"}]}).encode()
    with models(200, body, seen) as url:
        values = {"style": style, "base_url": f"{url}/v1", "api_key": "sk-0123456789"}
        assert check("llm", model="owl", **values) == {"model": "owl", "listed": True}
        assert check("llm", model="cat", **values) == {"model": "cat", "listed": False}
    assert {place for place, _ in seen} == {path}
    for _, headers in seen:
        sent = {name.lower(): value for name, value in headers.items()}
        assert "sk-0123456789" in sent[header]
        assert "content-length" not in sent


def test_a_server_that_lists_no_models_is_reached_all_the_same():
    with models(404, b"{}", []) as url:
        found = check("llm", model="m", base_url=url)
    assert found["reached"] == url.removeprefix("http://")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(401, b"no", "denied"), (500, b"{}", "server"), (200, b"[1]", "bad_answer")],
)
def test_a_server_that_refuses_or_answers_nonsense_is_told(status, body, code):
    with models(status, body, []) as url:
        assert refused("llm", model="m", base_url=url).code == code


def test_a_server_that_is_not_there_is_told():
    with models(200, b"", []) as url:
        pass
    assert refused("llm", model="m", base_url=url).code == "network"
    assert refused("bybit", endpoint=url).code == "network"


def test_a_kind_without_a_check_gives_none():
    assert check("http") is None
    assert check("monitor") is None
