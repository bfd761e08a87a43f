"""What people write to a bot, as a worker reads it: one flat dict for each message. Pure.

In: the JSON text of one update. Out: a `Heard`, or nothing for what is no message that is read.

Source: core.telegram.org/bots/api#message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

from cellblock.broker.telegram.answers import Message
from cellblock.limits import TELEGRAM_MESSAGE_UNITS

UPDATES = ["message", "channel_post"]
"""The kinds of update that are asked for; an edited message is not told again."""
_NAME_CHARACTERS = 300
"""More than Telegram's names have: a thousand messages are kept, so none may be of any size."""
_UPDATE_BYTES = 1_000_000
"""More than an update has: a text of 4,096 characters, and one that it answers."""
_NONE = msgspec.Raw()
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


_Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
"""What Telegram says of its numbers: at most 52 bits of them are used."""


class _Chat(msgspec.Struct):
    id: _Number
    type: str
    title: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""


class _User(msgspec.Struct):
    id: _Number
    first_name: str = ""
    last_name: str = ""
    username: str = ""


class _Reply(msgspec.Struct):
    message_id: _Number


class _Message(msgspec.Struct, rename={"sender": "from"}):
    message_id: _Number
    date: _Number
    chat: _Chat
    sender: _User | None = None
    text: str | None = None
    caption: str | None = None
    reply_to_message: _Reply | None = None
    migrate_to_chat_id: _Number | None = None


class _Numbered(msgspec.Struct):
    update_id: _Number


class _Update(msgspec.Struct):
    message: msgspec.Raw = _NONE
    channel_post: msgspec.Raw = _NONE


_Contents = msgspec.defstruct("_Contents", [(name, msgspec.Raw, _NONE) for name in _CONTENTS])


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
# Of what is known alone, for a dict of all that an update holds may have any number of keys.
_update = msgspec.json.Decoder(_Update)
_contents = msgspec.json.Decoder(_Contents)


def number(update: bytes) -> int:
    """Give the update's number. Raises: msgspec.MsgspecError."""
    return _numbered.decode(update).update_id


def heard(update: bytes) -> Heard | None:
    """Read one update. Raises: msgspec.MsgspecError for what is no update."""
    if len(update) > _UPDATE_BYTES:
        raise msgspec.ValidationError(f"it has {len(update):,} bytes")
    told = _update.decode(update)
    text = next((text for text in (told.message, told.channel_post) if text), None)
    if text is None:
        return None
    message = _message.decode(text)
    chat = message.chat
    return Heard(chat.id, chat.username, message.migrate_to_chat_id, _told(message, text))


def _told(message: _Message, text: bytes) -> Message | None:
    present = _contents.decode(text)
    found = [name for name in _CONTENTS if getattr(present, name)]
    if message.text is None and not found:
        return None
    chat, sender, reply = message.chat, message.sender, message.reply_to_message
    return {
        "message_id": message.message_id,
        "chat_id": chat.id,
        "chat_type": chat.type[:_NAME_CHARACTERS],
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
