"""A byte stream of httpcore that counts: heads without end and answers without end are refused.

httpcore itself bounds neither the lines of a head nor what is sent around a body, and parses a head
or a trailer in one go, which a hundred kilobytes of short lines would make too long for the host's
loop. What comes in very small pieces costs the host much and its sender nothing: it is read slowly.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import Any

import httpcore

from cellblock.broker.adapter import AdapterError
from cellblock.limits import HTTP_HEADER_BYTES, HTTP_HEADERS, HTTP_WIRE_BYTES

_READ_BYTES = 16_384
_PIECES = 64
_SMALL_BYTES = 256
_PAUSE_S = 0.005
_END = re.compile(rb"\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.[0-9] +1")


class Pace:
    """Gives way to the loop after some pieces, and for longer if they were small."""

    def __init__(self) -> None:
        self._pieces = 0
        self._size = 0

    async def after(self, size: int) -> None:
        """Count a piece of *size* bytes."""
        self._pieces += 1
        self._size += size
        if self._pieces >= _PIECES:
            # Of such pieces 64 take some 4 ms to read: this leaves others half of the time.
            small = self._size < self._pieces * _SMALL_BYTES
            self._pieces = self._size = 0
            await asyncio.sleep(_PAUSE_S if small else 0)


class Counted(httpcore.AsyncNetworkStream):
    """A stream that refuses to read a head that is too long, or an answer without end."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._read = 0
        self._lines = 0
        self._wrapping = 0
        self._head: bytearray | None = bytearray()
        self._pace = Pace()

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
    ) -> bytes:
        """Read as httpcore asks. Raises: AdapterError("too_large")."""
        data = await self._inner.read(min(max_bytes, _READ_BYTES), timeout=timeout)
        await self._pace.after(len(data))
        self._read += len(data)
        if self._head is not None:
            self._count_head(data)
        else:
            self._wrapping += len(data)
            if self._wrapping > HTTP_HEADER_BYTES:
                raise AdapterError(
                    f"more than {HTTP_HEADER_BYTES:,} bytes of the answer hold nothing", "too_large"
                )
        if self._read > HTTP_WIRE_BYTES:
            raise AdapterError(
                f"the answer takes more than {HTTP_WIRE_BYTES:,} bytes to send", "too_large"
            )
        return data

    def delivered(self) -> None:
        """Hear that a part of the body came of what was read: it was no extension or trailer."""
        self._wrapping = 0

    def _count_head(self, data: bytes) -> None:
        """Follow the heads up to the end of the last one, which is the first that is not 1xx."""
        assert self._head is not None
        self._head += data
        while end := _END.search(self._head):
            self._lines += self._head.count(b"\n", 0, end.end())
            if not _INFORMATIONAL.match(self._head):
                self._judge_head(self._read - len(self._head) + end.end(), self._lines)
                self._head = None
                return
            del self._head[: end.end()]
        self._judge_head(self._read, self._lines + self._head.count(b"\n"))

    @staticmethod
    def _judge_head(size: int, lines: int) -> None:
        if size > HTTP_HEADER_BYTES or lines > HTTP_HEADERS:
            raise AdapterError(
                f"the head of the answer is longer than {HTTP_HEADER_BYTES:,} bytes "
                f"or {HTTP_HEADERS} lines",
                "too_large",
            )

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
    ) -> None:
        """Write, and begin to count the next answer."""
        self._read = self._lines = self._wrapping = 0
        self._head = bytearray()
        await self._inner.write(buffer, timeout=timeout)

    async def aclose(self) -> None:
        """Close the stream."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
    ) -> httpcore.AsyncNetworkStream:
        """Go on in TLS."""
        try:
            stream = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # httpcore closes it on errors, and not when it is given up
            await self._inner.aclose()
            raise
        return Counted(stream)

    def get_extra_info(self, info: str) -> Any:
        """Tell what the inner stream knows."""
        return self._inner.get_extra_info(info)
