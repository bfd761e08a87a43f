"""Credentials on the host: held so that they are not printed by chance, and taken out of texts.

Nothing here protects from code that runs in the host; it protects from logs, error texts and
answers, into which a far side or a traceback could carry a key.
"""

from __future__ import annotations

import base64
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

HIDDEN = "•••"
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


class Scrubber:
    """Knows the secrets in use, and takes them out of what leaves the host."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()

    def add(self, secret: Secret) -> None:
        """Hide *secret* from now on, also percent-encoded and as base64."""
        text = secret.reveal()
        if len(text) < SHORTEST:
            return
        plain = text.encode("utf-8", "replace")
        # In base64 two characters at the end depend on what follows.
        encoded = base64.b64encode(plain).decode().rstrip("=")[: len(plain) * 4 // 3]
        found = {text, quote(text, safe=""), quote(text), quote_plus(text), encoded}
        # The longest first, or a part of one would spoil the sight of another.
        self._forms = tuple(sorted({*self._forms, *found}, key=lambda form: (-len(form), form)))

    def text(self, text: str) -> str:
        """Give *text* with dots in the place of every secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def data(self, data: bytes) -> bytes:
        """Give UTF-8 *data* with dots in the place of every secret."""
        for form in self._forms:
            needle = form.encode("utf-8", "replace")
            if needle in data:
                data = data.replace(needle, HIDDEN.encode())
        return data
