"""What a worker said: each line is passed on at once, and the newest are kept for the outcome."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from cellblock.limits import LOG_LINES_KEPT
from cellblock.outcome import LogLine

_logger = logging.getLogger("cellblock.supervisor")


class Said:
    """The log lines of one worker since its last outcome."""

    def __init__(self, heard: Callable[[LogLine], None]) -> None:
        self._heard = heard
        self._lines: deque[LogLine] = deque(maxlen=LOG_LINES_KEPT)

    def __len__(self) -> int:
        """Count the lines that are kept."""
        return len(self._lines)

    def add(self, line: LogLine) -> None:
        """Keep a line, and tell it to who listens."""
        self._lines.append(line)
        try:
            self._heard(line)
        except Exception:
            # Whoever listens must not stand between this worker and the host.
            _logger.exception("a listener of log lines failed")

    def take(self) -> tuple[LogLine, ...]:
        """Take the lines added since this was called before."""
        lines = tuple(self._lines)
        self._lines.clear()
        return lines
