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


def cut_inside(text: str, limit: int = LOG_MESSAGE_CHARACTERS) -> str:
    """Likewise, but keep the first line and the end: where a traceback says what went wrong."""
    first, _, rest = text.partition("\n")
    room = limit - len(first) - 2 - len(f"… [cut {len(text):,} characters]")
    if len(text) <= limit or len(first) > limit // 2:
        return cut(text, limit)
    return f"{first}\n… [cut {len(rest) - room:,} characters]\n{rest[-room:]}"
