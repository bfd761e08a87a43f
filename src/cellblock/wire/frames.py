"""Payloads to frames and back: four bytes of length (big-endian), then the payload.

The length is judged before any byte of the payload is kept, so a peer cannot make this side hold
more than the cap and one read; and a length that is announced costs nothing until bytes come.
"""

from __future__ import annotations

from cellblock.errors import PeerError
from cellblock.limits import FRAME_BYTES

HEADER_BYTES = 4
_PLACE_BYTES = 16_384
"""Least place of a frame that comes in parts; a few bytes of many workers take no more."""
_SOON_BYTES = 262_144
"""Place that it is given once a first read was full of it, as most bodies need."""
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
    """Collects bytes as they come and gives whole payloads, in order.

    A frame that comes in parts gets a place of its own when its length is known, and the rest can
    be read straight into it, by `room` and `filled`: what it carries is then copied once. The place
    grows with what has come.
    """

    def __init__(self, max_bytes: int = FRAME_BYTES) -> None:
        self._held = b""
        """Empty when all that was fed has been taken."""
        self._at = 0
        """Where the next frame begins in what is held."""
        self._begun: bytearray | None = None
        """The frame before what is held, of which so many bytes are there, of so many in all:"""
        self._there = self._whole = 0
        self._max_bytes = max_bytes

    def feed(self, data: bytes) -> None:
        """Add what was read from the peer."""
        if self._begun is not None:
            ours = min(len(data), self._whole - self._there)
            while len(self._begun) < self._there + ours:
                self._widen(self._begun)
            self._begun[self._there : self._there + ours] = data[:ours]
            self._there += ours
            data = data[ours:]
        # Nearly always nothing is held: what is read whole is never copied.
        self._held = self._held[self._at :] + data if self._held else data
        self._at = 0

    def room(self) -> memoryview | None:
        """Give where more of the frame that has begun belongs; None if none has.

        It must be let go of before this or `feed` is called again, for the place may move.
        """
        if self._begun is None:
            return None
        if self._there == len(self._begun):
            self._widen(self._begun)
        return memoryview(self._begun)[self._there :]

    def filled(self, count: int) -> None:
        """Note that so many bytes were written into `room`."""
        self._there += count

    def take(self) -> memoryview | None:
        """Take one payload from the front, or None until the rest has come.

        Raises: PeerError("bad-frame") for a length of nothing or over the cap.
        """
        if (begun := self._begun) is not None:
            if self._there < self._whole:
                return None
            self._begun = None
            return memoryview(begun)[HEADER_BYTES:]
        held, begin = self._held, self._at + HEADER_BYTES
        if len(held) < begin:
            return None
        length = int.from_bytes(held[self._at : begin], "big")
        if not 0 < length <= self._max_bytes:
            raise PeerError("bad-frame", f"a frame announced {length:,} bytes")
        end = begin + length
        if len(held) < end:
            self._begin(length)
            return None
        if len(held) == end:
            self._held, self._at = b"", 0
        else:
            self._at = end
        return memoryview(held)[begin:end]

    def _begin(self, length: int) -> None:
        """Move the beginning of a frame to its own place."""
        self._there = len(self._held) - self._at
        self._whole = HEADER_BYTES + length
        self._begun = bytearray(min(self._whole, _place_bytes(self._there)))
        self._begun[: self._there] = memoryview(self._held)[self._at :]
        self._held, self._at = b"", 0

    def _widen(self, begun: bytearray) -> None:
        """Make a full place larger; where it lies alone, the kernel moves it without a copy."""
        begun += bytes(min(self._whole, _place_bytes(len(begun))) - len(begun))

    @property
    def pending_bytes(self) -> int:
        """Bytes held that were not taken yet."""
        return len(self._held) - self._at + (0 if self._begun is None else self._there)


def _place_bytes(there: int) -> int:
    """Tell how much place a frame gets of which so much is there: twice that, at first more."""
    return max(2 * there, min(16 * there, _SOON_BYTES), _PLACE_BYTES)
