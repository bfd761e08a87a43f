"""Which kinds of adapters there are, and the connections that are kept for them."""

from __future__ import annotations

from cellblock.broker.adapters import bybit, http, llm, monitor, telegram
from cellblock.broker.kind import Kind
from cellblock.broker.plugins import Kinds

RESERVED = {"state", "files", "http", "log", "bybit", "telegram", "monitor", "llm", "tick"} | {
    "config",
    "connected",
}
"""Names on ctx that are the contract's."""

BUILT_IN: tuple[Kind, ...] = (bybit.KIND, http.KIND, monitor.KIND, llm.KIND, telegram.KIND)
"""The kinds of adapters that come with Cellblock and can be connected."""


def kinds() -> Kinds:
    """Give every kind of adapter that can be connected: those built in, and those of plugins."""
    return Kinds(BUILT_IN, RESERVED)
