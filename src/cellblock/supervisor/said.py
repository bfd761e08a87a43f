"""What a worker said: each line is passed on at once, and the newest are kept for the outcome."""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Callable

from cellblock.limits import LOG_BYTES_KEPT, LOG_LINES_KEPT
from cellblock.outcome import LogLine

_logger = logging.getLogger("cellblock.supervisor")


class Said:
    """The log lines of one worker since its last outcome.

    *room_bytes* is the memory that their text may take; with 0 none is kept.
    """

    def __init__(self, heard: Callable[[LogLine], None], room_bytes: int = LOG_BYTES_KEPT) -> None:
        self._heard = heard
        self._lines: deque[LogLine] = deque()
        self._room_bytes = room_bytes
        self._bytes = 0
        self.count = 0
        """Lines that were ever added."""

    def add(self, line: LogLine) -> None:
        """Keep a line, and tell it to who listens."""
        self.count += 1
        if self._room_bytes:
            self._keep(line)
        try:
            self._heard(line)
        except Exception:
            # Whoever listens must not stand between this worker and the host.
            _logger.exception("a listener of log lines failed")

    def _keep(self, line: LogLine) -> None:
        # Not its characters: a single wide one makes each of a line take four bytes.
        self._bytes += sys.getsizeof(line.message)
        self._lines.append(line)
        while self._bytes > self._room_bytes or len(self._lines) > LOG_LINES_KEPT:
            self._bytes -= sys.getsizeof(self._lines.popleft().message)

    def take(self) -> tuple[LogLine, ...]:
        """Take the lines added since this was called before."""
        lines = tuple(self._lines)
        self._lines.clear()
        self._bytes = 0
        return lines
