"""A web server on the loopback device that behaves as badly as it is told to.

A script is an async function of a `Visit`; it gets each request's head and body, and writes what it
likes. Ports are the kernel's choice; `Peer` is entered and ends with its block.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Request:
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes
    head: bytes

    @property
    def method(self) -> str:
        return self.line.split()[0]

    @property
    def target(self) -> str:
        return self.line.split()[1]


class Visit:
    """One connection."""

    def __init__(
        self, peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.peer = peer
        self.reader = reader
        self.writer = writer

    async def request(self) -> Request:
        """Read one request whole."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        line, *rows = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value for name, value in (row.split(": ", 1) for row in rows)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(line, headers, body, head)
        self.peer.requests.append(request)
        return request

    async def send(self, data: bytes) -> None:
        """Write *data*; the far side may have gone."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with RST, now."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Visit], Awaitable[None]]


@dataclass
class Peer:
    """The server; *script* is run for each connection."""

    script: Script
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    _visits: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._met, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.place}{path}"

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine, for the streams would log its cancellation as an error.
        self.connections += 1
        visit = asyncio.ensure_future(self._visit(Visit(self, reader, writer)))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _visit(self, visit: Visit) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self.script(visit)
        finally:
            visit.writer.close()


def response(
    body: bytes = b"hello", status: str = "200 OK", *, length: int | None = None, **headers: str
) -> bytes:
    """Write an answer; underscores in the names of *headers* stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def says(*answers: bytes) -> Script:
    """Answer each request of a connection with the next of *answers*, the last one for ever."""

    async def script(visit: Visit) -> None:
        count = 0
        while True:
            await visit.request()
            await visit.send(answers[min(count, len(answers) - 1)])
            count += 1

    return script


def says_then(data: bytes, then: Callable[[Visit], object]) -> Script:
    """Send *data* for the first request, and do *then*."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(data)
        then(visit)

    return script


def drips(data: bytes, rest: bytes, pause_s: float = 0.01) -> Script:
    """Send *data* at once and *rest* over and over, a byte at a time."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(data)
        while True:
            for byte in rest:
                await visit.send(bytes([byte]))
                await asyncio.sleep(pause_s)

    return script


def floods(data: bytes, piece: bytes) -> Script:
    """Send *data*, and *piece* without end, as fast as it is taken."""

    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.send(data)
        while True:
            await visit.send(piece)

    return script


async def hangs(visit: Visit) -> None:
    """Take the request, and say nothing."""
    await visit.request()
    await asyncio.get_running_loop().create_future()


async def slams(visit: Visit) -> None:
    """Close the connection without a word."""
    await visit.request()


@contextlib.contextmanager
def served(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Run a peer on a loop and a thread of its own, for who has none or blocks it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="peer")
    thread.start()
    peer = Peer(script, tls)
    try:
        asyncio.run_coroutine_threadsafe(peer.__aenter__(), loop).result(20)
        yield peer
    finally:
        asyncio.run_coroutine_threadsafe(peer.__aexit__(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
