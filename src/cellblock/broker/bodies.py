"""Reads the body of an answer, never more of it than is asked for, however small it was packed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator

import httpx

from cellblock.broker.adapter import AdapterError
from cellblock.broker.counted import Pace

_STEP_BYTES = 65_536
_MEMBERS = 1_000
"""Gzip files in one another's wake; a block-wise packer makes a hundred of 5 MB."""


async def read_limited(response: httpx.Response, limit_bytes: int) -> bytes:
    """Read a streamed body, decoded: identity, gzip or deflate, once.

    It gives way to the loop as it goes. Raises: AdapterError("too_large", "bad_answer"), and what
    httpx raises.
    """
    encoding = _encoding(response.headers.get("content-encoding", ""))
    announced = response.headers.get("content-length", "")
    if encoding is None and body_expected(response) and _over(announced, limit_bytes):
        raise _too_large(limit_bytes)
    unpacker = None if encoding is None else _Unpacker(encoding)
    body = bytearray()
    pace = Pace()
    async for chunk in response.aiter_raw():
        pieces = (chunk,) if unpacker is None else unpacker.feed(chunk)
        for piece in pieces:
            body += piece
            if len(body) > limit_bytes:
                raise _too_large(limit_bytes)
            if unpacker is not None:
                await asyncio.sleep(0)
        # What has arrived is handed out without a pause, one chunk of a byte after another.
        await pace.after(len(chunk))
    if unpacker is not None and body_expected(response):
        unpacker.finish()
    return bytes(body)


def _over(announced: str, limit_bytes: int) -> bool:
    return announced.isdecimal() and (len(announced) > 15 or int(announced) > limit_bytes)


def body_expected(response: httpx.Response) -> bool:
    """Tell whether an answer of this kind has a body at all. Source: RFC 9110 section 6.4.1."""
    return response.request.method != "HEAD" and response.status_code not in {204, 304}


def _too_large(limit_bytes: int) -> AdapterError:
    return AdapterError(
        f"the body of the answer is longer than {limit_bytes:,} bytes; ask for less", "too_large"
    )


def _encoding(header: str) -> str | None:
    names = [name.strip().lower() for name in header.split(",")]
    packed = [name for name in names if name not in {"", "identity"}]
    if not packed:
        return None
    if len(packed) > 1 or packed[0] not in {"gzip", "x-gzip", "deflate"}:
        raise AdapterError(
            f"the body of the answer is packed as {header[:80]!r}; "
            "only gzip and deflate were asked for, once",
            "bad_answer",
        )
    return packed[0]


class _Unpacker:
    """Undoes one content encoding, at most 64 KB at a time."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._inflate = zlib.decompressobj(wbits=31) if self._gzip else None
        self._members = 1
        self._empty = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what *data* holds, piece by piece. Raises: AdapterError("bad_answer")."""
        full = False
        try:
            while data or full:
                self._empty = False
                inflate = self._ready(data)
                if inflate is None:
                    return
                piece = inflate.decompress(data, _STEP_BYTES)
                yield piece
                # All of the input may be taken and some of the output still be inside.
                full = len(piece) == _STEP_BYTES and not inflate.eof
                data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        except zlib.error as error:
            raise AdapterError(
                f"the body of the answer is not what it says: {error}", "bad_answer"
            ) from None

    def _ready(self, data: bytes) -> zlib._Decompress | None:
        """Give what unpacks *data*: for raw deflate, and for the next of several gzip files."""
        if self._inflate is None:
            # RFC 9110 means zlib's wrapping by "deflate"; some servers send what it wraps.
            wrapped = data[0] & 0x0F == 8 and data[0] >> 4 <= 7
            self._inflate = zlib.decompressobj(wbits=15 if wrapped else -15)
        if self._inflate.eof:
            if not self._gzip or data[:1] != b"\x1f":
                return None  # padding behind the end, which everybody ignores
            self._members += 1
            if self._members > _MEMBERS:
                raise AdapterError(
                    f"the body of the answer is {_MEMBERS:,} gzip files and more", "bad_answer"
                )
            self._inflate = zlib.decompressobj(wbits=31)
        return self._inflate

    def finish(self) -> None:
        """Refuse a body that ended too early. Raises: AdapterError("bad_answer")."""
        if not self._empty and (self._inflate is None or not self._inflate.eof):
            raise AdapterError("the packed body of the answer ends too early", "bad_answer")
