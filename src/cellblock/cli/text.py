"""Text that nobody vouches for, made fit for a terminal. Pure, and light to import."""

from __future__ import annotations


def printable(text: str) -> str:
    """Make control characters visible, so that worker text cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(
        item if item.isprintable() or item == "\n" else "    " if item == "\t" else _shown(item)
        for item in text
    )


def one_line(text: str, longest: int = 1_000) -> str:
    """Make a text printable on one line, cut to *longest* characters."""
    line = " ".join(printable(text[: 2 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _shown(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
