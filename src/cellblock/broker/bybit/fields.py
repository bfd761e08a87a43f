"""From the arguments of a ctx.bybit method to the fields of a request. Pure."""

from __future__ import annotations

import functools
import re
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
_LARGEST = 2**63
_NOT_SENT = frozenset({"self", "raw"})
_LONGEST = 1_000
_IDS = {
    "order_link_id": (re.compile(r"[A-Za-z0-9_-]{1,36}"), "1 to 36 letters, digits, _ and -"),
    "order_id": (re.compile(r"[!-~]{1,64}"), "1 to 64 letters and signs, with no space"),
}
"""Arguments that name one order, and what they look like.

The empty text names none: an order under it could be placed twice.
"""
_UNRESERVED = "%,:"
"""Cursors come percent-encoded and go back as they came; coins are separated by commas."""


def given(arguments: Mapping[str, Any]) -> Fields:
    """Give the fields of those *arguments*, a method's ``locals()``, that are not None.

    Only what stands in the signature of the method that calls this is sent: any other local of it
    stays here.
    Raises: CallRefused for an amount that is no number or below 0, and an id that is none.
    """
    method = sys._getframe(1).f_code  # noqa: SLF001 - nothing else tells locals from parameters
    fields: Fields = {}
    for name in _parameters(method):
        value = arguments.get(name)
        if value is None:
            continue
        try:
            fields[camel(name)] = _sent(name, value)
        except ValueError as error:
            raise CallRefused(f"{name}: {error}", "ValueError") from None
    return fields


def _sent(name: str, value: Any) -> Any:
    """Give what is sent of one argument. Raises: ValueError."""
    if name in AMOUNTS:
        text = plain(value)
        if text.startswith("-"):
            raise ValueError(f"{text[:40]} is below 0; the side says which way an order goes")
        return text
    if isinstance(value, str) and len(value) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST:,} characters")
    if name in _IDS and not _IDS[name][0].fullmatch(value):
        raise ValueError(f"{value[:40]!r} names no order; an id is {_IDS[name][1]}")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("the number is too large")
    return value


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
