"""From the arguments of a ctx.bybit method to the fields of a request. Pure."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from types import CodeType
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
    """Give the fields of those *arguments*, a method's ``locals()``, that are not None.

    Only what stands in the signature of the method that calls this is sent: any other local of it
    stays here.
    Raises: CallRefused for an amount that is no number.
    """
    method = sys._getframe(1).f_code  # noqa: SLF001 - nothing else tells locals from parameters
    fields: Fields = {}
    for name in _parameters(method):
        value = arguments.get(name)
        if value is None:
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


@functools.cache
def _parameters(method: CodeType) -> tuple[str, ...]:
    """Give the names of a method's signature that are sent; asked once for each method."""
    names = method.co_varnames[: method.co_argcount + method.co_kwonlyargcount]
    return tuple(name for name in names if name not in _NOT_SENT)


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
