"""What people write to a bot, as a worker reads it: one flat dict for each message. Pure.

In: the JSON text of one update. Out: a `Heard`, or nothing for what is no message that is read.

Source: core.telegram.org/bots/api#message.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cellblock.broker.telegram.answers import Message
from cellblock.limits import TELEGRAM_MESSAGE_UNITS

UPDATES = ["message", "channel_post"]
"""The kinds of update that are asked for; an edited message is not told again."""
_NAME_CHARACTERS = 300
"""More than Telegram's names have: a thousand messages are kept, so none may be of any size."""
_CONTENTS = (
    "animation",  # which comes with a document too, so it stands before it
    "photo",
    "document",
    "audio",
    "voice",
    "video",
    "video_note",
    "sticker",
    "contact",
    "location",
    "poll",
    "dice",
)


class _Chat(msgspec.Struct):
    id: int
    type: str
    title: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""


class _User(msgspec.Struct):
    id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class _Reply(msgspec.Struct):
    message_id: int


class _Message(msgspec.Struct, rename={"sender": "from"}):
    message_id: int
    date: int
    chat: _Chat
    sender: _User | None = None
    text: str | None = None
    caption: str | None = None
    reply_to_message: _Reply | None = None
    migrate_to_chat_id: int | None = None


class _Numbered(msgspec.Struct):
    update_id: int


@dataclass(frozen=True, slots=True)
class Heard:
    """One message, and what is asked to judge who may read it."""

    chat_id: int
    username: str
    """The chat's public name, or nothing."""
    moved_to: int | None
    """The number that the chat has from now on."""
    told: Message | None
    """What a worker reads; None for a message of service, which holds nothing to read."""


_numbered = msgspec.json.Decoder(_Numbered)
_message = msgspec.json.Decoder(_Message)
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])


def number(update: bytes) -> int:
    """Give the update's number. Raises: msgspec.MsgspecError."""
    return _numbered.decode(update).update_id


def heard(update: bytes) -> Heard | None:
    """Read one update. Raises: msgspec.MsgspecError for what is no update."""
    told = _keys.decode(update)
    text = next((told[kind] for kind in UPDATES if kind in told), None)
    if text is None:
        return None
    message = _message.decode(text)
    chat = message.chat
    return Heard(chat.id, chat.username, message.migrate_to_chat_id, _told(message, text))


def _told(message: _Message, text: bytes) -> Message | None:
    present = _keys.decode(text)
    found = [name for name in _CONTENTS if name in present]
    if message.text is None and not found:
        return None
    chat, sender, reply = message.chat, message.sender, message.reply_to_message
    return {
        "message_id": message.message_id,
        "chat_id": chat.id,
        "chat_type": chat.type,
        "chat_title": (chat.title or _name(chat))[:_NAME_CHARACTERS],
        "from": (sender.username or _name(sender))[:_NAME_CHARACTERS] if sender else "",
        "from_id": sender.id if sender else None,
        "text": (message.text or message.caption or "")[:TELEGRAM_MESSAGE_UNITS],
        "content": "text" if message.text is not None else found[0],
        "date": message.date,
        "reply_to": reply.message_id if reply else None,
    }


def _name(person: _Chat | _User) -> str:
    return f"{person.first_name} {person.last_name}".strip()
