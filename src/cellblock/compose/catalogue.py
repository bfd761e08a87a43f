"""Which kinds of adapters there are, and the connections that are kept for them."""

from __future__ import annotations

from collections.abc import Mapping

from cellblock.broker.plugins import BuiltIn, Kinds

RESERVED = {"state", "files", "http", "log", "bybit", "telegram", "monitor", "llm", "tick"} | {
    "config",
    "connected",
}
"""Names on ctx that are the contract's."""

_ROOM = "cellblock.broker.adapters"

BUILT_IN: Mapping[str, BuiltIn] = {
    "bybit": BuiltIn(f"{_ROOM}.bybit:KIND", keyless=True),
    "http": BuiltIn(f"{_ROOM}.http:KIND", keyless=True),
    "monitor": BuiltIn(f"{_ROOM}.monitor:KIND", keyless=True),
    "llm": BuiltIn(f"{_ROOM}.llm:KIND"),
    "telegram": BuiltIn(f"{_ROOM}.telegram:KIND"),
}
"""The kinds of adapters that come with Cellblock and can be connected, by name."""


def kinds() -> Kinds:
    """Give every kind of adapter that can be connected: those built in, and those of plugins."""
    return Kinds(BUILT_IN, RESERVED)
