"""The shape that all JSON bodies share: what is written is what is meant.

No field that is unknown is passed over, and no ``"3"`` or ``true`` is taken for a number.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Sent(BaseModel):
    """A body that a client sends. Its whole numbers are `Whole`."""

    model_config = ConfigDict(extra="forbid", strict=True)


def whole_of(value: Any) -> Any:
    """Give a number without a fraction as a whole one, and all else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(whole_of)]
"""A whole number; JSON has but one kind of number, and writes it also as ``3.0``."""
