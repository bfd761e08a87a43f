"""Keeps what the host asks of others out of the logs of the libraries that ask it.

httpx logs each URL and httpcore each header, and URLs and headers hold tokens. While `quiet` is
entered nothing reaches their loggers; an embedding program's own use of them is not touched.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar

LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""All loggers of httpx and httpcore; a test compares the list with their sources."""

_ours: ContextVar[bool] = ContextVar("cellblock_quiet", default=False)


class _Quiet(logging.Filter):
    """Drops the records of our own requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep what an embedding program's own requests log."""
        del record
        return not _ours.get()


_FILTER = _Quiet()


def install() -> None:
    """Put the filter on every logger; to do it again changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Mark what runs inside as ours; not to be held across a `yield` of an async generator."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
