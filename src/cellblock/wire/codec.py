"""Message to bytes and back, strictly typed.

Bytes from a worker are hostile: `decode_up` either gives a valid message or raises PeerError,
whatever the bytes are. No pickle, no object that the schema does not name.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES
from cellblock.wire.frames import HEADER_BYTES
from cellblock.wire.messages import Down, Message, Up

_encoder = msgspec.msgpack.Encoder()
_ROOM_BYTES = 256
"""What most frames have room in, so that it need not be made as they are written."""
_up = msgspec.msgpack.Decoder(Up)
_down = msgspec.msgpack.Decoder(Down)
_json = msgspec.json.Decoder(msgspec.Raw)


def encode(message: Message) -> bytes:
    """Turn one message into the payload of a frame."""
    return _encoder.encode(message)


def framed(message: Message) -> bytearray:
    """Turn one message into a whole frame; what it carries is copied once.

    Raises: ValueError if it is over the cap.
    """
    data = bytearray(_ROOM_BYTES)
    _encoder.encode_into(message, data, HEADER_BYTES)
    length = len(data) - HEADER_BYTES
    if length > FRAME_BYTES:
        raise ValueError(f"a frame carries 1 to {FRAME_BYTES:,} bytes, not {length:,}")
    data[:HEADER_BYTES] = length.to_bytes(HEADER_BYTES, "big")
    return data


def decode_up(payload: bytes | memoryview) -> Up:
    """Read what a worker said.

    Raises: PeerError("bad-message"), and nothing else.
    """
    try:
        return _up.decode(payload)  # type: ignore[no-any-return]
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise PeerError("bad-message", f"the worker sent no valid message: {error}"[:300]) from None


def decode_down(payload: bytes | memoryview) -> Down:
    """Read what the host said; the worker's side of `decode_up`."""
    return _down.decode(payload)  # type: ignore[no-any-return]


def events_json(events: Iterable[tuple[str, float, bytes]]) -> bytes:
    """Write `TickFacts.events`: hook's name, seconds since 1970, and the body as JSON text."""
    return msgspec.json.encode(
        [{"hook": hook, "received_at": at, "body": msgspec.Raw(body)} for hook, at, body in events]
    )


def json_problem(text: bytes) -> str | None:
    """Say why *text* is not a JSON document that the host would keep, or None if it is one.

    No value is built: half a megabyte of nested lists would hold the host for 40 ms, and every
    neighbour with it. Limits: the decoder's own guard against deep nesting (about a thousand
    levels).
    """
    try:
        if not text.isascii():
            text.decode("utf-8")  # what is only skipped is not looked at for its encoding
        _json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        return f"not JSON: {error}"[:300]
    return None
