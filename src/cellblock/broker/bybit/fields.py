"""From the arguments of a ctx.bybit method to the fields of a request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cellblock.broker.adapter import CallRefused
from cellblock.broker.bybit.amounts import plain
from cellblock.broker.bybit.answers import camel
from cellblock.broker.bybit.endpoints import Fields

AMOUNTS = frozenset(
    {"qty", "price", "trigger_price", "take_profit", "stop_loss", "tp_limit_price"}
    | {"sl_limit_price", "order_iv", "slippage_tolerance", "buy_leverage", "sell_leverage"}
    | {"trailing_stop", "active_price", "tp_size", "sl_size"}
)
"""Arguments that are sent as the text of a number."""
_NOT_SENT = frozenset({"self", "raw"})
_LONGEST = 1_000
_UNRESERVED = "%,:"
"""Cursors come percent-encoded and go back as they came; coins are separated by commas."""


def given(arguments: Mapping[str, Any]) -> Fields:
    """Give the fields of those *arguments* that are not None: ``locals()`` at a method's start.

    Raises: CallRefused for an amount that is no number.
    """
    fields: Fields = {}
    for name, value in arguments.items():
        if value is None or name in _NOT_SENT:
            continue
        if name in AMOUNTS:
            try:
                fields[camel(name)] = plain(value)
            except ValueError as error:
                raise CallRefused(f"{name}: {error}", "ValueError") from None
        elif isinstance(value, str) and len(value) > _LONGEST:
            raise CallRefused(f"{name} has more than {_LONGEST:,} characters", "ValueError")
        else:
            fields[camel(name)] = value
    return fields


def query(fields: Fields) -> str:
    """Write the fields as a query, sorted by name."""
    return "&".join(f"{name}={_written(value)}" for name, value in sorted(fields.items()))


def _written(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    # A percent sign that encodes nothing would be read as one that does.
    kept = all(_encodes(text, place) for place, sign in enumerate(text) if sign == "%")
    return quote(text, safe=_UNRESERVED if kept else _UNRESERVED[1:])


def _encodes(text: str, place: int) -> bool:
    digits = text[place + 1 : place + 3]
    return len(digits) == 2 and all(digit in "0123456789abcdefABCDEF" for digit in digits)
