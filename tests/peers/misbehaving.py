"""An HTTP/1.1 server in a thread of its own, which can be told to misbehave.

In: a function that answers requests. A `Fault` says what the server does in its place, or after it.
Everything is real: sockets of the loopback, a port that the kernel chose, resets that are resets.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar

import h11

_Result = TypeVar("_Result")
Doing = Literal["answer", "reset", "cut", "hold", "raw"]


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is done instead of a good answer.

    *doing*: ``answer`` gives *response*; ``reset`` breaks the connection; ``cut`` announces a body,
    sends the half and breaks the connection; ``hold`` says nothing until the client is gone;
    ``raw`` sends *raw* and closes. *effect* tells whether the request is obeyed before.
    """

    doing: Doing
    effect: bool = False
    response: Response = Response()
    raw: bytes = b"\x16\x03\x01 this is no HTTP\r\n\r\n"


Answer = Callable[[Request], Awaitable[Response | Fault]]


class Peer:
    """The server; *answer* runs in its thread. To be entered with ``with``."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._changed = threading.Condition()
        self.port = 0
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def listen(self) -> None:
        """Take connections, at the port it had."""
        self.do(self._listen())

    def refuse(self) -> None:
        """Take no connection any more, and break those there are."""
        self.do(self._stop())

    def wait_until(self, holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until something the server knows has become true."""
        with self._changed:
            assert self._changed.wait_for(holds, timeout_s), "it did not become true"

    def tell(self) -> None:
        """Have those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        self.tell()
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=65_536)
        try:
            while await self._one(connection, reader, writer):
                connection.start_next_cycle()
        except (ConnectionError, h11.ProtocolError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(task)
            writer.close()

    async def _one(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        request = await _read(connection, reader)
        if request is None:
            return False
        said = await self._answer(request)
        if isinstance(said, Response):
            await _write(connection, writer, said)
            return connection.our_state is h11.DONE
        if said.doing == "answer":
            await _write(connection, writer, said.response)
            return connection.our_state is h11.DONE
        if said.doing == "hold":
            await reader.read()  # until the client is gone
        elif said.doing == "raw":
            writer.write(said.raw)
            await writer.drain()
        else:
            if said.doing == "cut":
                body = said.response.body or b"{}"
                head = f"content-type: application/json\r\ncontent-length: {len(body) + 100}\r\n"
                writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body[: len(body) // 2])
                await writer.drain()
            _reset(writer)
        return False


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off, so that the client reads ECONNRESET."""
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    parts: list[bytes] = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            headers = {key.decode().lower(): value.decode() for key, value in head.headers}
            target = head.target.decode()
            return Request(head.method.decode(), target, headers, b"".join(parts))
        else:
            return None


async def _write(
    connection: h11.Connection, writer: asyncio.StreamWriter, response: Response
) -> None:
    headers = {"content-type": response.content_type, "content-length": str(len(response.body))}
    event = h11.Response(
        status_code=response.status, headers=[*(headers | response.headers).items()]
    )
    for part in (event, h11.Data(data=response.body), h11.EndOfMessage()):
        writer.write(connection.send(part) or b"")
    await writer.drain()
