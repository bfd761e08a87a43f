from __future__ import annotations

import contextlib

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
