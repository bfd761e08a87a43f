from __future__ import annotations

import asyncio
import gc
import json
import socket
import time

import pytest

from api.services import problem
from cellblock.api.problems import Problem
from cellblock.api.shield import host_name
from cellblock.api.visit import Body
from cellblock.limits import API_BODY_BYTES, API_BODY_S


def _body(parts, *headers, hang=False):
    left = list(parts)

    async def receive():
        if not left and hang:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or hang}

    return Body(receive, [(b"transfer-encoding", b"chunked"), *headers])


async def _read(body):
    size = 0
    more = True
    while more:
        message = await body.receive()
        size += len(message["body"])
        more = message["more_body"]
    return size


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_is_not():
    whole = [b"x" * 1_000_000] * (API_BODY_BYTES // 1_000_000)
    assert asyncio.run(_read(_body(whole))) == API_BODY_BYTES
    with pytest.raises(Problem) as caught:
        asyncio.run(_read(_body([*whole, b"x"])))
    assert caught.value.status_code == 413


def test_a_body_that_says_it_is_too_long_is_not_read():
    body = _body([], (b"content-length", str(API_BODY_BYTES + 1).encode()), hang=True)
    with pytest.raises(Problem) as caught:
        asyncio.run(_read(body))
    assert caught.value.status_code == 413


def test_a_body_has_its_time():
    assert API_BODY_S == 30.0
    body = _body([b"x"], hang=True)
    body.allow(10, 0.05)
    with pytest.raises(Problem) as caught:
        asyncio.run(_read(body))
    assert (caught.value.status_code, caught.value.slug) == (408, "slow-body")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8000", "localhost"),
        ("LOCALHOST.", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:80", "[::1]"),
        ("[::1", "[::1]"),
        ("evil.example:localhost", "evil.example"),
        ("", ""),
    ],
)
def test_a_host_is_compared_without_its_port(header, name):
    assert host_name(header) == name


def test_a_body_of_two_lengths_is_refused_and_nothing_after_it_is_read(service):
    lines = (
        "POST /api/v1/check HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {service.token}",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "",
        "0",
        "",
        "GET /health HTTP/1.1",
        "Host: localhost",
        "",
        "",
    )
    port = int(service.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall("\r\n".join(lines).encode())
        answer = b""
        while piece := one.recv(65_536):
            answer += piece
    assert answer.count(b"HTTP/1.1") == 1
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"two-lengths" in answer


@pytest.fixture
def own_heap():
    """Let the collector look at what this test makes alone, not at all that others left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("own_heap")
@pytest.mark.parametrize("where", ["settings", None])
def test_a_body_of_very_many_fields_takes_little_more_than_to_read_it(service, where):
    many = {f"a{number}": 1 for number in range(300_000)}
    body = {"source": "x", where: many} if where else many
    begun_s = time.process_time()
    for _ in range(3):
        json.loads(json.dumps(many))
    reading_s = time.process_time() - begun_s
    begun_s = time.process_time()
    answer = service.admin.put("/api/v1/workspaces/default/workers/bot", json=body)
    assert len(problem(answer, 422, "invalid")["errors"]) < 5
    secrets = service.admin.put(
        "/api/v1/workspaces/default/connections/bybit/main", json={"secrets": many}
    )
    problem(secrets, 422, "invalid")
    assert time.process_time() - begun_s < 6 * reading_s
