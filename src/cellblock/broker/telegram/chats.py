"""Which chats a worker may use. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cellblock.broker.telegram.pacing import ChatId

_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{2,31}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,16}", re.ASCII)
_MOST = 2**53


def chat_of(text: int | str) -> ChatId:
    """Read a chat: a number, also as text, or ``@name``. Raises: ValueError."""
    if isinstance(text, str):
        if _NAME.fullmatch(text):
            return text.lower()
        if not _NUMBER.fullmatch(text):
            raise ValueError(
                f"{text[:80]!r} names no chat: write its number, or @name of a public one"
            )
        text = int(text)
    if not 0 < abs(text) < _MOST:
        raise ValueError(f"{text} is the number of no chat")
    return text


class Allowed:
    """The chats of one connection; with none named, every chat."""

    def __init__(self, chats: Iterable[ChatId]) -> None:
        self.chats = frozenset(chats)

    def may_send(self, chat: ChatId, moved: Mapping[int, int]) -> bool:
        """Tell whether *chat*, as it was written, is one of them."""
        return not self.chats or chat in self.chats or self._now(chat, moved)

    def may_hear(self, chat_id: int, username: str, moved: Mapping[int, int]) -> bool:
        """Tell whether what was said in a chat may be read."""
        return self.may_send(chat_id, moved) or f"@{username.lower()}" in self.chats

    def _now(self, chat: ChatId, moved: Mapping[int, int]) -> bool:
        """Tell whether *chat* is what one of them has become."""
        return any(moved.get(known) == chat for known in self.chats if isinstance(known, int))
