from __future__ import annotations

import contextlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES
from cellblock.wire.frames import HEADER_BYTES, FrameReader, frame

PAYLOADS = st.lists(st.binary(min_size=1, max_size=64), max_size=8)
CAP = 64


def taken(reader: FrameReader) -> list[bytes]:
    return list(iter(reader.take, None))


@given(payloads=PAYLOADS, step=st.integers(1, 100))
def test_payloads_come_back_in_order_however_the_bytes_are_cut(payloads, step):
    reader, came = FrameReader(), []
    data = b"".join(map(frame, payloads))
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
        came += taken(reader)
    assert came == payloads
    assert reader.pending_bytes == 0


@given(data=st.binary(max_size=400), step=st.integers(1, 50))
def test_no_more_is_held_than_the_cap_and_one_read(data, step):
    reader = FrameReader(CAP)
    with contextlib.suppress(PeerError):
        for start in range(0, len(data), step):
            reader.feed(data[start : start + step])
            assert reader.pending_bytes < HEADER_BYTES + CAP + step
            assert all(0 < len(payload) <= CAP for payload in taken(reader))
            assert reader.pending_bytes < HEADER_BYTES + CAP


@pytest.mark.parametrize("length", [0, CAP + 1, 2**31, 2**32 - 1])
def test_a_length_of_nothing_or_over_the_cap_is_refused_before_its_payload_comes(length):
    reader = FrameReader(CAP)
    reader.feed(length.to_bytes(HEADER_BYTES, "big"))
    with pytest.raises(PeerError) as caught:
        reader.take()
    assert (caught.value.slug, str(caught.value)) == (
        "bad-frame",
        f"a frame announced {length:,} bytes",
    )


def test_a_refused_length_stays_refused():
    reader = FrameReader(CAP)
    reader.feed(bytes(HEADER_BYTES))
    for _ in range(2):
        with pytest.raises(PeerError):
            reader.take()
        reader.feed(frame(b"good"))


def test_a_frame_of_exactly_the_cap_passes():
    reader = FrameReader()
    reader.feed(frame(b"x" * FRAME_BYTES))
    assert reader.take() == b"x" * FRAME_BYTES


@pytest.mark.parametrize("size", [0, FRAME_BYTES + 1])
def test_a_sender_cannot_build_a_frame_that_a_reader_would_refuse(size):
    with pytest.raises(ValueError) as caught:
        frame(bytes(size))
    assert str(caught.value) == f"a frame carries 1 to 8,000,000 bytes, not {size:,}"


def held(reader: FrameReader) -> int:
    """What the place of the frame that has begun takes."""
    assert reader._begun is not None
    return sys.getsizeof(reader._begun)


def test_a_frame_that_is_announced_takes_little_until_it_comes():
    reader = FrameReader()
    reader.feed(FRAME_BYTES.to_bytes(HEADER_BYTES, "big"))
    assert reader.take() is None
    room = reader.room()
    assert room is not None
    assert 0 < len(room) <= 20_000
    assert held(reader) <= 20_000


@pytest.mark.parametrize("step", [1_000, 16_384, 65_536, 1_000_000])
@pytest.mark.parametrize("straight", [False, True], ids=["fed", "read to its place"])
def test_what_a_long_frame_takes_grows_with_what_has_come(step, straight):
    payload = bytes(range(250)) * (FRAME_BYTES // 250)
    stream = memoryview(frame(payload))
    reader, at = FrameReader(), 0
    while at < len(stream):
        assert reader.take() is None
        at += put(reader, stream[at : at + step], straight=straight)
        if at < len(stream):
            assert reader.take() is None
            assert held(reader) < max(20_000, min(20 * at, 300_000), 2.2 * at + step)
    assert reader.take() == payload
    assert (reader.pending_bytes, reader.room()) == (0, None)


def put(reader: FrameReader, data: memoryview, *, straight: bool) -> int:
    """Hand over as much of *data* as there is room for; gives how much."""
    room = reader.room() if straight else None
    if room is None:
        reader.feed(bytes(data))
        return len(data)
    count = min(len(room), len(data))
    room[:count] = data[:count]
    reader.filled(count)
    return count


@pytest.mark.parametrize("around", [16_384, 262_144, 524_288, 1_048_576])
def test_frames_of_every_size_come_whole_and_leave_what_follows(around):
    for size in range(around - 6, around + 7):
        payload = bytes([size % 251]) * size
        stream = memoryview(frame(payload) + frame(b"next"))
        for straight in (False, True):
            reader, at, came = FrameReader(), 0, []
            while at < len(stream):
                at += put(reader, stream[at : at + 65_536], straight=straight)
                came += taken(reader)
            assert came == [payload, b"next"]
            assert reader.pending_bytes == 0


def test_a_body_of_50_kb_gets_its_whole_place_at_once():
    reader = FrameReader()
    reader.feed(frame(bytes(50_000))[:16_384])
    assert reader.take() is None
    room = reader.room()
    assert room is not None
    assert len(room) == HEADER_BYTES + 50_000 - 16_384


def test_what_is_not_whole_is_pending():
    reader = FrameReader()
    reader.feed(frame(b"abc") + frame(b"defg")[:-1])
    assert taken(reader) == [b"abc"]
    assert reader.pending_bytes == HEADER_BYTES + 3


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.data())
def test_the_rest_of_a_frame_can_be_read_to_where_it_belongs(payloads, data):
    stream = b"".join(frame(payload) for payload in payloads)
    reader, came = FrameReader(), []
    while stream:
        room = reader.room()
        most = len(stream) if room is None else min(len(room), len(stream))
        count = data.draw(st.integers(1, most))
        if room is None:
            reader.feed(stream[:count])
        else:
            room[:count] = stream[:count]
            reader.filled(count)
        stream = stream[count:]
        came += taken(reader)
    assert came == payloads
    assert reader.pending_bytes == 0
    assert reader.room() is None
