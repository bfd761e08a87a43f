"""The host's end of a worker's pipes, with the test at the other."""

from __future__ import annotations

import asyncio
import os

import pytest

from cellblock.limits import FRAME_BYTES
from cellblock.supervisor.duplex import Duplex
from cellblock.wire.frames import HEADER_BYTES, FrameReader, frame


@pytest.fixture
def far():
    """The worker's ends: where it reads, and where it writes; and the host's."""
    answers, writing = os.pipe()
    reading, asks = os.pipe()
    os.set_blocking(asks, False)
    yield answers, asks, reading, writing
    os.close(answers)
    os.close(asks)


async def pour(asks, data):
    """Write as the pipe takes it."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(asks, rest) :]
        except BlockingIOError:
            await asyncio.sleep(0)


def test_what_is_closed_holds_neither_half_a_frame_nor_an_answer_that_nobody_read(far):
    _, asks, reading, writing = far

    async def scenario():
        duplex = Duplex(reading, writing, lambda _: None, lambda _: None)
        duplex.send(bytearray(frame(bytes(5_000_000))))
        await pour(asks, frame(bytes(FRAME_BYTES))[:-1])
        while duplex._frames.pending_bytes < HEADER_BYTES + FRAME_BYTES - 1:
            await asyncio.sleep(0)
        assert duplex.unread
        duplex.close()
        return duplex

    duplex = asyncio.run(scenario())
    assert not duplex.unread
    assert not duplex.unheard
    held = [each for part in (duplex, duplex._frames) for each in vars(part).values()]
    assert sum(len(each) for each in held if isinstance(each, (bytes, bytearray))) == 0


def test_a_header_alone_takes_little(far):
    _, asks, reading, writing = far

    async def scenario():
        duplex = Duplex(reading, writing, lambda _: None, lambda _: None)
        await pour(asks, FRAME_BYTES.to_bytes(HEADER_BYTES, "big"))
        while not duplex.unheard:
            await asyncio.sleep(0)
        assert isinstance(duplex._frames, FrameReader)
        room = duplex._frames.room()
        duplex.close()
        return len(room)

    assert asyncio.run(scenario()) < 20_000
