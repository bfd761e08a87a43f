"""What the author of an adapter plugin imports; `docs/plugins.md` tells how to write one.

These names stay when the rooms behind them are rebuilt.
"""

from __future__ import annotations

from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.kind import FileSource, Kind, Place, Surroundings, Turn
from cellblock.broker.reach import Reach
from cellblock.broker.secret import Scrubber, Secret
from cellblock.broker.web import Reply, Web, exchange, read_limited

__all__ = [
    "AdapterError",
    "CallRefused",
    "FileSource",
    "Kind",
    "Place",
    "Reach",
    "Reply",
    "Scrubber",
    "Secret",
    "Surroundings",
    "Turn",
    "Web",
    "exchange",
    "read_limited",
]
