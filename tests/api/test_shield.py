from __future__ import annotations

import asyncio

import pytest

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
