"""Payloads to frames and back: four bytes of length (big-endian), then the payload.

The length is judged before any byte of the payload is kept, so a peer cannot make this side hold
more than the cap and one read.
"""

from __future__ import annotations

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES

HEADER_BYTES = 4
OUT_OF_MEMORY_STATUS = 71
"""Exit status of a worker that ran out of memory in the middle of a message."""
NEEDS_MORE_STATUS = 72
"""Exit status of a worker that needs a module which its lean zygote does not hold."""


def frame(payload: bytes) -> bytes:
    """Wrap one payload.

    Raises: ValueError if it is empty or over the cap; the sender checks what it builds.
    """
    if not 0 < len(payload) <= FRAME_BYTES:
        raise ValueError(f"a frame carries 1 to {FRAME_BYTES:,} bytes, not {len(payload):,}")
    return len(payload).to_bytes(HEADER_BYTES, "big") + payload


class FrameReader:
    """Collects bytes as they come and gives whole payloads, in order."""

    def __init__(self, max_bytes: int = FRAME_BYTES) -> None:
        self._held: bytes | bytearray = b""
        """Empty when all that was fed has been taken."""
        self._at = 0
        """Where the next frame begins in what is held."""
        self._max_bytes = max_bytes

    def feed(self, data: bytes) -> None:
        """Add what was read from the peer."""
        if not self._held:  # nearly always: what is read whole is never copied
            self._held = data
            return
        if self._at or isinstance(self._held, bytes):
            # What payloads were cut from stays as it is; they may still be read.
            self._held = bytearray(memoryview(self._held)[self._at :])
            self._at = 0
        self._held += data

    def take(self) -> memoryview | None:
        """Take one payload from the front, or None until the rest has come.

        Raises: PeerError("bad-frame") for a length of nothing or over the cap.
        """
        held, begin = self._held, self._at + HEADER_BYTES
        if len(held) < begin:
            return None
        length = int.from_bytes(held[self._at : begin], "big")
        if not 0 < length <= self._max_bytes:
            raise PeerError("bad-frame", f"a frame announced {length:,} bytes")
        end = begin + length
        if len(held) < end:
            return None
        if len(held) == end:
            self._held, self._at = b"", 0
        else:
            self._at = end
        return memoryview(held)[begin:end]

    @property
    def pending_bytes(self) -> int:
        """Bytes held of a frame that is not whole yet."""
        return len(self._held) - self._at
