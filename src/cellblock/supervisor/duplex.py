"""The host's end of a worker's two pipes: frames in, frames out, never blocking.

The only file of this room that reads and writes a worker's bytes. At most one read is done for each
wake-up, so that a worker that floods its pipe takes its turn like all others.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from cellblock.errors import PeerError
from cellblock.wire.frames import FrameReader

_READ_BYTES = 65_536


class Duplex:
    """Two pipe ends; *received* gets each payload, *ended* the breach that ended it, or None."""

    def __init__(
        self,
        reading: int,
        writing: int,
        received: Callable[[memoryview], None],
        ended: Callable[[PeerError | None], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading = reading
        self._writing = writing
        self._received = received
        self._ended = ended
        self._frames = FrameReader()
        self.unread = bytearray()
        """What the worker leaves no room for in its pipe."""
        self._open = True
        self._waiting = False
        self._paused: asyncio.TimerHandle | None = None
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self._loop.add_reader(reading, self._readable)

    def send(self, data: bytearray) -> None:
        """Write a frame, now or as soon as the worker reads; after the end it goes nowhere.

        The frame is taken over; whoever gives it must not use it again.
        """
        if not self._open:
            return
        if self.unread:
            self.unread += data
        else:
            self.unread = data
            self._writable()

    @property
    def unheard(self) -> bool:
        """Whether more was read of the worker than it has been heard for."""
        return self._frames.pending_bytes > 0

    def pause(self, seconds: float) -> None:
        """Read nothing for a while, or until `resume`; the worker's writes wait meanwhile."""
        if self._open and self._paused is None:
            self._loop.remove_reader(self._reading)
            self._paused = self._loop.call_later(seconds, self.resume)

    def resume(self) -> None:
        """Read on."""
        if self._paused is not None:
            self._paused.cancel()
            self._paused = None
            if self._open:
                self._loop.add_reader(self._reading, self._readable)
                self._take()

    def close(self) -> None:
        """Let go of both ends; the worker, if it lives, sees the end of its answers."""
        if not self._open:
            return
        self._open = False
        if self._paused is not None:
            self._paused.cancel()
        self._loop.remove_reader(self._reading)
        self._loop.remove_writer(self._writing)
        os.close(self._reading)
        os.close(self._writing)

    def _readable(self) -> None:
        try:
            data = os.read(self._reading, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._reading)
            self._ended(None)
            return
        self._frames.feed(data)
        self._take()

    def _take(self) -> None:
        try:
            while (
                self._open and self._paused is None and (payload := self._frames.take()) is not None
            ):
                self._received(payload)
        except PeerError as breach:
            self._loop.remove_reader(self._reading)
            self._ended(breach)

    def _writable(self) -> None:
        try:
            while self.unread:
                del self.unread[: os.write(self._writing, self.unread)]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unread.clear()  # the worker is gone; the end is seen by reading
        if bool(self.unread) is self._waiting:
            return
        self._waiting = not self._waiting
        if self._waiting:
            self._loop.add_writer(self._writing, self._writable)
        else:
            self._loop.remove_writer(self._writing)
