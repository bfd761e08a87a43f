"""What an author runs before shipping: a real worker, a real service. `pip install -e . pytest`, then `pytest`."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cellblock import Sandbox

KEY = "a-key-that-is-secret"


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
        status, body = 200, json.dumps({**asked, "rate": 1.25})
        if self.headers["authorization"] != f"Bearer {KEY}":
            status, body = 401, ""
        elif asked["base"] == "ODD":
            body = f"<html>{KEY}</html>"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def output(code, url, key=KEY):
    async def run():
        async with Sandbox(preload=(), connections={"rates": {"url": url, "key": key}}) as sandbox:
            return await sandbox.run(code)

    outcome = asyncio.run(run())
    assert outcome.ok, outcome.failure
    return outcome.output


def test_a_worker_gets_a_rate(service):
    assert output("print(ctx.rates.latest('EUR'))", service) == str(
        {"base": "EUR", "quote": "USD", "rate": 1.25}
    )


@pytest.mark.parametrize(
    ("base", "key", "code"), [("EUR", "another-key", "denied"), ("ODD", KEY, "bad_answer")]
)
def test_a_failure_is_answered_with_a_code(service, base, key, code):
    assert output(f"print(ctx.rates.latest({base!r})['code'])", service, key) == code


def test_a_service_that_is_away_is_answered_too(service):
    assert output("print(ctx.rates.latest('EUR')['code'])", "http://127.0.0.1:1") == "network"
