"""The worker's end of the wire: whole messages over two pipes, blocking.

While bytes are on their way a deadline signal is held back, for an exception between a read and its
bookkeeping would lose bytes and the two sides would no longer agree. The host answers an open ask
at the deadline, so the signal does not wait long.
"""

from __future__ import annotations

import os
from typing import NoReturn

from cellblock.inside.deadline import Deadline
from cellblock.wire.codec import decode_down, framed
from cellblock.wire.frames import OUT_OF_MEMORY_STATUS, FrameReader
from cellblock.wire.messages import Answer, Ask, Call, Down, Message

_READ_BYTES = 65_536
_REFUSALS = {"TypeError": TypeError, "ValueError": ValueError, "RuntimeError": RuntimeError}


class HostGone(BaseException):
    """The host closed the pipe: there is nobody left to work for."""


class Link:
    """Two pipe ends, the frame that is not whole yet, and the number of the last ask."""

    def __init__(self, descriptors: tuple[int, int], deadline: Deadline) -> None:
        self._reading, self._writing = descriptors
        self._frames = FrameReader()
        self._deadline = deadline
        self._serial = 0

    @property
    def busy(self) -> bool:
        """Whether bytes are under way: a ``__del__`` that runs now must not send any."""
        return self._deadline.shielded

    def send(self, message: Message) -> None:
        """Write one message whole.

        Raises: ValueError if it is over the frame's cap, with nothing written; HostGone.
        """
        data = framed(message)
        self._deadline.shielded = True
        try:
            self._write(data)
        finally:
            self._deadline.unshield()

    def ask(self, call: Call) -> bytes | None:
        """Send one call and wait for its answer.

        Raises: what the host refuses with; ValueError for a call over the frame's cap; RuntimeError
        within another call; HostGone.
        """
        if self._deadline.shielded:
            raise RuntimeError("ctx cannot be called from within another ctx call")
        self._serial += 1
        data = framed(Ask(self._serial, call))
        self._deadline.shielded = True
        try:
            self._write(data)
            answer = self.receive()
        finally:
            self._deadline.unshield()
        assert isinstance(answer, Answer)
        assert answer.serial == self._serial
        if answer.refusal is not None:
            raise _REFUSALS[answer.refusal.type](answer.refusal.message)
        return answer.value

    def receive(self) -> Down:
        """Wait for one message. Raises: HostGone."""
        try:
            while (payload := self._frames.take()) is None:
                data = os.read(self._reading, _READ_BYTES)
                if not data:
                    raise HostGone
                self._frames.feed(data)
            return decode_down(payload)
        except MemoryError:
            _out_of_memory()

    def _write(self, data: bytearray) -> None:
        try:
            written = os.write(self._writing, data)
            while written < len(data):  # a pipe takes 64 KB at once
                written += os.write(self._writing, memoryview(data)[written:])
        except BrokenPipeError:
            raise HostGone from None
        except MemoryError:
            _out_of_memory()


class Mute(Link):
    """A link to nobody."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__((-1, -1), deadline)

    def send(self, message: Message) -> None:
        """Put the frame together, and let it go."""
        framed(message)


def _out_of_memory() -> NoReturn:
    """End the process: half a message is under way, and no exception could say where it stands."""
    os._exit(OUT_OF_MEMORY_STATUS)
