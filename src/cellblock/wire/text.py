"""Bounding text that crosses the wall; used on both sides, trusted on the host's only."""

from __future__ import annotations

from cellblock.limits import LOG_MESSAGE_CHARACTERS


def cut(text: str, limit: int = LOG_MESSAGE_CHARACTERS) -> str:
    """Give at most *limit* characters, and say how many are missing within them.

    The end is ``… [cut N characters]``, where N counts all that is not there.
    """
    if len(text) <= limit:
        return text
    kept = limit
    while True:
        note = f"… [cut {len(text) - kept:,} characters]"
        if kept + len(note) <= limit:
            return text[:kept] + note
        kept = limit - len(note)
