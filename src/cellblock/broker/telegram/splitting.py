"""Cuts a long text into messages, at a paragraph, a line, a sentence or a space. Pure.

In: a text and how it is formatted. Out: parts of at most 4,096 UTF-16 code units, in which only
white space between two parts is left out. No cut lies in formatting, or in a character that is
made of several.

Source: core.telegram.org/bots/api#sendmessage; core.telegram.org/api/entities (what is counted).
"""

from __future__ import annotations

import unicodedata

from cellblock.broker.adapter import AdapterError
from cellblock.broker.telegram.formatting import ParseMode, Spans
from cellblock.limits import TELEGRAM_MESSAGE_UNITS, TELEGRAM_PARTS

_SENTENCE_ENDS = (". ", "! ", "? ", "… ", "; ", "。", "！", "？")
_JOINER = "\u200d"
_LOOK_BACK = 64
"""More characters than one that is drawn as one can sensibly be made of."""


def units(text: str) -> int:
    """Count as Telegram counts: UTF-16 code units, so that most emoji are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, mode: ParseMode | None = None) -> list[str]:
    """Give the messages that *text* is sent as; one of at most 4,096 units is left as it is.

    Limits: `TELEGRAM_PARTS` messages. Raises: AdapterError("too_large") for more, and for
    formatting that is open for longer than a message.
    """
    size = units(text)
    if size <= TELEGRAM_MESSAGE_UNITS:
        return [text]
    if size > TELEGRAM_MESSAGE_UNITS * TELEGRAM_PARTS:
        raise _too_many(size)
    closed = Spans.of(text, mode)
    parts: list[str] = []
    start = 0
    while start < len(text):
        stop, after = _cut(text, start, closed)
        if text[start:stop].strip():
            parts.append(text[start:stop])
        start = after
    if len(parts) > TELEGRAM_PARTS:
        raise _too_many(size)
    return parts


def _too_many(size: int) -> AdapterError:
    return AdapterError(
        f"the text of {size:,} characters needs more than {TELEGRAM_PARTS} messages of "
        f"{TELEGRAM_MESSAGE_UNITS:,}; write it to a file and use send_document",
        "too_large",
    )


def _cut(text: str, start: int, closed: Spans) -> tuple[int, int]:
    """Give where the part from *start* ends, and where the next one begins."""
    limit = _reach(text, start)
    if limit == len(text):
        return limit, limit
    middle = start + (limit - start) // 2
    # A good place near the end is better than a perfect one that leaves the message half empty.
    for kind in (_paragraph, _line, _sentence, _space):
        if found := kind(text, middle, limit, closed):
            return found
    early = [kind(text, start + 1, middle, closed) for kind in (_paragraph, _line, _space)]
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


def _last(text: str, what: str, low: int, high: int, closed: Spans) -> int | None:
    """Find the last *what* that begins from *low* to *high* and in no formatting."""
    while high >= low:
        index = text.rfind(what, low, high + len(what))
        if index < 0:
            return None
        high = closed.before(index)
        if high == index:
            return index
    return None


def _paragraph(text: str, low: int, high: int, closed: Spans) -> tuple[int, int] | None:
    index = _last(text, "\n\n", low, high, closed)
    if index is None:
        return None
    after = index
    while text.startswith("\n", after):
        after += 1
    return index, after


def _line(text: str, low: int, high: int, closed: Spans) -> tuple[int, int] | None:
    index = _last(text, "\n", low, high, closed)
    return None if index is None else (index, index + 1)


def _sentence(text: str, low: int, high: int, closed: Spans) -> tuple[int, int] | None:
    places = []
    for end in _SENTENCE_ENDS:
        # The mark itself stays in the first part, so it must still have room there.
        index = _last(text, end, low, high - 1, closed)
        if index is not None and closed.before(index + 1) == index + 1:
            places.append((index + 1, index + len(end)))
    return max(places, default=None)


def _space(text: str, low: int, high: int, closed: Spans) -> tuple[int, int] | None:
    index = _last(text, " ", low, high, closed)
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
