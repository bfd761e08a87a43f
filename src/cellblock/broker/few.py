"""Reads a JSON list that may be of any length, and stops at the first item too many.

A limit of msgspec's own is looked at when the whole list has been built, which of 8 MB takes the
host's loop for a second.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

import msgspec

Item = TypeVar("Item")


class Few(Generic[Item]):
    """Decodes a list of at most *most* items of class *kind*."""

    def __init__(self, kind: type[Item], most: int) -> None:
        # A struct that is written as a list has places for so many, and refuses the next unread.
        of: Any = kind if kind is msgspec.Raw else kind | msgspec.UnsetType
        places = [(f"item_{n}", of, msgspec.UNSET) for n in range(most)]
        read = msgspec.defstruct("Few", places, array_like=True, forbid_unknown_fields=True)
        self._decoder = msgspec.json.Decoder(read)

    def decode(self, text: bytes | msgspec.Raw) -> list[Item]:
        """Read the list. Raises: msgspec.MsgspecError for another value, and for a longer one."""
        items = msgspec.structs.astuple(self._decoder.decode(text))
        return cast("list[Item]", [item for item in items if item is not msgspec.UNSET])
