"""What a channel is given to send: alerts in words, and as JSON. Pure.

Words of workers and of errors are hostile: they are cut, and what is not printable is left out, so
that they cannot make lines of their own or turn the direction of writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

import msgspec

from cellblock.alerts.matching import Happening
from cellblock.limits import ALERT_LISTED, ALERT_QUOTE_CHARACTERS, ALERT_TEXT_CHARACTERS
from cellblock.store.records import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One alert."""

    key: str
    happening: Happening
    before: int = 0
    """How often the same happened since it was told last, untold."""

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        happening = self.happening
        who = f"{happening.workspace}/{happening.worker}" if happening.worker else "the service"
        told = f"{who} {_verb(happening)}"
        if happening.what:
            told += f": {plain(happening.what)}"
        if self.before:
            told += f" ({self.before:,} more since it was told last)"
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message of one rule."""

    id: str
    """The same at every try, so that a receiver can tell a repetition."""
    rule: Rule
    at: float
    notices: tuple[Notice, ...]
    """The oldest first, `ALERT_LISTED` at the most."""
    more: int = 0
    """Alerts beside those that are listed."""
    test: bool = False

    @property
    def text(self) -> str:
        """Say it in plain lines."""
        lines = [f"Cellblock alert “{plain(self.rule.name)}”, {_moment(self.at)}"]
        if self.test:
            lines.append("This is a test; nothing happened.")
        lines += [f"· {notice.sentence}" for notice in self.notices]
        if self.more:
            lines.append(f"· and {self.more:,} more")
        return cut("\n".join(lines), ALERT_TEXT_CHARACTERS)

    @property
    def body(self) -> bytes:
        """Say it as JSON text."""
        told: dict[str, Any] = {
            "id": self.id,
            "workspace": self.rule.workspace,
            "rule": {"id": self.rule.id, "name": self.rule.name},
            "at": self.at,
            "test": self.test,
            "alerts": [_told(notice) for notice in self.notices],
            "more": self.more,
        }
        return msgspec.json.encode(told)


def letter(rule: Rule, identity: str, at: float, notices: Sequence[Notice], lost: int) -> Letter:
    """Write what waits into one message; *lost* more were dropped."""
    listed = tuple(notices[:ALERT_LISTED])
    more = lost + len(notices) - len(listed)
    return Letter(id=identity, rule=rule, at=at, notices=listed, more=more)


def plain(text: str) -> str:
    """Make one printable line of hostile text. Limits: `ALERT_QUOTE_CHARACTERS`."""
    piece = text[: 4 * ALERT_QUOTE_CHARACTERS]
    line = "".join(item if item.isprintable() else " " for item in piece)
    return cut(" ".join(line.split()), ALERT_QUOTE_CHARACTERS)


def cut(text: str, most: int) -> str:
    """Shorten *text* to *most* characters, with a mark of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _told(notice: Notice) -> dict[str, Any]:
    happening = notice.happening
    return {
        "occasion": happening.occasion,
        "worker": happening.worker or None,
        "at": happening.at,
        "over": happening.over,
        "reason": plain(happening.what),
        "before": notice.before,
        "text": notice.sentence,
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _verb(happening: Happening) -> str:
    match happening.occasion:
        case "paused":
            return "is paused"
        case "recovered":
            return "is running again"
        case "quarantined":
            return "was quarantined"
        case "late":
            return "is late"
        case "disk":
            return "has room on its disk again" if happening.over else "is out of disk"
        case _:
            assert_never(happening.occasion)
