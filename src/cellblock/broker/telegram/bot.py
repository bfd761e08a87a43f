"""One bot of a host: its connections to Telegram, its pace and its reader, shared by its workers.

In: messages to send, each with the time until which it may wait. Out: what Telegram answered. A
message is sent again only if it certainly was not sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.kind import Surroundings
from cellblock.broker.secret import Secret
from cellblock.broker.telegram.chats import Allowed
from cellblock.broker.telegram.client import BotApi, CallFailed, Upload
from cellblock.broker.telegram.feed import Feed
from cellblock.broker.telegram.messages import Heard
from cellblock.broker.telegram.pacing import ChatId, Pace
from cellblock.broker.telegram.poller import Poller

_AGAIN_S = (0.5, 1.0, 2.0)
"""Pauses before another try at a Telegram that cannot be reached."""
_LEFT_S = 1.0
"""Time that a request is left at the least by what is waited for before it."""
_UPLOADS = 2
"""Files that are held in memory at a time, each of up to 50 MB."""
_MOVED = 1_000
_CHECK_S = 10.0

Load = Callable[[], Awaitable[Upload]]
"""Reads a file when it is its turn, so that few are held in memory."""


class Sent(msgspec.Struct):
    """The message as it stands in the chat."""

    message_id: int
    chat: _Chat


class _Chat(msgspec.Struct):
    id: int


class _User(msgspec.Struct):
    username: str
    first_name: str


_user = msgspec.json.Decoder(_User)
_sent = msgspec.json.Decoder(Sent)


class Bot:
    """What the workers of one bot share."""

    def __init__(self, surroundings: Surroundings, base_url: str, token: Secret) -> None:
        self._api = BotApi(surroundings.web, base_url, token)
        self._clock = surroundings.clock
        self._pace = Pace()
        self._feeds: dict[frozenset[ChatId], Feed] = {}
        self._moved: dict[int, int] = {}
        self.poller = Poller(self._api, self._clock, surroundings.scrub, self._heard)
        self._uploads = asyncio.Semaphore(_UPLOADS)

    async def check(self) -> dict[str, Any]:
        """Ask who the bot is. Raises: CallFailed."""
        answer = await self._api.call("getMe", {}, timeout_s=_CHECK_S)
        try:
            user = _user.decode(answer)
        except msgspec.MsgspecError:
            raise CallFailed("Telegram's answer holds no bot", "bad_answer", undone=True) from None
        return {"bot": f"@{user.username}", "name": user.first_name}

    @property
    def moved(self) -> Mapping[int, int]:
        """Groups that became supergroups: the number they had, and the one they have."""
        return self._moved

    def feed(self, allowed: Allowed) -> Feed:
        """Give the messages of some chats."""
        return self._feeds.setdefault(allowed.chats, Feed())

    async def send(
        self,
        method: str,
        chat: ChatId,
        fields: dict[str, Any],
        latest_s: float,
        load: Load | None = None,
    ) -> Sent:
        """Send one message, when it is its turn; *load* reads the file that goes with it.

        Raises: CallFailed, AdapterError, and what *load* raises.
        """
        answer = await self._ask(method, chat, fields, latest_s, load)
        try:
            return _sent.decode(answer)
        except msgspec.MsgspecError:
            raise CallFailed(
                "Telegram's answer holds no message", "bad_answer", undone=False
            ) from None

    def see_room(self, chat: ChatId, count: int, latest_s: float) -> None:
        """Refuse what could only be sent in part. Raises: AdapterError("rate_limited")."""
        last_s = self._pace.last_s(chat, count, self._clock.monotonic_s())
        if last_s > self._begin_by_s(latest_s):
            raise self._too_fast(chat)

    async def look_up(self, chat: ChatId, latest_s: float) -> msgspec.Raw:
        """Ask about a chat. Raises: CallFailed, AdapterError."""
        return await self._ask("getChat", chat, {}, latest_s)

    async def _ask(
        self,
        method: str,
        chat: ChatId,
        fields: dict[str, Any],
        latest_s: float,
        load: Load | None = None,
    ) -> msgspec.Raw:
        failures, moved = 0, False
        while True:
            if isinstance(chat, int):
                chat = self._moved.get(chat, chat)
            if failures == 0:  # a turn that was not used is still there
                await self._turn(chat, latest_s, sending=method != "getChat")
            try:
                return await self._call(method, {"chat_id": chat} | fields, latest_s, load)
            except CallFailed as failure:
                if failure.moved_to is not None and not moved:
                    moved = self._move(chat, failure.moved_to)
                    if moved:
                        continue
                if failure.retry_after_s is not None:
                    now_s = self._clock.monotonic_s()
                    self._pace.halt(chat, now_s, failure.retry_after_s)
                    failures = 0
                    continue
                if not failure.undone or failure.code != "network" or failures == len(_AGAIN_S):
                    raise
                if self._clock.monotonic_s() + _AGAIN_S[failures] > latest_s - _LEFT_S:
                    raise
            await asyncio.sleep(_AGAIN_S[failures])
            failures += 1

    async def _call(
        self, method: str, fields: dict[str, Any], latest_s: float, load: Load | None
    ) -> msgspec.Raw:
        if load is None:
            return await self._api.call(method, fields, timeout_s=self._left_s(latest_s))
        try:
            async with asyncio.timeout(self._left_s(latest_s)):
                await self._uploads.acquire()
        except TimeoutError:
            text = "too many files are on their way to Telegram"
            raise AdapterError(text, "rate_limited") from None
        try:
            try:
                async with asyncio.timeout(self._left_s(latest_s)):
                    upload = await load()
            except TimeoutError:
                raise self._too_late() from None
            return await self._api.call(
                method, fields, timeout_s=self._left_s(latest_s), upload=upload
            )
        finally:
            self._uploads.release()

    def _left_s(self, latest_s: float) -> float:
        """Give the time that is left. Raises: AdapterError("timeout") if there is none."""
        left_s = latest_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise self._too_late()
        return left_s

    def _too_late(self) -> AdapterError:
        return AdapterError("the call's time was over before Telegram was asked", "timeout")

    def _begin_by_s(self, latest_s: float) -> float:
        """Give until when a request may wait: what waits leaves it time, what need not goes now."""
        return max(self._clock.monotonic_s(), latest_s - _LEFT_S)

    async def _turn(self, chat: ChatId, latest_s: float, *, sending: bool) -> None:
        """Wait for this message's turn. Raises: AdapterError("rate_limited") if it is too late."""
        if sending:
            now_s = self._clock.monotonic_s()
            at_s = self._pace.reserve(chat, now_s, self._begin_by_s(latest_s))
            if at_s is None:
                raise self._too_fast(chat)
            await self._until(at_s)
        while (held_s := self._pace.held_until_s(chat)) > self._clock.monotonic_s():
            if held_s > self._begin_by_s(latest_s):
                raise self._too_fast(chat)
            await self._until(held_s)
        leaves_s = self._pace.depart(self._clock.monotonic_s(), self._begin_by_s(latest_s))
        if leaves_s is None:
            raise AdapterError("too much is waiting to be sent by this bot", "rate_limited")
        await self._until(leaves_s)

    def _too_fast(self, chat: ChatId) -> AdapterError:
        wait_s = self._pace.held_until_s(chat) - self._clock.monotonic_s()
        if wait_s > 0:
            text = f"Telegram wants nothing more to be sent for {wait_s:.0f} s"
        else:
            text = "too much is waiting to be sent to this chat; a group takes 20 messages a minute"
        return AdapterError(text, "rate_limited")

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, at_s - self._clock.monotonic_s()))

    def _move(self, chat: ChatId, moved_to: int) -> bool:
        """Remember a group's new number; False if that was known."""
        if not isinstance(chat, int) or self._moved.get(chat) == moved_to or chat == moved_to:
            return False
        self._moved[chat] = moved_to
        if len(self._moved) > _MOVED:
            del self._moved[next(iter(self._moved))]
        return True

    def _heard(self, message: Heard) -> None:
        if message.moved_to is not None:
            self._move(message.chat_id, message.moved_to)
        if message.told is None:
            return
        for chats, feed in self._feeds.items():
            if Allowed(chats).may_hear(message.chat_id, message.username, self._moved):
                feed.add(message.told)

    async def close(self) -> None:
        """End the reading, and close the connections."""
        await self.poller.close()
        await self._api.close()
