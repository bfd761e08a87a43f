"""Telegram's parse modes as its own library reads them, errors in its words.

In: a text and a parse mode. Out: the text that is shown and its entities (offsets in UTF-16 code
units), or `Unreadable`. Offsets in errors are bytes of UTF-8, as Telegram's are.

Source: td/telegram/MessageEntity.cpp of TDLib (parse_markdown, parse_markdown_v2, parse_html);
core.telegram.org/bots/api#formatting-options.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RESERVED = "_*[]()~`>#+-=|{}.!\n"
TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
}
OPENERS = {
    "__": "underline",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "||": "spoiler",
    "[": "text_link",
    "![": "custom_emoji",
    "```": "pre",
    "`": "code",
}
"""The longer of two that begin alike stands first."""


class Unreadable(Exception):
    """The text is not what its parse mode asks for."""


@dataclass
class Shown:
    """The text as it is read, piece by piece."""

    text: str = ""
    units: int = 0
    entities: list[dict[str, Any]] = field(default_factory=list)

    def add(self, text: str) -> None:
        text = text.replace("\r", "")  # which Telegram never shows
        self.text += text
        self.units += units(text)

    def mark(self, kind: str, start: int, **more: Any) -> None:
        if self.units > start:
            entity = {"type": kind, "offset": start, "length": self.units - start}
            self.entities.append(entity | {key: value for key, value in more.items() if value})


@dataclass
class Open:
    """An entity that has begun."""

    kind: str
    at: int
    start: int
    begin: int
    tag: str = ""
    argument: str = ""


def units(text: str) -> int:
    """UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, mode: str) -> tuple[str, list[dict[str, Any]]]:
    """Read *text*; raises Unreadable."""
    readers = {"html": _html, "markdown": _markdown, "markdownv2": _markdown_v2}
    reader = readers.get(mode.lower())
    if reader is None:
        raise Unreadable("unsupported parse_mode")
    shown = reader(text)
    shown.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return shown.text, shown.entities


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode())


def _link(url: str) -> dict[str, Any]:
    """Whether Telegram makes a link of it: it must have a host with a dot, or a scheme it knows."""
    if (
        url.startswith(("http://", "https://", "tg://", "ton://"))
        or "." in url.split("/", maxsplit=1)[0]
    ):
        return {"url": url}
    return {}


def _markdown(text: str) -> Shown:
    shown, i = Shown(), 0
    while i < len(text):
        c = text[i]
        if c == "\\" and text[i + 1 : i + 2] and text[i + 1] in "_*`[":
            shown.add(text[i + 1])
            i += 2
        elif c not in "_*`[":
            shown.add(c)
            i += 1
        else:
            i = _markdown_entity(text, i, shown)
    return shown


def _markdown_entity(text: str, at: int, shown: Shown) -> int:
    opener = "```" if text.startswith("```", at) else text[at]
    closer = "]" if opener == "[" else opener
    i, language = at + len(opener), ""
    if opener == "```":
        i, language = _language(text, i)
    start = shown.units
    end = text.find(closer, i)
    if end < 0:
        where = f"starting at byte offset {_bytes(text, at)}"
        raise Unreadable(f"can't parse entities: Can't find end of the entity {where}")
    shown.add(text[i:end])
    after = end + len(closer)
    if opener == "[":
        url = text[i:end]
        if text.startswith("(", after):
            close = text.find(")", after)
            close = len(text) if close < 0 else close
            url, after = text[after + 1 : close], close + 1
        if link := _link(url):
            shown.mark("text_link", start, **link)
    else:
        kind = {"_": "italic", "*": "bold", "`": "code", "```": "pre"}[opener]
        shown.mark(kind, start, language=language)
    return after


def _language(text: str, at: int) -> tuple[int, str]:
    end = at
    while end < len(text) and not text[end].isspace() and text[end] != "`":
        end += 1
    language = ""
    if end != at and end < len(text) and text[end] != "`":
        language, at = text[at:end], end
    if text[at : at + 2] in {"\r\n", "\n\r"}:
        return at + 2, language
    return (at + 1 if text[at : at + 1] in {"\n", "\r"} and text[at : at + 1] else at), language


class _MarkdownV2:
    def __init__(self, text: str) -> None:
        self.text = text
        self.shown = Shown()
        self.open: list[Open] = []
        self.quoted = False

    def read(self) -> Shown:
        i = 0
        while i < len(self.text):
            i = self._step(i)
        if self.quoted and self.open and self.open[-1].kind == "blockquote":
            last = self.open.pop()
            self.shown.mark(last.kind, last.start)
        if self.open:
            raise Unreadable(self._unended())
        return self.shown

    def _unended(self) -> str:
        last = self.open[-1]
        name = "PreCode" if last.kind == "pre" and last.argument else NAMES[last.kind]
        where = f"at byte offset {_bytes(self.text, last.at)}"
        return f"can't parse entities: Can't find end of {name} entity {where}"

    def _step(self, i: int) -> int:
        text, c = self.text, self.text[i]
        if c == "\\" and i + 1 < len(text) and 0 < ord(text[i + 1]) <= 126:
            self.shown.add(text[i + 1])
            return i + 2
        inside = self.open[-1].kind if self.open else ""
        reserved = "`" if inside in {"code", "pre"} else RESERVED
        if c not in reserved:
            self.shown.add(c)
            return i + 1
        if self._ends(inside, i):
            return self._end(i)
        return self._begin(i)

    def _ends(self, inside: str, i: int) -> bool:
        text = self.text
        if not inside:
            return False
        if self.quoted and text[i] == "\n" and not text.startswith(">", i + 1):
            return True
        closers = {"bold": "*", "code": "`", "pre": "```", "text_link": "]", "underline": "__"}
        closers |= {"strikethrough": "~", "spoiler": "||", "custom_emoji": "]"}
        if inside == "italic":
            return text[i] == "_" and not text.startswith("__", i)
        return inside in closers and text.startswith(closers[inside], i)

    def _begin(self, i: int) -> int:
        text, c = self.text, self.text[i]
        for opener, kind in OPENERS.items():
            if text.startswith(opener, i):
                after, language = i + len(opener), ""
                if kind == "pre":
                    after, language = _language(text, after)
                return self._push(kind, i, after, language)
        if c == "\n":
            return self._line(i)
        if c == ">" and i == 0:
            self.quoted = True
            return self._push("blockquote", i, i + 1)
        raise Unreadable(
            f"can't parse entities: Character '{c}' is reserved and must be escaped "
            "with the preceding '\\'"
        )

    def _line(self, i: int) -> int:
        self.shown.add("\n")
        if not self.text.startswith(">", i + 1):
            return i + 1
        if self.quoted:
            return i + 2
        self.quoted = True
        return self._push("blockquote", i, i + 2)

    def _push(self, kind: str, at: int, after: int, argument: str = "") -> int:
        begin = len(self.shown.text)
        self.open.append(Open(kind, at, self.shown.units, begin, argument=argument))
        return after

    def _end(self, i: int) -> int:
        text, last = self.text, self.open[-1]
        if text[i] == "\n" and last.kind != "blockquote":
            raise Unreadable(self._unended())
        self.open.pop()
        if last.kind == "blockquote":
            self.quoted = False
            self.shown.add("\n")
            self.shown.mark(last.kind, last.start)
            return i + 1
        if last.kind in {"text_link", "custom_emoji"}:
            return self._end_link(i, last)
        self.shown.mark(last.kind, last.start, language=last.argument)
        return i + {"underline": 2, "spoiler": 2, "pre": 3}.get(last.kind, 1)

    def _end_link(self, i: int, last: Open) -> int:
        url, after = self.shown.text[last.begin :], i + 1
        if self.text.startswith("(", after):
            url, after = self._url(after + 1)
        elif last.kind == "custom_emoji":
            raise Unreadable(
                "can't parse entities: Custom emoji entity must contain a tg://emoji URL"
            )
        if last.kind == "custom_emoji":
            self.shown.mark(last.kind, last.start, custom_emoji_id=url.partition("=")[2])
        elif link := _link(url):
            self.shown.mark(last.kind, last.start, **link)
        return after

    def _url(self, at: int) -> tuple[str, int]:
        text, url, i = self.text, "", at
        while i < len(text) and text[i] != ")":
            if text[i] == "\\" and i + 1 < len(text) and 0 < ord(text[i + 1]) <= 126:
                i += 1
            url += text[i]
            i += 1
        if i >= len(text):
            where = f"at byte offset {_bytes(text, at)}"
            raise Unreadable(f"can't parse entities: Can't find end of a URL {where}")
        return url, i + 1


def _markdown_v2(text: str) -> Shown:
    return _MarkdownV2(text).read()


class _Html:
    def __init__(self, text: str) -> None:
        self.text = text
        self.shown = Shown()
        self.open: list[Open] = []

    def read(self) -> Shown:
        i = 0
        while i < len(self.text):
            c = self.text[i]
            if c == "&":
                character, i = _reference(self.text, i)
                self.shown.add(character)
            elif c != "<":
                self.shown.add(c)
                i += 1
            elif self.text.startswith("</", i):
                i = self._end(i)
            else:
                i = self._begin(i)
        if self.open:
            self._fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return self.shown

    def _fail(self, what: str, at: int | None = None) -> None:
        where = "" if at is None else f" at byte offset {_bytes(self.text, at)}"
        raise Unreadable(f"can't parse entities: {what}{where}")

    def _until(self, i: int, stops: str) -> int:
        while i < len(self.text) and not self.text[i].isspace() and self.text[i] not in stops:
            i += 1
        return i

    def _spaces(self, i: int) -> int:
        while i < len(self.text) and self.text[i].isspace():
            i += 1
        return i

    def _begin(self, at: int) -> int:
        i = self._until(at + 1, ">")
        if i >= len(self.text):
            self._fail("Unclosed start tag", at)
        tag = self.text[at + 1 : i].lower()
        if tag not in TAGS:
            self._fail(f'Unsupported start tag "{tag}"', at)
        attributes: dict[str, str] = {}
        while (i := self._spaces(i)) < len(self.text) and self.text[i] != ">":
            i = self._attribute(at, i, tag, attributes)
        if i >= len(self.text):
            self._fail("Unclosed start tag", at)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', at)
        wanted = {"a": "href", "code": "class", "tg-emoji": "emoji-id"}.get(tag, "")
        argument = attributes.get(wanted, "")
        kind = TAGS[tag]
        if tag == "blockquote" and "expandable" in attributes:
            kind = "expandable_blockquote"
        begin = len(self.shown.text)
        self.open.append(Open(kind, at, self.shown.units, begin, tag, argument))
        return i + 1

    def _attribute(self, at: int, i: int, tag: str, attributes: dict[str, str]) -> int:
        text, start = self.text, i
        i = self._until(i, "=>")
        name = text[start:i]
        if not name:
            self._fail(f'Empty attribute name in the tag "{tag}"', at)
        i = self._spaces(i)
        if not text.startswith("=", i):
            if name == "expandable":
                attributes[name] = ""
                return i
            self._fail(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', at)
        i = self._spaces(i + 1)
        if text[i : i + 1] in {"'", '"'}:
            end = text.find(text[i], i + 1)
            end = len(text) if end < 0 else end
            value, j = "", i + 1
            while j < end:
                character, j = _reference(text, j) if text[j] == "&" else (text[j], j + 1)
                value += character
            attributes[name] = value
            return end + 1
        end = i
        while end < len(text) and (text[end].isalnum() or text[end] in ".-"):
            end += 1
        if end < len(text) and not text[end].isspace() and text[end] != ">":
            self._fail("Unexpected end of name token", i)
        attributes[name] = text[i:end].lower()
        return end

    def _end(self, at: int) -> int:
        if not self.open:
            self._fail("Unexpected end tag", at)
        i = self._until(at + 2, ">")
        tag = self.text[at + 2 : i].lower()
        i = self._spaces(i)
        if not self.text.startswith(">", i):
            self._fail("Unclosed end tag", at)
        last = self.open[-1]
        if tag and tag != last.tag:
            self._fail(
                f"Unmatched end tag at byte offset {_bytes(self.text, at)}, "
                f'expected "</{last.tag}>", found "</{tag}>"'
            )
        self.open.pop()
        self._mark(last)
        return i + 1

    def _mark(self, last: Open) -> None:
        more: dict[str, Any] = {}
        if last.kind == "text_link":
            more = _link(last.argument or self.shown.text[last.begin :])
            if not more:
                return
        if last.kind == "custom_emoji":
            more = {"custom_emoji_id": last.argument}
        language = last.argument.removeprefix("language-") if last.kind == "code" else ""
        if last.kind == "pre" and self.shown.entities:
            inner = self.shown.entities[-1]
            same = inner["offset"] == last.start and (
                inner["length"] == self.shown.units - last.start
            )
            if inner["type"] == "code" and same and "language" in inner:
                inner["type"] = "pre"
                return
        self.shown.mark(last.kind, last.start, language=language, **more)


def _reference(text: str, at: int) -> tuple[str, int]:
    """Read what begins with an ampersand; one that means nothing stands for itself."""
    end, number = at + 1, 0
    if text.startswith("&#", at):
        base, digits = (16, "0123456789abcdefABCDEF") if text.startswith("x", at + 2) else (10, "")
        end = at + (3 if base == 16 else 2)
        begin = end
        while end < len(text) and text[end] in (digits or "0123456789"):
            end += 1
        number = int(text[begin:end] or "0", base)
        if not 0 < number < 0x10FFFF or end - at >= 10 or 0xD800 <= number <= 0xDFFF:
            return "&", at + 1
        character = chr(number)
    else:
        while end < len(text) and text[end].isascii() and text[end].isalpha():
            end += 1
        name = text[at + 1 : end]
        character = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}.get(name, "")
        if not character:
            return "&", at + 1
    return character, end + 1 if text.startswith(";", end) else end


def _html(text: str) -> Shown:
    shown = _Html(text).read()
    for entity in shown.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return shown
