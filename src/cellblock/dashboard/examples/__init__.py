"""Workers to begin with. Out: their sources, as they stand beside this file, and how to run each.

None needs a key or a connection to tick well; what it can do more with one, `needs` says. They are
read as text and never imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worker that somebody may begin with."""

    name: str
    """Of its file, and of the worker if no other is chosen."""
    title: str
    about: str
    settings: Mapping[str, Any]
    """As a deploy takes them."""
    needs: tuple[str, ...] = ()
    """Kinds of which it uses a connection, if there is one."""

    @property
    def source(self) -> str:
        """Its text."""
        return (_FOLDER / f"{self.name}.py").read_text(encoding="utf-8")


EXAMPLES = (
    Example(
        name="hello",
        title="Hello",
        about="Says hello every second, counts in its state, and draws the count.",
        settings={"interval_s": 1.0, "config": {"greeting": "Hello"}},
    ),
    Example(
        name="price_alert",
        title="Price alert",
        about="Watches a price on Bybit and tells when it has moved: on Telegram, or in the log.",
        settings={"interval_s": 10.0, "config": {"symbol": "BTCUSDT", "percent": 1.0}},
        needs=("telegram",),
    ),
    Example(
        name="moving_average",
        title="Moving-average cross",
        about="Follows where two averages of a price cross, and draws both. It trades nothing.",
        settings={
            "interval_s": 10.0,
            "config": {"symbol": "BTCUSDT", "minutes": 1, "fast": 9, "slow": 21},
        },
    ),
    Example(
        name="daily_report",
        title="Daily report",
        about="Writes once a day what files there are and what has changed, and keeps the reports.",
        settings={"cron": "0 7 * * *", "timezone": "UTC", "config": {"keep": 30}},
        needs=("telegram",),
    ),
    Example(
        name="webhook_responder",
        title="Webhook responder",
        about="Takes events that others send by a hook, tells of each, and shows the last ones.",
        settings={"interval_s": 60.0, "config": {"shown": 20}},
        needs=("telegram",),
    ),
)
