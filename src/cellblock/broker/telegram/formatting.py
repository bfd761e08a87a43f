"""Where formatted text may not be cut: in an escape, a tag, a reference, or an open entity. Pure.

In: a text and its parse mode. Out: spans. Text that Telegram will refuse has spans too: what is
never closed reaches to the end.

Source: core.telegram.org/bots/api#formatting-options.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

ParseMode = Literal["HTML", "Markdown", "MarkdownV2"]
"""How marks in a text are read."""

_REFERENCE = 10
"""The longest reference that Telegram reads, such as ``&#x1f600;``."""
_MARKS = ("```", "__", "||", "*", "_", "~", "`")
"""MarkdownV2's marks that open and close; the longer of two that begin alike stands first."""


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


def _html(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    opened, depth, at = 0, 0, 0
    while at < len(text):
        if text[at] == "<":
            end = _tag_end(text, at)
            opened = opened if depth else at
            depth = max(0, depth - 1) if text.startswith("</", at) else depth + 1
            if depth == 0:
                found.append((opened, end))
            at = end
        elif text[at] == "&" and depth == 0:
            end = _reference_end(text, at)
            found.append((at, end))
            at = end
        else:
            at += 1
    if depth:
        found.append((opened, len(text) + 1))
    return found


def _tag_end(text: str, at: int) -> int:
    quote = ""
    for index in range(at + 1, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == ">":
            return index + 1
    return len(text) + 1


def _reference_end(text: str, at: int) -> int:
    for index in range(at + 1, min(len(text), at + _REFERENCE)):
        if text[index] == ";":
            return index + 1
        if not (text[index].isalnum() or text[index] == "#"):
            break
    return at + 1


def _markdown(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            found.append((at, at + 2))
            at += 2
        elif text[at] in "_*`[":
            mark = "```" if text.startswith("```", at) else text[at]
            end = _after(text, "]" if mark == "[" else mark, at + len(mark))
            if mark == "[" and text.startswith("(", end):
                end = _after(text, ")", end)
            found.append((at, end))
            at = end
        else:
            at += 1
    return found


def _after(text: str, mark: str, at: int) -> int:
    index = text.find(mark, at)
    return len(text) + 1 if index < 0 else index + len(mark)


def _markdown_v2(text: str) -> list[tuple[int, int]]:
    return _MarkdownV2(text).read()


class _MarkdownV2:
    """Reads MarkdownV2: entities lie in one another, and each ends with a mark of its own."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[tuple[int, int]] = []
        self._waiting: list[str] = []
        self._opened = 0

    def read(self) -> list[tuple[int, int]]:
        """Give the spans."""
        at = 0
        while at < len(self._text):
            at = self._step(at)
        if self._waiting:
            self._found.append((self._opened, len(self._text) + 1))
        return self._found

    def _step(self, at: int) -> int:
        text = self._text
        if text[at] == "\\":
            self._found.append((at, at + 2))
            return at + 2
        awaited = self._waiting[-1] if self._waiting else ""
        # Two of them inside italics are an underline that begins.
        underline = awaited == "_" and text.startswith("__", at)
        if awaited and text.startswith(awaited, at) and not underline:
            return self._close(at + len(awaited))
        if awaited in {"`", "```"}:
            return at + 1
        if text[at] == ">" and (at == 0 or text[at - 1] == "\n"):
            # A line of a quotation; the next line, if it is of it, has a mark of its own.
            end = text.find("\n", at)
            self._found.append((at, len(text) if end < 0 else end))
        for bracket in ("![", "["):
            if text.startswith(bracket, at):
                return self._open("]", at, len(bracket))
        for mark in _MARKS:
            if text.startswith(mark, at):
                return self._open(mark, at, len(mark))
        return at + 1

    def _open(self, awaited: str, at: int, length: int) -> int:
        if not self._waiting:
            self._opened = at
        self._waiting.append(awaited)
        return at + length

    def _close(self, end: int) -> int:
        text = self._text
        if self._waiting.pop() == "]" and text.startswith("(", end):
            while end < len(text) and text[end] != ")":
                end += 2 if text[end] == "\\" else 1
            end += 1
        if not self._waiting:
            self._found.append((self._opened, end))
        return end
