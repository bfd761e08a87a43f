"""The shape that all JSON bodies share: what is written is what is meant.

No field that is unknown is passed over, and no ``"3"`` or ``true`` is taken for a number.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

MOST_FIELDS = 1_000
"""Fields of one object whose names are known; to name each of more as wrong takes seconds."""


def few(value: Any) -> Any:
    """Refuse an object of far too many fields before each of them is looked at."""
    if isinstance(value, dict) and len(value) > MOST_FIELDS:
        raise ValueError(f"it has {len(value):,} fields; at most {MOST_FIELDS:,}")
    return value


class Sent(BaseModel):
    """A body that a client sends. Its whole numbers are `Whole`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: Any) -> Any:
        return few(value)


def whole_of(value: Any) -> Any:
    """Give a number without a fraction as a whole one, and all else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole_of)]
"""A whole number; JSON has but one kind of number, and writes it also as ``3.0``."""
