"""What worker code says: log lines and printed text, gathered into small batches.

The first 20 messages of a tick, warnings and errors go out at once: what is said before a crash
must be heard. Then a batch goes out when it has 20 messages, when the last flush is a while ago,
before every ctx call and at the end of every tick. Cutting here spares the wire; the host cuts
again, for it cannot trust this side.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from cellblock.inside.values import plain_text
from cellblock.limits import LOG_BATCH_DELAY_S, LOG_BATCH_MESSAGES
from cellblock.wire.messages import Level, Line, Log
from cellblock.wire.text import cut

if TYPE_CHECKING:
    from cellblock.inside.link import Link


class Output:
    """The lines that wait, and the way out."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.lines: list[Line] = []
        """Those that wait."""
        self._flushed_at = 0.0
        self._eager = 0

    def begin(self) -> None:
        """Note that an order begins: its first messages go out at once."""
        self._eager = LOG_BATCH_MESSAGES

    def line(self, level: Level, message: str) -> None:
        """Add one message; multi-line text stays one message."""
        self.lines.append(Line(level, cut(plain_text(message)), time.time()))
        self._eager -= 1
        if (
            self._eager >= 0
            or level in {"warn", "error"}
            or len(self.lines) >= LOG_BATCH_MESSAGES
            or time.monotonic() - self._flushed_at >= LOG_BATCH_DELAY_S
        ):
            self.flush()

    def flush(self) -> None:
        """Send what waits; from within a ctx call it waits on."""
        if self._link.busy:
            return
        if self.lines:
            lines, self.lines = self.lines, []
            for start in range(0, len(lines), LOG_BATCH_MESSAGES):
                self._link.send(Log(tuple(lines[start : start + LOG_BATCH_MESSAGES])))
        self._flushed_at = time.monotonic()


class WorkerLog:
    """`ctx.log`: one method for each level; what is not a str is logged as its ``str()``."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def debug(self, msg: object) -> None:
        """Log what is of use while looking for a fault."""
        self._output.line("debug", str(msg))

    def info(self, msg: object) -> None:
        """Log what happened."""
        self._output.line("info", str(msg))

    def warn(self, msg: object) -> None:
        """Log what may need attention."""
        self._output.line("warn", str(msg))

    warning = warn

    def error(self, msg: object) -> None:
        """Log what went wrong."""
        self._output.line("error", str(msg))

    def flush(self) -> None:
        """Send the lines that wait for their batch."""
        self._output.flush()


class PrintStream(io.TextIOBase):
    """Stands in for ``sys.stdout`` and ``sys.stderr``: each line becomes a log line."""

    def __init__(self, output: Output, level: Level) -> None:
        self._output = output
        self._level = level
        self.partial = ""
        """The last line, which has no end yet."""

    def writable(self) -> bool:
        """Say that it can be printed to."""
        return True

    def write(self, text: str) -> int:
        """Take text; whole lines go to the log, the rest waits for its end."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes str, not {type(text).__name__}")
        whole, newline, rest = (self.partial + text).rpartition("\n")
        self.partial = rest
        if newline:
            for line in whole.split("\n"):
                self._output.line(self._level, line)
        return len(text)

    def finish(self) -> None:
        """Log a last line that has no end."""
        if self.partial:
            partial, self.partial = self.partial, ""
            self._output.line(self._level, partial)
