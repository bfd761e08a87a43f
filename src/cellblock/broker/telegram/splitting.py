"""Cuts a long text into messages, at a paragraph, a line, a sentence or a space. Pure.

In: a text and how it is formatted. Out: parts of at most 4,096 UTF-16 code units, in which only
white space between two parts is left out. No cut lies in formatting, or in a character that is
made of several.

Source: core.telegram.org/bots/api#sendmessage; core.telegram.org/api/entities (what is counted).
"""

from __future__ import annotations

import unicodedata

from cellblock.broker.adapter import AdapterError
from cellblock.broker.telegram.formatting import ParseMode, Spans, marks
from cellblock.limits import TELEGRAM_MARKS, TELEGRAM_MESSAGE_UNITS, TELEGRAM_PARTS

_SENTENCE_ENDS = (". ", "! ", "? ", "… ", "; ", "。", "！", "？")
_JOINER = "\u200d"
_LOOK_BACK = 64
"""More characters than one that is drawn as one can sensibly be made of."""


def units(text: str) -> int:
    """Count as Telegram counts: UTF-16 code units, so that most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, mode: ParseMode | None = None) -> list[str]:
    """Give the messages that *text* is sent as; one of at most 4,096 units is left as it is.

    Limits: `TELEGRAM_PARTS` messages, `TELEGRAM_MARKS` in a text of several. Raises:
    AdapterError("too_large") for more, and for formatting that is open for longer than a message.
    """
    size = units(text)
    if size <= TELEGRAM_MESSAGE_UNITS:
        return [text]
    if size > TELEGRAM_MESSAGE_UNITS * TELEGRAM_PARTS:
        raise _too_many(size)
    if (count := marks(text, mode)) > TELEGRAM_MARKS:
        raise AdapterError(
            f"the text has {count:,} marks of parse_mode, and one that is sent as several messages "
            f"has {TELEGRAM_MARKS:,} at most; send it without parse_mode, or in several calls",
            "too_large",
        )
    closed = Spans.of(text, mode)
    # Of what lies in formatting no place to cut is looked for: it is blank in this text.
    shown = closed.blanked(text)
    parts: list[str] = []
    start = 0
    while start < len(text):
        stop, after = _cut(text, shown, start, closed)
        if text[start:stop].strip():
            parts.append(text[start:stop])
        if len(parts) > TELEGRAM_PARTS:
            raise _too_many(size)
        start = after
    return parts


def _too_many(size: int) -> AdapterError:
    return AdapterError(
        f"the text of {size:,} characters needs more than {TELEGRAM_PARTS} messages of "
        f"{TELEGRAM_MESSAGE_UNITS:,}; write it to a file and use send_document",
        "too_large",
    )


def _cut(text: str, shown: str, start: int, closed: Spans) -> tuple[int, int]:
    """Give where the part from *start* ends, and where the next one begins."""
    limit = _reach(text, start)
    if limit == len(text):
        return limit, limit
    middle = start + (limit - start) // 2
    # A good place near the end is better than a perfect one that leaves the message half empty.
    for kind in (_paragraph, _line, _sentence, _space):
        if found := kind(shown, middle, limit):
            return found
    early = [kind(shown, start + 1, middle) for kind in (_paragraph, _line, _space)]
    if places := [place for place in early if place]:
        return max(places)
    hard = _whole(text, start, closed.before(limit), closed)
    if hard <= start:
        raise AdapterError(
            f"the formatting at character {start + 1:,} of the text is not closed within the "
            f"{TELEGRAM_MESSAGE_UNITS:,} characters of a message, so the text cannot be split; "
            "close it earlier and open it again, or send without parse_mode",
            "too_large",
        )
    return hard, hard


def _reach(text: str, start: int) -> int:
    """Give how far a message that begins at *start* can go."""
    size = 0
    for index in range(start, min(len(text), start + TELEGRAM_MESSAGE_UNITS)):
        size += 1 + (text[index] > "\uffff")
        if size > TELEGRAM_MESSAGE_UNITS:
            return index
    return min(len(text), start + TELEGRAM_MESSAGE_UNITS)


def _last(shown: str, what: str, low: int, high: int) -> int | None:
    """Find the last *what* that begins from *low* to *high* and in no formatting."""
    index = shown.rfind(what, low, high + len(what))
    return None if index < 0 else index


def _paragraph(shown: str, low: int, high: int) -> tuple[int, int] | None:
    index = _last(shown, "\n\n", low, high)
    if index is None:
        return None
    after = index
    while shown.startswith("\n", after):
        after += 1
    return index, after


def _line(shown: str, low: int, high: int) -> tuple[int, int] | None:
    index = _last(shown, "\n", low, high)
    return None if index is None else (index, index + 1)


def _sentence(shown: str, low: int, high: int) -> tuple[int, int] | None:
    # The mark itself stays in the first part, so it must still have room there.
    found = ((_last(shown, end, low, high - 1), len(end)) for end in _SENTENCE_ENDS)
    places = ((index + 1, index + length) for index, length in found if index is not None)
    return max(places, default=None)


def _space(shown: str, low: int, high: int) -> tuple[int, int] | None:
    index = _last(shown, " ", low, high)
    return None if index is None else (index, index + 1)


def _whole(text: str, start: int, cut: int, closed: Spans) -> int:
    """Move a cut that nothing marks to before the character that it would take apart."""
    for place in range(cut, max(start, cut - _LOOK_BACK), -1):
        if not _joined(text, place) and closed.before(place) == place:
            return place
    return cut


def _joined(text: str, place: int) -> bool:
    """Tell whether what is before and after *place* is drawn as one character, near enough."""
    left, right = text[place - 1], text[place]
    if unicodedata.category(right).startswith("M") or _JOINER in {left, right}:
        return True
    if "\U0001f3fb" <= right <= "\U0001f3ff" or "\U000e0020" <= right <= "\U000e007f":
        return True  # a colour of skin; the letters of a region's flag
    if _flag(left) and _flag(right):
        first = place
        while first > 0 and _flag(text[first - 1]):
            first -= 1
        return (place - first) % 2 == 1
    return left == "\r" and right == "\n"


def _flag(character: str) -> bool:
    """Tell a regional indicator; two of them are one flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"
