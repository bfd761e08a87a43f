"""What worker code passes to ctx, turned into what may cross the wire, or refused by name."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from cellblock.wire.messages import GIVEN_CHARACTERS


def _scalar(value: Any) -> Any:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    raise TypeError(
        f"{type(value).__name__} is none of str, int, float, bool, None, list, tuple, dict"
    )


# Made once, not at each call: `json.dumps` would, for any setting but its own.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_scalar).encode
_decode = json.JSONDecoder().decode


def from_json(text: bytes) -> Any:
    """Read JSON text in UTF-8."""
    return _decode(str(text, "utf-8"))


def to_json(value: Any, what: str) -> bytes:
    """Turn *value* into JSON text.

    Numpy's scalars count as the numbers they hold. Raises: TypeError, ValueError that name *what*.
    """
    try:
        return _encode(value).encode("utf-8")
    except TypeError as error:
        raise TypeError(f"the {what} is not JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"the {what} is nested too deep, or holds itself") from None
    except ValueError as error:
        hint = "; use None for a number that is not there" if "float" in str(error) else ""
        raise ValueError(f"the {what} is not JSON: {error}{hint}") from None


def text(value: object, what: str) -> str:
    """Take *value* as text that UTF-8 can carry. Raises: TypeError, ValueError that name *what*."""
    if type(value) is str and value.isascii():
        return value
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    try:
        return str.__str__(value).encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{what} holds characters that UTF-8 cannot carry") from None


def given(value: object, what: str) -> str:
    """Take text of which only so much crosses the wire; what is longer is refused for it there."""
    return text(value, what)[:GIVEN_CHARACTERS]


def plain_text(value: str) -> str:
    """Give text that can be sent: a true str, without halves of characters."""
    if type(value) is str and value.isascii():
        return value
    # A string of another class could lie about its length; str.__str__ gives the plain one.
    return str.__str__(value).encode("utf-8", "replace").decode("utf-8")


def no_method(part: object, title: str, name: str) -> NoReturn:
    """Tell of a name that a part of ctx has not, and which it has. Raises: AttributeError."""
    if name.startswith("_"):
        raise AttributeError(f"{type(part).__name__!r} object has no attribute {name!r}")
    there = ", ".join(known for known in dir(part) if not known.startswith("_"))
    raise AttributeError(f"{title} has no {name!r}; it has {there}")
