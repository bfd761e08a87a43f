"""Bytes that a hostile worker could send, drawn from a source of choices.

In: a function that chooses a number below a bound; Hypothesis, a fuzzer's input and a seeded
generator can all be one. Out: payloads, streams of frames, and ways to cut them. Nothing is judged
here, and nothing of the host's is used to build what it must refuse.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

Choose = Callable[[int], int]
"""Gives a number from 0 up to, not including, its argument."""
_Item = TypeVar("_Item")
_DEEP = (3, 64, 1_000, 20_000)


class Tape:
    """Choices read from bytes, one or more bytes each; zeros once the bytes are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __call__(self, bound: int) -> int:
        """Choose a number below *bound*."""
        size = max(1, ((bound - 1).bit_length() + 7) // 8)
        taken, self._at = self._data[self._at : self._at + size], self._at + size
        return int.from_bytes(taken, "big") % bound

    def __repr__(self) -> str:
        return f"Tape({self._data!r})"

    @property
    def over(self) -> bool:
        """Whether all bytes are used up."""
        return self._at >= len(self._data)

    def rest(self) -> bytes:
        """Give the bytes that are left, as they are."""
        taken, self._at = self._data[self._at :], len(self._data)
        return taken


class Raw(bytes):
    """A piece of msgpack as it stands, however wrong."""

    __slots__ = ()


class Pairs(list[tuple[Any, Any]]):
    """A map that may hold a key twice."""


def pick(choose: Choose, items: Sequence[_Item]) -> _Item:
    """Choose one of *items*."""
    return items[choose(len(items))]


# Values of the right shape

_TEXTS = (
    *("", "k", "\0", "\x1b[2J", "é\u202e", "\U0001f600" * 9, "\ufffe", "a" * 300),
    *("a/b", "..", "/etc/passwd", "../x", "a/../b", ".", "./a", "a//b", "a/", "~", "a\\b"),
    *("k" * 512, "k" * 513, "é" * 300, "a" * 4_000),
    *("x/" * 17 + "y", "b" * 201, ".cellblock-0"),
    *("shop", "files", "state", "add", "give", "__class__"),
)
_JSONS = (
    *(b"1", b"[]", b"{}", b"null", b"NaN", b"-0", b"1e999", b'"\\ud800"', b"", b"\xff", b"1 2"),
    *(b"[[1], {}]", b'[[1], {"b": 2}]', b'[[], {"self": 1}]', b"[[], {}, 0]", b"[[1, 2, 3], {}]"),
    *(b'[["x", []], {}]', b"[{}, []]", b'[[{"a": NaN}], {}]', b'{"a": 1, "a": 2}'),
    *(b"[" * 2_000, b"123456789" * 40),
)
_NUMBERS = (0, 1, 2, 3, 7, 100, 50_000, 50_001, 2**31, 2**53, 2**63 - 1, 2**64 - 1, -1, -(2**63))
_TIMES = (0.0, 1.7e9, -1.0, 1e308, float("inf"), float("-inf"), float("nan"))
_LEVELS = ("debug", "info", "warn", "error")


def _text(choose: Choose) -> str:
    if choose(3):
        return pick(choose, _TEXTS)
    return "".join(chr(choose(0xD800)) for _ in range(choose(9)))


def _json(choose: Choose) -> bytes:
    return pick(choose, _JSONS) if choose(4) else bytes(choose(256) for _ in range(choose(17)))


_URLS = (
    *("http://a.example/", "https://a.exampl:8443/", "http://", "http://127.0.0.1", "//", "file:"),
    *(
        "http://a@",
        "http://[::ffff:",
        "http://169.254.169.254",
        "http://2130706433",
        "http://a.",
        "h",
    ),
)


def _line(choose: Choose) -> dict[str, Any]:
    return {"level": pick(choose, _LEVELS), "message": _text(choose), "at": pick(choose, _TIMES)}


def _finding(choose: Choose) -> dict[str, Any]:
    return {
        "severity": pick(choose, ("error", "warning")),
        "line": pick(choose, _NUMBERS),
        "column": pick(choose, _NUMBERS),
        "code": _text(choose),
        "message": _text(choose),
        "hint": _text(choose),
    }


def _call(choose: Choose) -> dict[str, Any]:
    """Build one ctx call, or what looks like one."""
    # Few names, so that what one call wrote is what another reads.
    path = pick(choose, ("k", "a/b")) if choose(2) else _text(choose)
    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "StateGet": lambda: {"key": path},
        "StateSet": lambda: {"key": path, "value": _json(choose)},
        "StateDelete": lambda: {"key": path},
        "StateKeys": lambda: {"after": path},
        "StatePage": lambda: {"after": path},
        "FilesRead": lambda: {
            "path": path,
            "offset": pick(choose, _NUMBERS),
            "limit": pick(choose, _NUMBERS),
            "whole": bool(choose(2)),
            "encoding": pick(choose, ("utf-8", "base64")),
        },
        "FilesWrite": lambda: {"path": path, "content": _json(choose), "append": bool(choose(2))},
        "FilesList": lambda: {"prefix": path, "after": path},
        "FilesDelete": lambda: {"path": path},
        "HttpRequest": lambda: {
            "method": pick(choose, ("GET", "post", "PUT", "CONNECT", path)),
            "url": pick(choose, _URLS) + (_text(choose) if choose(2) else ""),
            "headers": [
                [pick(choose, ("X", "host", _text(choose))), pick(choose, ("x", _text(choose)))]
                for _ in range(choose(2))
            ],
            "body": _json(choose),
            "timeout_s": pick(choose, (1.0, 30.0, *_TIMES)),
        },
        "AdapterCall": lambda: {
            "adapter": pick(choose, ("shop", "shop", "files", "state", "log", "", path)),
            "method": pick(choose, ("add", "give", "__init__", "", path)),
            "arguments": _json(choose),
        },
    }
    name = pick(choose, tuple(calls))
    return {"type": name} | calls[name]()


KINDS = "Jailed Unjailed Sealed Loaded Log Ask Finished Failed Diagnosed".split()
"""What a worker can say; each is a member of ``wire.messages.Up``."""


def said(choose: Choose, kind: str, serial: int) -> dict[str, Any]:
    """Build a message of this kind, as the maps and lists that it has on the wire.

    It is valid but for texts that may be longer than our own code would send.
    """
    fields: dict[str, Callable[[], dict[str, Any]]] = {
        "Jailed": lambda: {"canaries": {_text(choose): _text(choose) for _ in range(choose(3))}},
        "Unjailed": lambda: {"reason": _text(choose)},
        "Loaded": lambda: {"has_setup": bool(choose(2)), "has_on_error": bool(choose(2))},
        "Log": lambda: {"lines": [_line(choose) for _ in range(choose(23))]},
        "Ask": lambda: {"serial": serial, "call": _call(choose)},
        "Failed": lambda: {
            "failure": {
                "kind": pick(choose, ("error", "timeout", "memory")),
                "type": _text(choose),
                "message": _text(choose),
                "traceback": _text(choose),
            }
        },
        "Diagnosed": lambda: {"findings": [_finding(choose) for _ in range(choose(4))]},
    }
    return {"type": kind} | fields.get(kind, dict)()


# Msgpack, written by hand so that it can be wrong


def _head(choose: Choose | None, length: int, small: int, most: int, wide: bytes) -> bytes:
    """Write the head of a text, list or map; with *choose* the length may be a lie."""
    if choose is not None and not choose(24):
        length = pick(choose, (0, length + 1, max(0, length - 1), 0xFFFF, 2**31, 2**32 - 1))
    if length <= most:
        return bytes([small | length])
    return wide + length.to_bytes(4, "big")


def pack(value: Any, choose: Choose | None = None) -> bytes:
    """Write *value* as msgpack; with *choose* an announced length is a lie now and then."""
    match value:
        case Raw():
            packed = bytes(value)
        case str():
            data = value.encode("utf-8")
            packed = _head(choose, len(data), 0xA0, 31, b"\xdb") + data
        case bytes():
            packed = b"\xc6" + len(value).to_bytes(4, "big") + value
        case dict():
            packed = pack(Pairs(value.items()), choose)
        case Pairs():
            body = b"".join(pack(key, choose) + pack(item, choose) for key, item in value)
            packed = _head(choose, len(value), 0x80, 15, b"\xdf") + body
        case list():
            body = b"".join(pack(item, choose) for item in value)
            packed = _head(choose, len(value), 0x90, 15, b"\xdd") + body
        case _:
            packed = _atom(value)
    return packed


def _atom(value: float | bool | None) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if value < 0:
        return b"\xd3" + struct.pack(">q", value)
    return bytes([value]) if value < 128 else b"\xcf" + struct.pack(">Q", value)


def oddity(choose: Choose) -> Any:
    """Choose a value that no field expects, or that is no msgpack."""
    depth = pick(choose, _DEEP)
    return pick(
        choose,
        (
            Raw(b"\x91" * depth + b"\x01"),  # lists in one another
            Raw(b"\x81\xa1x" * depth + b"\xc0"),  # maps in one another
            Raw(b"\x91" * depth),  # and without an end
            Raw(b"\xdd\xff\xff\xff\xff"),  # a list of four billion
            Raw(b"\xdf\xff\xff\xff\xff"),  # a map of four billion
            Raw(b"\xdb\xff\xff\xff\xff"),  # a text, bytes, an extension as long
            Raw(b"\xc6\xff\xff\xff\xff"),
            Raw(b"\xc9\xff\xff\xff\xff\x01"),
            Raw(
                b"\xa2\xff\xfe"
            ),  # texts that are no UTF-8: wild bytes, half a pair, an overlong one
            Raw(b"\xa3\xed\xa0\x80"),
            Raw(b"\xa2\xc0\x80"),
            Raw(b"\xd4\x01\x00"),  # extensions: one of ours to nobody, and the three timestamps
            Raw(b"\xd6\xff\xff\xff\xff\xff"),
            Raw(b"\xd7\xff" + b"\xff" * 8),
            Raw(b"\xc7\x0c\xff" + b"\xff" * 12),
            Raw(b"\xc1"),  # the byte that means nothing
            Raw(b""),
            Raw(b"\xca\x7f\xc0\x00\x00"),  # not a number, in four bytes
            float("nan"),
            2**64 - 1,
            -(2**63),
            None,
            True,
            "",
            b"",
            [],
            {},
            {"type": "Ask"},
            "x" * 20_000,
            Pairs([(1, 2), (None, []), (1.5, {})]),
        ),
    )


def _bend(choose: Choose, value: Any) -> Any:
    """Change one place of a tree: a leaf, a key, a field less, more or twice."""
    if isinstance(value, dict) and value:
        pairs = Pairs(value.items())
        at = choose(len(pairs))
        key, item = pairs[at]
        match choose(8):
            case 0:
                pairs[at : at + 1] = []
            case 1:
                pairs[at] = (oddity(choose), item)
            case 2:
                pairs.append((key, oddity(choose)))
            case 3:
                pairs.append(("more", oddity(choose)))
            case _:
                pairs[at] = (key, _bend(choose, item))
        return pairs
    if isinstance(value, list) and value and choose(4):
        at = choose(len(value))
        return [*value[:at], _bend(choose, value[at]), *value[at + 1 :]]
    return oddity(choose)


def payload(choose: Choose, serial: int = 1) -> bytes:
    """Build one payload: a message, a message gone wrong, or none at all."""
    message = said(choose, pick(choose, KINDS), serial)
    match choose(8):
        case 0 | 1 | 2:
            return pack(message)
        case 3 | 4:
            return pack(_bend(choose, message))
        case 5:
            return pack(message, choose)
        case 6:
            return spoiled(choose, pack(message))
        case _:
            return pack(oddity(choose))


def spoiled(choose: Choose, data: bytes) -> bytes:
    """Change, put in or take out a few bytes."""
    found = bytearray(data)
    for _ in range(1 + choose(3)):
        at = choose(len(found) + 1)
        found[at : at + choose(3)] = bytes(choose(256) for _ in range(choose(3)))
    return bytes(found)


def framed(data: bytes) -> bytes:
    """Put the true length before a payload."""
    return len(data).to_bytes(4, "big") + data


def stream(choose: Choose, serial: int = 1) -> bytes:
    """Build up to four frames in a row, some with a length that is a lie."""
    found = b""
    for number in range(1 + choose(4)):
        data = payload(choose, serial + number)
        match choose(10):
            case 0:
                lie = pick(choose, (0, 1, len(data) + 1, 8_000_000, 8_000_001, 2**31, 2**32 - 1))
                found += lie.to_bytes(4, "big") + data
            case 1:
                found += spoiled(choose, framed(data))
            case 2:
                found += data
            case _:
                found += framed(data)
    return found


def pieces(choose: Choose, data: bytes) -> list[bytes]:
    """Cut *data* at up to five places, some of them within the first header, or into bytes."""
    if len(data) < 2_000 and not choose(6):
        return [data[at : at + 1] for at in range(len(data))]
    near = min(len(data), 6)
    cuts = {choose(near + 1) if choose(2) else choose(len(data) + 1) for _ in range(choose(6))}
    marks = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(marks) if start < end]
