"""One connection over HTTP/1.1, with an end to the patience for a client that is slow or silent.

uvicorn's own, and three clocks that it lacks: for the head of a request, for an answer that nobody
reads, and for how many connections there are.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from cellblock.limits import API_CONNECTIONS, API_HEAD_S, API_UNREAD_S


class _Timer:
    """Ends a connection after a while, if it is not stopped."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._due: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start, if it does not run already."""
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(self._seconds, self._transport.abort)

    def stop(self) -> None:
        """Stop."""
        if self._due is not None:
            self._due.cancel()
            self._due = None


class Patient(H11Protocol):
    """Made by uvicorn for each connection."""

    _head: _Timer
    _unread: _Timer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or end it if there are too many."""
        super().connection_made(transport)
        # Whatever an embedder's logging takes: addresses of requests hold keys of hooks.
        self.access_log = False
        self._head = _Timer(transport, API_HEAD_S)
        self._unread = _Timer(transport, API_UNREAD_S)
        if len(self.connections) > API_CONNECTIONS:
            transport.abort()
            return
        self._head.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._head.stop()
        super().connection_lost(exc)
        self._unread.stop()

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that is not whole has its time."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head.stop()
        elif not self.transport.is_closing():
            self._head.start()

    def on_response_complete(self) -> None:
        """Go on to the next request, or close, but do not wait for one who does not read."""
        super().on_response_complete()
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._unread.start()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that asks for nothing more, whether it read its answer or not."""
        self.transport.abort()

    def pause_writing(self) -> None:
        """Wait for a client to read, for a while."""
        self._unread.start()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on."""
        self._unread.stop()
        super().resume_writing()
