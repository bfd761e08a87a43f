"""Credentials on the host: held so that they are not printed by chance, and taken out of texts.

Nothing here protects from code that runs in the host; it protects from logs, error texts and
answers, into which a far side or a traceback could carry a key.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, AnyStr, NoReturn
from urllib.parse import quote, quote_plus

from cellblock.errors import OperatorFault

_UNESCAPED = re.compile(r"[A-Za-z0-9_.~-]{12,}")
_TO_URL = str.maketrans("+/", "-_")
HIDDEN = "•••"
LONGEST = 20_000
"""A longer text is no secret: every line that leaves the host is searched for all of them."""
_PARTS = 200
"""Parts of one secret that are found by themselves: all lines of any key."""
SHORTEST = 6
"""A text shorter than this is no secret worth the name, and would be found everywhere."""


class Secret:
    """A credential. It prints as dots; `reveal` gives its text to the code that sends it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text. Never format it into an error, a log line or an address that is shown."""
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")


def secret_hook(kind: type, value: Any) -> Any:
    """Turn a str into the `Secret` that a settings Struct asks for: a ``dec_hook`` of msgspec."""
    if kind is not Secret:
        raise NotImplementedError(f"no way to make a {kind.__name__}")
    if not isinstance(value, str):
        raise TypeError("a secret is text")
    return Secret(value)


def usable_secret(name: str, value: str) -> str:
    """Refuse what cannot be kept, or could not be found again in a text that tells it.

    Limits: `SHORTEST`, `LONGEST`. Raises: OperatorFault("bad-secret"), without the value.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        value = "\0"
    if "\0" in value:
        raise OperatorFault("bad-secret", f"{name} is no text", "enter it again")
    if len(value) < SHORTEST:
        raise OperatorFault(
            "bad-secret",
            f"{name} has fewer than {SHORTEST} characters",
            "so short a text could not be taken out of logs and errors; use a longer one",
        )
    if len(value) > LONGEST:
        raise OperatorFault(
            "bad-secret", f"{name} has {len(value):,} characters", f"at most {LONGEST:,}"
        )
    return value


class Scrubber:
    """Knows the secrets in use, and takes them out of what leaves the host.

    A secret is found whole or not at all, so cut a text after this, never before. Were a part of
    one struck out, whoever can have their own words said back to them could find it out letter by
    letter; as it is, they learn whether a guess of all of it is right.
    Limits: a secret shorter than `SHORTEST` is not hidden.
    """

    def __init__(self) -> None:
        self._added: Counter[str] = Counter()
        self._forms: dict[str, set[str]] = {}
        self._in_text: dict[str, str] = {}
        self._in_json: dict[bytes, bytes] = {}
        self._in_bytes: dict[bytes, bytes] = {}

    def add(self, secret: Secret) -> None:
        """Hide *secret* from now on, in every form in which a far side may say it again."""
        text = secret.reveal()
        if len(text) < SHORTEST:
            return
        self._added[text] += 1
        if text not in self._forms:
            self._forms[text] = {form for form in _forms(text) if len(form) >= SHORTEST}
            self._arrange()

    def forget(self, secret: Secret) -> None:
        """Hide *secret* no more, once that was said as often as it was added."""
        text = secret.reveal()
        if text not in self._forms:
            return
        self._added[text] -= 1
        if self._added[text] <= 0:
            del self._added[text], self._forms[text]
            self._arrange()

    def _arrange(self) -> None:
        known = set().union(*self._forms.values())
        # The longest first, or a part of one would spoil the sight of another.
        forms = sorted(known, key=lambda form: (-len(form), form))
        dots = HIDDEN.encode()
        self._in_text = dict.fromkeys(forms, HIDDEN)
        self._in_bytes = {form.encode("utf-8", "replace"): dots for form in forms}
        self._in_json = {
            json.dumps(form, ensure_ascii=False)[1:-1].encode("utf-8", "replace"): (
                b"9" * len(form) if form.isdigit() else dots
            )
            for form in forms
        }

    def text(self, text: str) -> str:
        """Give *text* with dots in the place of every secret."""
        return _replaced(text, self._in_text)

    def data(self, data: bytes) -> bytes:
        """Give an adapter's answer with dots in the place of every secret.

        It is JSON, which it stays, and may have a body of any bytes beneath its one line. A secret
        of digits alone, which a number in JSON may hold, gives way to nines.
        """
        if not self._in_json:
            return data
        line, end, body = data.partition(b"\n")
        return _replaced(line, self._in_json) + end + _replaced(body, self._in_bytes)


def _replaced(text: AnyStr, forms: Mapping[AnyStr, AnyStr]) -> AnyStr:
    for form, instead in forms.items():
        if form in text:
            text = text.replace(form, instead)
    return text


def _forms(text: str) -> Iterator[str]:
    """Give the forms of a text, and of the parts of it that no address, JSON or HTML escapes.

    However often the whole is escaped, such a part stays as it is.
    """
    yield from _said_again(text)
    for found in islice(_UNESCAPED.finditer(text), _PARTS):
        if not (part := found[0]).isdigit():
            yield from _said_again(part)


def _said_again(text: str) -> Iterator[str]:
    """Give a text as it is, in letters of one size, in an address, in JSON, HTML or Python, as
    base64 and in hexadecimal.

    What is JSON in itself is escaped once more in an answer.
    """
    once = (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield from (*once, text.lower(), text.upper())
    for escaped in once:
        yield json.dumps(escaped)[1:-1]
        yield json.dumps(escaped, ensure_ascii=False)[1:-1]
        yield escaped.replace("/", "\\/")
    yield from (html.escape(text), html.escape(text, quote=False), repr(text)[1:-1])
    for quoted in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    plain = text.encode("utf-8", "replace")
    yield from (plain.hex(), plain.hex().upper())
    for before in range(3):
        # Where a secret stands in what is encoded shifts its letters; those at its ends also
        # hold bits of its neighbours, and are left out.
        encoded = base64.b64encode(bytes(before) + plain).decode()
        inner = encoded[-(-before * 4 // 3) : (before + len(plain)) * 4 // 3]
        yield from (inner, inner.translate(_TO_URL))
