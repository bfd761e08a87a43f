"""Prices and quantities on their way out and back. Pure.

Out: any number becomes plain decimal digits, exactly; never an exponent, which the exchange refuses
or, worse, reads as something else. Back: text that is a number becomes one, and "" becomes None.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

Amount = str | int | float
"""A price, quantity or rate as worker code writes it; text is sent as it stands."""

_PLAIN = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LONGEST = 400
"""Digits; the smallest float has 324 behind its point."""


def plain(value: Amount | Decimal) -> str:
    """Write a number in plain digits; 5.0 as ``5``, 1e-05 as ``0.00001``.

    Raises: ValueError for what is no finite number, or has more than 400 digits.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST or not _NUMBER.fullmatch(value):
            raise ValueError(f"{value[:40]!r} is no number")
        if _PLAIN.fullmatch(value):
            return value
        return _written(Decimal(value))
    if isinstance(value, bool):
        raise ValueError("a bool is no number")  # noqa: TRY004 - what it is for the worker
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no finite number")
        return _written(Decimal(repr(value)))
    if isinstance(value, int):
        if value.bit_length() > 3 * _LONGEST:
            raise ValueError(f"the number has more than {_LONGEST} digits")
        return str(value)
    if not value.is_finite():
        raise ValueError(f"{value} is no finite number")
    return _written(value)


def _written(value: Decimal) -> str:
    if value.is_zero():
        return "0"
    if abs(value.adjusted()) > _LONGEST or len(value.as_tuple().digits) > _LONGEST:
        raise ValueError(f"the number has more than {_LONGEST} digits")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read(text: str, *, whole: bool = False) -> float | int | str | None:
    """Read what the exchange wrote: None for "", a number for digits, else the text itself.

    *whole* asks for an int where there is nothing behind the point.
    """
    if not text:
        return None
    if len(text) > 60 or not _PLAIN.fullmatch(text):
        return text
    if whole and "." not in text:
        return int(text)
    return float(text)
