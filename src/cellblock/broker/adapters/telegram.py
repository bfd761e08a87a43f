"""`ctx.telegram`: messages and files to chats, and what people write to the bot.

In: a worker's calls, and its operator's settings. Out: flat dicts, or `AdapterError`. The bot's
token stays in `broker.telegram`; which chats a worker may use is judged here.

Source: core.telegram.org/bots/api (Bot API 10.1).
"""

from __future__ import annotations

import asyncio
from typing import Annotated, cast

import msgspec

from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.kind import Kind, Place, Surroundings
from cellblock.broker.reach import Reach
from cellblock.broker.secret import Secret
from cellblock.broker.telegram.answers import ChatInfo, Messages, SentFile, SentText
from cellblock.broker.telegram.bot import Bot
from cellblock.broker.telegram.chats import Allowed, chat_of
from cellblock.broker.telegram.client import CallFailed, Upload, server
from cellblock.broker.telegram.formatting import ParseMode
from cellblock.broker.telegram.pacing import ChatId
from cellblock.broker.telegram.splitting import split, units
from cellblock.limits import (
    TELEGRAM_CALL_S,
    TELEGRAM_CAPTION_UNITS,
    TELEGRAM_DOCUMENT_BYTES,
    TELEGRAM_PHOTO_BYTES,
    TELEGRAM_READ,
)

Limit = Annotated[int, msgspec.Meta(ge=1, le=TELEGRAM_READ)]
_TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "zip": "application/zip",
}
_TOKEN_CHARACTERS = 200
_MAYBE = "the message may or may not have been sent"
_MAYBE_NEXT = "the next one may or may not have been sent"


class TelegramSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One bot, as its operator connects it."""

    token: Secret
    """The bot's token, which @BotFather gives."""
    chat_id: int | str | None = None
    """The chat of calls that name none: its number, or @name of a public one."""
    chats: tuple[int | str, ...] = ()
    """The only chats that workers may write to and read, the one of chat_id among them; none named
    allows all."""
    base_url: str = "https://api.telegram.org"
    """Another Bot API server than Telegram's own."""

    def __post_init__(self) -> None:
        """Refuse what cannot be. Raises: ValueError."""
        for chat in (*self.chats, *([] if self.chat_id is None else [self.chat_id])):
            chat_of(chat)
        if not self.base_url.startswith(("https://", "http://")) or "@" in self.base_url:
            raise ValueError("base_url is no http:// or https:// address")
        Reach.only(self.base_url)
        if not 0 < len(self.token.reveal()) <= _TOKEN_CHARACTERS:
            raise ValueError("token is empty, or too long for one")


class Telegram:
    """One worker's view of a bot."""

    def __init__(self, settings: TelegramSettings, place: Place) -> None:
        self._place = place
        self._clock = place.surroundings.clock
        self._default = None if settings.chat_id is None else chat_of(settings.chat_id)
        named = {chat_of(chat) for chat in settings.chats}
        if named and self._default is not None:
            named.add(self._default)
        self._allowed = Allowed(named)
        assert isinstance(place.shared, Bot)
        self._bot = place.shared
        self._feed = self._bot.feed(self._allowed)
        self._read = self._feed.join(place.worker)

    async def send(
        self, text: str, chat_id: int | str | None = None, parse_mode: ParseMode | None = None
    ) -> SentText:
        """Send *text* to a chat, or to the connection's own.

        Gives ``{"message_id", "chat_id", "message_ids"}``. Text of more than 4,096 characters is
        sent as several messages: *message_id* is the first one's, *message_ids* has them all.
        *parse_mode* is "HTML", "MarkdownV2" or "Markdown". If a message after the first fails, the
        answer beside "error" and "code" has "sent_message_ids".
        Limits: 10 messages of 4,096 UTF-16 code units; one a second in a chat, 20 a minute in a
        group, 30 a second of a bot. Codes: bad_request, policy, denied, too_large, rate_limited,
        network, timeout, server, bad_answer.
        Source: core.telegram.org/bots/api#sendmessage.
        """
        chat = self._chat(chat_id)
        if not text.strip():
            raise AdapterError("the text is empty", "bad_request")
        parts = split(text, parse_mode)
        more = {"parse_mode": parse_mode} if parse_mode else {}
        latest_s = self._latest_s()
        sent: list[int] = []
        for part in parts:
            try:
                if not sent:
                    self._bot.see_room(chat, len(parts), latest_s)
                message = await self._bot.send("sendMessage", chat, {"text": part} | more, latest_s)
            except AdapterError as error:
                if not sent:
                    raise _with_fate(error) from None
                return _partly(error, sent, len(parts))
            sent.append(message.message_id)
            chat = message.chat.id
        assert isinstance(chat, int)
        return {"message_id": sent[0], "chat_id": chat, "message_ids": sent}

    async def read(self, limit: Limit = 20) -> Messages:
        """Give the oldest messages to the bot that this worker has not read, without waiting.

        Gives ``{"messages", "dropped", "left"}``; of each message ``{"message_id", "chat_id",
        "chat_type", "chat_title", "from", "from_id", "text", "content", "date", "reply_to"}``.
        *dropped* counts those that were lost because more than 1,000 were waiting, *left* those
        that still wait. Each worker reads every message; what the host has fetched and no worker
        has read is lost with the host.
        Limits: 1 to 100 at a time. Codes: denied, conflict, rate_limited, network, timeout, server,
        bad_answer.
        Source: core.telegram.org/bots/api#getupdates.
        """
        try:
            async with asyncio.timeout(TELEGRAM_CALL_S):
                await self._bot.poller.ready()
        except TimeoutError:
            text = f"Telegram gave no messages within {TELEGRAM_CALL_S:g} s"
            raise AdapterError(text, "timeout") from None
        failure = self._bot.poller.failure
        answer = self._feed.read(self._read, limit)
        if failure is not None and not answer["messages"]:
            raise AdapterError(str(failure), failure.code)
        return answer

    async def chat_info(self, chat_id: int | str | None = None) -> ChatInfo:
        """Give what Telegram tells of a chat.

        Gives ``{"chat_id", "type", "title", "username", "description"}``; *type* is "private",
        "group", "supergroup" or "channel", *title* the person's name in a private chat, and what a
        chat does not have is "".
        Codes: bad_request, policy, denied, rate_limited, network, timeout, server, bad_answer.
        Source: core.telegram.org/bots/api#getchat.
        """
        answer = await self._bot.look_up(self._chat(chat_id), self._latest_s())
        try:
            chat = _chat_info.decode(answer)
        except msgspec.MsgspecError:
            raise AdapterError("Telegram's answer holds no chat", "bad_answer") from None
        return {
            "chat_id": chat.id,
            "type": chat.type,
            "title": chat.title or f"{chat.first_name} {chat.last_name}".strip(),
            "username": chat.username,
            "description": chat.description or chat.bio,
        }

    async def send_photo(
        self,
        path: str,
        caption: str | None = None,
        *,
        chat_id: int | str | None = None,
        parse_mode: ParseMode | None = None,
    ) -> SentFile:
        """Send an image file of the workspace, to be shown in the chat.

        Gives ``{"message_id", "chat_id"}``.
        Limits: 10 MB; a caption of 1,024 characters. Codes: those of `send`, and those of
        ctx.files: not_found, bad_path, denied, io.
        Source: core.telegram.org/bots/api#sendphoto.
        """
        chat = self._chat(chat_id)
        return await self._file("photo", path, caption, chat, parse_mode)

    async def send_document(
        self,
        path: str,
        caption: str | None = None,
        *,
        chat_id: int | str | None = None,
        parse_mode: ParseMode | None = None,
    ) -> SentFile:
        """Send any file of the workspace, to be downloaded.

        Gives ``{"message_id", "chat_id"}``.
        Limits: 50 MB; a caption of 1,024 characters. Codes: those of `send_photo`.
        Source: core.telegram.org/bots/api#senddocument.
        """
        chat = self._chat(chat_id)
        return await self._file("document", path, caption, chat, parse_mode)

    async def close(self) -> None:
        """Keep the place up to which this worker has read, for when it comes back."""
        self._feed.leave(self._place.worker, self._read)

    async def _file(
        self, what: str, path: str, caption: str | None, chat: ChatId, mode: ParseMode | None
    ) -> SentFile:
        files = self._place.files
        if files is None:
            raise CallRefused(
                f"ctx.telegram.send_{what} sends a file of the workspace, and there is none: "
                "start the host with a files directory (--files DIR, or files=)"
            )
        if caption and mode is None and units(caption) > TELEGRAM_CAPTION_UNITS:
            raise AdapterError(
                f"the caption has {units(caption):,} characters; Telegram takes "
                f"{TELEGRAM_CAPTION_UNITS:,}; send the rest with send",
                "too_large",
            )
        latest_s = self._latest_s()
        limit_bytes = TELEGRAM_PHOTO_BYTES if what == "photo" else TELEGRAM_DOCUMENT_BYTES
        fields = {"caption": caption} if caption else {}
        if mode is not None:
            fields["parse_mode"] = mode

        async def load() -> Upload:
            content = await files.content(path, limit_bytes)
            if not content:
                raise AdapterError(f"{path} is empty; Telegram takes no empty file", "bad_request")
            name = path.rstrip("/").rpartition("/")[2]
            kind = _TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
            return Upload(what, name, kind, content)

        try:
            message = await self._bot.send(f"send{what.title()}", chat, fields, latest_s, load)
        except AdapterError as error:
            raise _with_fate(error) from None
        return {"message_id": message.message_id, "chat_id": message.chat.id}

    def _chat(self, chat_id: int | str | None) -> ChatId:
        """Read and judge the chat of a call. Raises: CallRefused, AdapterError."""
        if chat_id is None:
            if self._default is None:
                raise CallRefused(
                    f"no chat_id is given, and the connection {self._place.connection} has no "
                    "chat_id for such calls",
                    "ValueError",
                )
            return self._default
        try:
            chat = chat_of(chat_id)
        except ValueError as error:
            raise AdapterError(str(error), "bad_request") from None
        if not self._allowed.may_send(chat, self._bot.moved):
            raise AdapterError(
                f"policy: the chat {chat} is not among those that the connection "
                f"{self._place.connection} allows",
                "policy",
            )
        return chat

    def _latest_s(self) -> float:
        return self._clock.monotonic_s() + TELEGRAM_CALL_S


class _ChatInfo(msgspec.Struct):
    id: int
    type: str
    title: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    description: str = ""
    bio: str = ""


_chat_info = msgspec.json.Decoder(_ChatInfo)


def _with_fate(error: AdapterError) -> AdapterError:
    """Have the error say what became of the message, where it is not plain."""
    if isinstance(error, CallFailed):
        return error if error.undone else AdapterError(f"{error}; {_MAYBE}", error.code)
    if error.code == "rate_limited":
        return AdapterError(f"{error}; nothing was sent", error.code)
    return error


def _partly(error: AdapterError, sent: list[int], count: int) -> SentText:
    """Answer for a text whose messages were not all sent."""
    text = f"of {count} messages {len(sent)} were sent, and then: {error}"
    if isinstance(error, CallFailed) and not error.undone:
        text = f"{text}; {_MAYBE_NEXT}"
    return cast("SentText", {"error": text, "code": error.code, "sent_message_ids": sent})


def _bot(settings: TelegramSettings, surroundings: Surroundings) -> Bot:
    return Bot(surroundings, settings.base_url, settings.token)


KIND = Kind(
    name="telegram",
    summary="Messages and files from a Telegram bot to chats, and what people write to it.",
    settings=TelegramSettings,
    worker=Telegram,
    shared=_bot,
    reaching=frozenset({"base_url"}),
    # Telegram lets one program at a time read a bot's messages, whatever connections there are.
    shared_by=lambda settings: (server(settings.base_url), settings.token),
)
"""Telegram."""
