"""Where formatted text may not be cut: in an escape, a tag, a reference, or an open entity. Pure.

In: a text and its parse mode. Out: spans. Text that Telegram will refuse has spans too: what is
never closed reaches to the end.

Source: core.telegram.org/bots/api#formatting-options.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Literal

ParseMode = Literal["HTML", "Markdown", "MarkdownV2"]
"""How marks in a text are read."""

_HTML = re.compile(r"<|&#?[A-Za-z0-9]{1,8};")
"""A tag's beginning, or a reference such as ``&#x1f600;``."""
_IN_TAG = re.compile("[>\"']")
_MARKDOWN = re.compile(r"\\[_*`\[]|```|[_*`\[]")
_MARKDOWN_V2 = re.compile(r"\\[\x01-\x7e]|```|__|\|\||!\[|[*_~`\[\]]")
_MARKS = {None: "", "HTML": "<>&\"'", "Markdown": "\\_*`[", "MarkdownV2": "\\_*~`[]|>"}
"""Characters of which marks are made, by what reads them; ``![`` counts by its second."""
_URL = re.compile(r"\((?:[^\\)]|\\.?)*+\)", re.DOTALL)
_BLANK = "\0"
_QUOTED = re.compile(r"^>.*", re.MULTILINE)
"""A line of a quotation; the next line, if it is of it, has a mark of its own."""


def marks(text: str, mode: ParseMode | None) -> int:
    """Count the characters that can be marks, which is quick, for to read them is not."""
    return sum(map(text.count, _MARKS[mode]))


class Spans:
    """Stretches of a text that stay in one piece, in order and apart from one another."""

    def __init__(self, found: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(found):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    @classmethod
    def of(cls, text: str, mode: ParseMode | None) -> Spans:
        """Read the marks of *mode* in *text*."""
        if mode is None:
            return cls([])
        read = {"HTML": _html, "Markdown": _markdown, "MarkdownV2": _markdown_v2}[mode]
        return cls(read(text))

    def before(self, cut: int) -> int:
        """Give *cut*, or the start of the span that it would take apart."""
        index = bisect_left(self._starts, cut) - 1
        if index >= 0 and cut < self._ends[index]:
            return self._starts[index]
        return cut

    def blanked(self, text: str) -> str:
        """Give *text* with a mark of no meaning for each character before which no cut may be."""
        shown: list[str] = []
        at = 0
        for start, end in zip(self._starts, self._ends, strict=True):
            shown += (text[at : start + 1], _BLANK * (min(end, len(text)) - start - 1))
            at = end
        return "".join(shown) + text[at:]


def _html(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened, depth, at = 0, 0, 0
    while mark := _HTML.search(text, at):
        start, at = mark.start(), mark.end()
        if mark[0] != "<":
            found.append((start, at))
            continue
        at = _tag_end(text, at)
        opened = opened if depth else start
        depth = max(0, depth - 1) if text.startswith("</", start) else depth + 1
        if depth == 0:
            found.append((opened, at))
    if depth:
        found.append((opened, len(text) + 1))
    return found


def _tag_end(text: str, at: int) -> int:
    quote = ""
    while mark := _IN_TAG.search(text, at):
        at = mark.end()
        if quote:
            quote = "" if mark[0] == quote else quote
        elif mark[0] == ">":
            return at
        else:
            quote = mark[0]
    return len(text) + 1


def _markdown(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while mark := _MARKDOWN.search(text, at):
        at = mark.end()
        if mark[0][0] != "\\":
            at = _after(text, "]" if mark[0] == "[" else mark[0], at)
            if mark[0] == "[" and text.startswith("(", at):
                at = _after(text, ")", at)
        found.append((mark.start(), at))
    return found


def _after(text: str, mark: str, at: int) -> int:
    index = text.find(mark, at)
    return len(text) + 1 if index < 0 else index + len(mark)


def _markdown_v2(text: str) -> list[tuple[int, int]]:
    """Read MarkdownV2: entities lie in one another, and each ends with a mark of its own."""
    found = [(line.start(), line.end()) for line in _QUOTED.finditer(text)]
    waiting: list[str] = []
    opened = at = 0
    while mark := _MARKDOWN_V2.search(text, at):
        start, at = mark.start(), mark.end()
        awaited = waiting[-1] if waiting else ""
        if mark[0][0] == "\\":
            found.append((start, at))
        elif mark[0] == awaited or (mark[0] == "```" and awaited == "`"):
            at = start + len(awaited)
            waiting.pop()
            if awaited == "]" and text.startswith("(", at):
                end = _URL.match(text, at)
                at = end.end() if end else len(text) + 1
            if not waiting:
                found.append((opened, at))
        elif mark[0] != "]" and awaited not in {"`", "```"}:
            opened = opened if waiting else start
            waiting.append("]" if mark[0][-1] == "[" else mark[0])
    if waiting:
        found.append((opened, len(text) + 1))
    return found
