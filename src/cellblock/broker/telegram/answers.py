"""The dicts that calls of ctx.telegram answer, by key. They are types alone."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class SentFile(TypedDict):
    """The message as it stands in the chat."""

    message_id: int
    chat_id: int


class SentText(SentFile):
    """The first message that a text became; *message_ids* has them all."""

    message_ids: list[int]
    sent_message_ids: NotRequired[list[int]]
    """Beside an error: what was sent before it."""


Message = TypedDict(
    "Message",
    {
        "message_id": int,
        "chat_id": int,
        "chat_type": str,
        "chat_title": str,
        "from": str,
        "from_id": int | None,
        "text": str,
        "content": str,
        "date": int,
        "reply_to": int | None,
    },
)
"""What somebody wrote; *date* is in seconds since 1970 (UTC)."""


class Messages(TypedDict):
    """Messages not read before, the oldest first."""

    messages: list[Message]
    dropped: int
    left: int


class ChatInfo(TypedDict):
    """A chat; what it does not have is an empty text."""

    chat_id: int
    type: str
    """private, group, supergroup or channel."""
    title: str
    username: str
    description: str
