"""Pages, their cursors, and the revisions of optimistic writers.

A cursor is the place of the last item, as base64 of JSON. It opens nothing: whoever makes one up
reads another page of what they may read, and one that cannot be read is 422.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Header, Query, Response
from pydantic import BaseModel, Field

from cellblock.api.problems import Problem
from cellblock.api.sent import Whole
from cellblock.limits import PAGE_ITEMS

T = TypeVar("T")
R = TypeVar("R")

LARGEST = 2**53 - 1
"""Largest whole number: what JSON carries everywhere, and a database holds."""
Number = Annotated[Whole, Field(ge=1, le=LARGEST)]
_Whole = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
Moment = Annotated[
    float, Field(ge=0, le=1e11, allow_inf_nan=False, description="Seconds since 1970 (UTC).")
]
Limit = Annotated[int, Query(ge=1, le=PAGE_ITEMS, description="Most items of the page.")]
Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next` of the page before this one.")
]
LIMIT = 100
"""Items of a page that says no other number."""


class Page(BaseModel, Generic[T]):
    """Some items of a list."""

    items: list[T]
    next: str | None = Field(description="Cursor of the next page; null if this is the last.")


def cursor_of(key: str | int) -> str:
    """Make the cursor of the item with that key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def after_name(cursor: str | None) -> str | None:
    """Read the cursor of an item whose key is text. Raises: Problem 422."""
    return None if cursor is None else _read(cursor, str)


def after_number(cursor: str | None) -> int | None:
    """Read the cursor of an item whose key is a number. Raises: Problem 422."""
    return None if cursor is None else _read(cursor, _Whole)


def _read(cursor: str, kind: Any) -> Any:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        return msgspec.json.decode(text, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise _bad_cursor() from None


def _bad_cursor() -> Problem:
    return Problem(422, "bad-cursor", "this cursor cannot be read", "take it from `next` as it is")


def page_of(
    rows: Sequence[R], limit: int, key: Callable[[R], str | int], view: Callable[[R], Any]
) -> Page[Any]:
    """Make a page of rows that were asked for with a limit of *limit* + 1."""
    shown = rows[:limit]
    more = len(rows) > limit and bool(shown)
    return Page(
        items=[view(row) for row in shown], next=cursor_of(key(shown[-1])) if more else None
    )


async def expected(
    if_match: Annotated[
        str | None,
        Header(pattern=r'^("[0-9]{1,15}"|\*)$', description='`"7"` of an ETag, or `*` for any.'),
    ] = None,
    if_none_match: Annotated[
        str | None, Header(pattern=r"^\*$", description="`*`: it must be new.")
    ] = None,
) -> int | None:
    """Give the revision that a change is made upon: 0 for one that must be new, None for any."""
    if if_none_match is not None:
        return 0
    if if_match is None or if_match == "*":
        return None
    return int(if_match.strip('"'))


Revision = Annotated[int | None, Depends(expected)]


def tag(response: Response, revision: int) -> None:
    """Say which revision is shown."""
    response.headers["ETag"] = f'"{revision}"'
