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

_NOTHING = bytearray()
_READ_BYTES = 16_384
"""What is longer is read into the place of its frame from there on."""


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
        self._leaving = _NOTHING
        """What is being written, of which so many bytes are:"""
        self._written = 0
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
        if self._leaving:
            self._leaving = self._leaving + data
        else:
            self._leaving = data
            self._writable()

    @property
    def unread(self) -> bool:
        """Whether the worker leaves no room in its pipe for what it is told."""
        return self._written < len(self._leaving)

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
        # Whoever keeps a dead worker until it is tried again must not keep 8 MB with it.
        self._frames = FrameReader()
        self._leaving, self._written = _NOTHING, 0

    def _readable(self) -> None:
        try:
            if (room := self._frames.room()) is None:
                data = os.read(self._reading, _READ_BYTES)
                count = len(data)
                self._frames.feed(data)
            else:  # the rest of a long frame, to where it belongs
                count = os.readv(self._reading, [room])
                self._frames.filled(count)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self._loop.remove_reader(self._reading)
            self._ended(None)
            return
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
            while self._written < len(self._leaving):
                data = self._leaving  # nearly always it goes out whole, and no view is needed
                rest = memoryview(data)[self._written :] if self._written else data
                self._written += os.write(self._writing, rest)
            self._leaving, self._written = _NOTHING, 0
        except BlockingIOError:
            pass
        except BrokenPipeError:
            # The worker is gone; the end is seen by reading.
            self._leaving, self._written = _NOTHING, 0
        if bool(self._leaving) is self._waiting:
            return
        self._waiting = not self._waiting
        if self._waiting:
            self._loop.add_writer(self._writing, self._writable)
        else:
            self._loop.remove_writer(self._writing)
