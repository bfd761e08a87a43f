"""The ways by which an alert leaves: a log, a bot of Telegram, a webhook.

In: letters. Out: one try to deliver each, or `NotSent` that says whether another may help. No
secret is in any text; where a webhook may go is judged as every request of the host is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol

import httpx
import msgspec

from cellblock.alerts.letters import Letter, cut
from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import read_url
from cellblock.broker.clients import Web
from cellblock.broker.reach import Reach
from cellblock.broker.signatures import TIMED, timed
from cellblock.broker.telegram.chats import chat_of
from cellblock.broker.web import ExchangeFailed, exchange
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.limits import ALERT_SEND_S, LOG_MESSAGE_CHARACTERS
from cellblock.names import WorkerRef
from cellblock.store.ports import ALERT_KIND, ConnectionStore
from cellblock.store.records import Line, Rule

_ANSWER_BYTES = 1_000_000
_AGAIN = {"network", "timeout", "rate_limited", "server"}
_logger = logging.getLogger("cellblock.alerts")

Say = Callable[[str, str, int | str | None, str], Awaitable[object]]
"""Sends a text by a bot: workspace, the connection's name, the chat or None for the connection's
own, the text. Raises: AdapterError, OperatorFault."""


class NotSent(Exception):
    """A letter was not delivered. *again* tells whether another try may help, and when."""

    def __init__(self, text: str, *, again: bool, after_s: float = 0.0) -> None:
        super().__init__(text)
        self.again = again
        self.after_s = after_s


class Post(Protocol):
    """One channel."""

    async def send(self, letter: Letter) -> None:
        """Try once to deliver. Raises: NotSent, OperatorFault."""


class LogPost:
    """Alerts as lines: of the service's log, and of the worker's own."""

    def __init__(self, line: Callable[[Line], object]) -> None:
        self._line = line

    async def send(self, letter: Letter) -> None:
        """See `Post`."""
        for text in letter.text.split("\n"):
            _logger.warning("%s", text)
        for notice in letter.notices:
            if notice.happening.worker:
                ref = WorkerRef(letter.rule.workspace, notice.happening.worker)
                message = cut(f"alert: {notice.sentence}", LOG_MESSAGE_CHARACTERS)
                self._line(Line(ref=ref, at=letter.at, level="warn", message=message))


class _Chat(msgspec.Struct, frozen=True):
    chat_id: int | Annotated[str, msgspec.Meta(max_length=100)] | None = None


class TelegramPost:
    """Alerts as plain text of a bot: no mark in it is read as formatting."""

    def __init__(self, say: Say) -> None:
        self._say = say

    async def send(self, letter: Letter) -> None:
        """See `Post`."""
        rule = letter.rule
        try:
            await self._say(rule.workspace, rule.target, _chat(rule), letter.text)
        except AdapterError as error:
            raise NotSent(str(error), again=error.code in _AGAIN) from None


class WebhookPost:
    """Alerts as signed JSON; redirects are not followed, for the signature is for one receiver."""

    def __init__(self, vault: ConnectionStore, web: Web, clock: Clock, reach: Reach) -> None:
        self._vault = vault
        self._web = web
        self._clock = clock
        self._reach = reach
        self._client: httpx.AsyncClient | None = None

    async def send(self, letter: Letter) -> None:
        """See `Post`."""
        secret = await self._secret(letter.rule)
        client = self._client = self._client or self._web.client(self._reach)
        body = letter.body
        headers = {
            "content-type": "application/json",
            "x-cellblock-delivery": letter.id,
            TIMED: timed(secret, body, self._clock.wall_s()),
        }
        try:
            request = client.build_request(
                "POST", read_url(letter.rule.target), content=body, headers=headers
            )
            reply = await exchange(
                client, request, limit_bytes=_ANSWER_BYTES, timeout_s=ALERT_SEND_S
            )
        except ExchangeFailed as error:
            raise NotSent(f"the webhook: {error}", again=error.code in _AGAIN) from None
        except AdapterError as error:
            raise NotSent(f"the webhook: {error}", again=False) from None
        _see(reply.status, reply.headers)

    async def _secret(self, rule: Rule) -> str:
        kept = await self._vault.get(rule.workspace, ALERT_KIND, rule.id)
        if kept is None or not kept.secrets.get("secret"):
            text = "the secret that signs the alerts is not in the vault; set it anew"
            raise NotSent(text, again=False)
        return kept.secrets["secret"]


def _see(status: int, headers: httpx.Headers) -> None:
    """Take a status as the receiver's word. Raises: NotSent for all but 2xx."""
    if 200 <= status < 300:
        return
    after = headers.get("retry-after", "")
    again = status >= 500 or status in {408, 425, 429}
    after_s = float(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0.0
    raise NotSent(f"the webhook answered HTTP {status}", again=again, after_s=after_s)


def _chat(rule: Rule) -> int | str | None:
    """Read where a telegram rule writes to. Raises: OperatorFault("bad-rule")."""
    try:
        chat = msgspec.convert(rule.settings, _Chat).chat_id
        return None if chat is None else chat_of(chat)
    except (msgspec.ValidationError, ValueError) as error:
        raise _bad(f"settings.chat_id: {error}", "give a chat's number, or @name") from None


def _bad(what: str, hint: str) -> OperatorFault:
    return OperatorFault("bad-rule", what, hint)
