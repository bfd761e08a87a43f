"""Events to JSON, one object a line; and what every screen does."""

from __future__ import annotations

import json
import sys
from typing import Protocol

import msgspec

from cellblock.cli.text import printable
from cellblock.journal import event as journal


class Screen(Protocol):
    """Shows events, and notes that are no events."""

    def show(self, event: journal.Event) -> None:
        """Show one event."""

    def note(self, text: str, *, style: str = "") -> None:
        """Tell the person something that is no part of the record."""


class JsonScreen:
    """One object a line on stdout, notes on stderr."""

    def show(self, event: journal.Event) -> None:
        """Write the event and flush, so that a reader on a pipe sees it now."""
        # ASCII, so that no character of a worker can steer a terminal or end a line.
        text = json.dumps(msgspec.to_builtins(event), separators=(",", ":"))
        sys.stdout.buffer.write(text.encode("ascii") + b"\n")
        sys.stdout.buffer.flush()

    def note(self, text: str, *, style: str = "") -> None:
        """Write to stderr."""
        del style
        print(printable(text), file=sys.stderr)
