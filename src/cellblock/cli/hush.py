"""Takes secrets out of all that this process says beside its output: log records, last words.

For the command line alone, whose process is its own: an embedding program's logging is not ours.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from cellblock.broker.secret import Scrubber


def install(scrub: Scrubber) -> None:
    """Have every log record, whoever makes and whoever writes it, and every uncaught error pass.

    What *scrub* learns later counts as well.
    """
    make = logging.getLogRecordFactory()

    def scrubbed(*arguments: Any, **named: Any) -> logging.LogRecord:
        return _scrubbed(make(*arguments, **named), scrub)

    def last_words(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(scrub.text(text))

    def unraisable(found: Any) -> None:
        last_words(found.exc_type, found.exc_value, found.exc_traceback)

    def in_thread(found: threading.ExceptHookArgs) -> None:
        last_words(found.exc_type, found.exc_value, found.exc_traceback)

    logging.setLogRecordFactory(scrubbed)
    sys.excepthook = last_words
    sys.unraisablehook = unraisable
    threading.excepthook = in_thread


def _scrubbed(record: logging.LogRecord, scrub: Scrubber) -> logging.LogRecord:
    """Put a record's texts together now, for its arguments may be printed by anybody later."""
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - a wrong format is the caller's, and must not stop it here
        text = f"{record.msg} {record.args}"
    record.msg, record.args = scrub.text(text), ()
    if record.exc_info:
        # A formatter takes this text before it looks at the exception.
        told = "".join(traceback.format_exception(*record.exc_info))
        record.exc_text, record.exc_info = scrub.text(told.rstrip("\n")), None
    if record.stack_info:
        record.stack_info = scrub.text(record.stack_info)
    return record
