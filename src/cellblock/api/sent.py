"""The shape that all JSON bodies share: what is written is what is meant.

No field that is unknown is passed over, and no ``"3"`` or ``true`` is taken for a number.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    """A body that a client sends."""

    model_config = ConfigDict(extra="forbid", strict=True)
