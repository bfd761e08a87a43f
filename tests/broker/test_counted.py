from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from cellblock.broker import counted
from cellblock.broker.adapter import AdapterError
from cellblock.broker.counted import Counted, Pace
from cellblock.limits import HTTP_HEADER_BYTES, HTTP_HEADERS

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


class Bytes(httpcore.AsyncNetworkStream):
    """Gives the pieces that it was made of; it is read in no larger ones than it is asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = list(pieces)
        self.asked: list[int] = []

    async def read(self, max_bytes: int, **_: Any) -> bytes:
        self.asked.append(max_bytes)
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, *_: Any, **__: Any) -> None: ...


def read(*pieces: bytes, deliver: bool = False) -> bytes:
    async def scenario() -> bytes:
        stream = Counted(Bytes(pieces))
        got = b""
        while data := await stream.read(65_536):
            got += data
            if deliver:
                stream.delivered()
        return got

    return asyncio.run(scenario())


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1_000])
@pytest.mark.parametrize(
    "whole",
    [
        HEAD + b"hello",
        HEAD.replace(b"\r\n", b"\n") + b"hello",
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"a\n" * 300,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * (HTTP_HEADERS - 2) + b"\r\n" + b"\n" * 300,
    ],
)
def test_a_head_of_fair_size_passes_however_it_is_cut(whole, step):
    pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
    assert read(*pieces) == whole


@pytest.mark.parametrize("step", [7, 5_000])
@pytest.mark.parametrize(
    "whole",
    [
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * (HTTP_HEADERS - 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\na: " + b"x" * HTTP_HEADER_BYTES,
        b"HTTP/1.1 103 Hints\r\n\r\n" * 60 + b"HTTP/1.1 200 OK\r\n" + b"a:\n" * 100 + b"\n",
    ],
)
def test_a_head_that_is_too_long_does_not_however_it_is_cut(whole, step):
    pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
    with pytest.raises(AdapterError) as caught:
        read(*pieces)
    assert caught.value.code == "too_large"


def test_what_is_read_and_holds_no_body_has_a_bound():
    pieces = [HEAD, *[b"x" * 10_000] * 4]
    with pytest.raises(AdapterError, match="hold nothing"):
        read(*pieces)
    assert len(read(*pieces, deliver=True)) == len(HEAD) + 40_000


def test_each_answer_of_a_connection_is_counted_anew():
    async def scenario() -> None:
        stream = Counted(Bytes([HEAD + b"hello"] * 2_000))
        for _ in range(2_000):
            await stream.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await stream.read(65_536) == HEAD + b"hello"

    asyncio.run(scenario())


def test_no_more_is_read_at_once_than_is_parsed_quickly():
    async def scenario() -> list[int]:
        inner = Bytes([b"x", b"y"])
        stream = Counted(inner)
        await stream.read(65_536)
        await stream.read(100)
        return inner.asked

    assert asyncio.run(scenario()) == [16_384, 100]


@pytest.mark.parametrize(
    ("size", "pauses"),
    [(1, [0.005] * 3), (255, [0.005] * 3), (256, [0] * 3), (16_384, [0] * 3)],
)
def test_small_pieces_are_read_slowly_and_large_ones_let_others_run(monkeypatch, size, pauses):
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(counted.asyncio, "sleep", sleep)

    async def scenario() -> None:
        pace = Pace()
        for _ in range(3 * 64):
            await pace.after(size)

    asyncio.run(scenario())
    assert waited == pauses
