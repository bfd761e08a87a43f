"""Message to bytes and back, strictly typed.

Bytes from a worker are hostile: `decode_up` either gives a valid message or raises PeerError,
whatever the bytes are. No pickle, no object that the schema does not name.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES
from cellblock.wire import messages as m
from cellblock.wire.frames import HEADER_BYTES
from cellblock.wire.messages import Down, Message, Up

_encoder = msgspec.msgpack.Encoder()
_ROOM_BYTES = 256
"""What most frames have room in, so that it need not be made as they are written."""
_LARGE_BYTES = 4_096
"""What is longer is held to what it says, for a hostile map may say a field a million times."""
_SPARE_BYTES = 1_000
"""So much may heads of texts and lists be longer than ours."""
_BULK = {
    m.StateSet: "value",
    m.FilesWrite: "content",
    m.HttpRequest: "body",
    m.AdapterCall: "arguments",
}
"""Fields that are passed on as they came."""
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
        message: Up = _up.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise PeerError("bad-message", f"the worker sent no valid message: {error}"[:300]) from None
    if len(payload) > _LARGE_BYTES and _is_padded(message, len(payload)):
        raise PeerError(
            "bad-message",
            "the worker sent no valid message: it says more than once what counts once",
        )
    return message


def _is_padded(message: Up, size: int) -> bool:
    """Tell whether a message of *size* bytes says more than what was read of it.

    Eight megabytes of one field, again and again, take the host a tenth of a second to read, and
    count as one small call. What is passed on as it came is not written again to find out.
    """
    if isinstance(message, m.Ask) and (bulk := _BULK.get(type(message.call))) is not None:
        size -= len(getattr(message.call, bulk))
        if size <= _LARGE_BYTES:
            return False
        message = m.Ask(message.serial, msgspec.structs.replace(message.call, **{bulk: b""}))
    return size > len(_encoder.encode(message)) + _SPARE_BYTES


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
