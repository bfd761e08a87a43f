"""The one place of ctx.bybit that does I/O: signs, paces, sends, reads, and repeats what is safe.

In: an endpoint and fields. Out: the envelope of an answer that says yes. Raises: `Refused` for one
that says no, `Unanswered` where none came, AdapterError where asking again would change nothing.
A write whose fate is not known is repeated only if its endpoint says that this is harmless.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import msgspec

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit import replies
from cellblock.broker.bybit.answers import Envelope
from cellblock.broker.bybit.endpoints import Endpoint, Fields
from cellblock.broker.bybit.faults import TOO_MANY, WRONG_TIME, Refused, Unanswered, bare
from cellblock.broker.bybit.fields import query
from cellblock.broker.bybit.pacing import Pace, reset_in_s
from cellblock.broker.bybit.signing import Key, headers
from cellblock.broker.web import ExchangeFailed, Reply, Sending, exchange
from cellblock.clock import Clock
from cellblock.limits import BYBIT_ANSWER_BYTES, BYBIT_CALL_S

__all__ = ["Client", "Patience", "Sending"]

_ADDRESS_LIMIT, _ADDRESS_WINDOW_S = 500, 5.0
"""Requests of one address: the exchange allows 600 in five seconds."""
_BANNED_S = 600.0
"""An address that passed it is shut out for so long, and longer if it goes on asking."""
_PASSING = frozenset({WRONG_TIME, TOO_MANY})
"""Refused before anything was done, for a reason that passes."""
_LASTING = frozenset({"too_large", "blocked", "bad_request", "tls"})
"""Failures that the next attempt would meet again."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one attempt and one call may take, and the pauses between attempts."""

    attempt_s: float = 8.0
    call_s: float = BYBIT_CALL_S
    pauses_s: tuple[float, ...] = (0.2, 0.6, 1.5)


class Client:
    """What the workers of one connection talk to the exchange through."""

    def __init__(
        self,
        web: httpx.AsyncClient,
        base_url: str,
        key: Key | None,
        clock: Clock,
        patience: Patience,
    ) -> None:
        self.patience = patience
        self._web = web
        self._base_url = base_url
        self._key = key
        self._clock = clock
        self._ahead_ms = 0.0
        self._address = Pace(_ADDRESS_LIMIT, _ADDRESS_WINDOW_S)
        self._lanes: dict[str, Pace] = {}
        self._banned_until_s = 0.0

    async def ask(
        self, endpoint: Endpoint, fields: Fields, sending: Sending | None = None
    ) -> Envelope:
        """Ask until there is an answer, as often as *patience* has it and *endpoint* allows.

        *sending* hears whether any attempt began to leave.
        """
        lost = False
        for pause_s in (*self.patience.pauses_s, None):
            try:
                return await self.attempt(endpoint, fields, sending)
            except Refused as refused:
                refused.lost = lost
                if pause_s is None or refused.ret_code not in _PASSING:
                    raise
            except Unanswered as error:
                harmful = error.sent and endpoint.again in {"link", "never"}
                lost = error.sent = lost or error.sent
                if pause_s is None or harmful or error.code in _LASTING:
                    raise
            except AdapterError as error:
                if lost:
                    raise Unanswered(bare(error), error.code, sent=True) from error
                raise
            await asyncio.sleep(pause_s)
        raise AssertionError("the last attempt returns or raises")

    async def attempt(
        self, endpoint: Endpoint, fields: Fields, heard: Sending | None = None
    ) -> Envelope:
        """Send one request, and judge the answer."""
        lane = self._lane(endpoint, fields)
        at_s = await self._place(lane)
        request = self._request(endpoint, fields)
        try:
            reply = await exchange(
                self._web,
                request,
                limit_bytes=BYBIT_ANSWER_BYTES,
                timeout_s=self.patience.attempt_s,
                heard=heard,
            )
        except ExchangeFailed as error:
            raise Unanswered(str(error), error.code, sent=error.sent) from error
        lane.told(at_s, reply.headers)
        if replies.banned(reply):
            self._banned_until_s = self._clock.monotonic_s() + _BANNED_S
        answer = replies.opened(reply)
        self._learn(answer, reply, lane)
        return replies.accepted(answer)

    async def close(self) -> None:
        """Close every connection."""
        await self._web.aclose()

    def _lane(self, endpoint: Endpoint, fields: Fields) -> Pace:
        name, per_second = endpoint.lane(fields)
        if per_second is None:
            return self._address
        return self._lanes.setdefault(name, Pace(per_second))

    async def _place(self, lane: Pace) -> float:
        """Wait for a place under the limits; gives the time at which it was."""
        now_s = self._clock.monotonic_s()
        if now_s < self._banned_until_s:
            raise AdapterError(replies.BANNED, "rate_limited")
        latest_s = now_s + self.patience.call_s
        taken: list[tuple[Pace, float]] = []
        try:
            for pace in dict.fromkeys((lane, self._address)):
                at_s = pace.take(now_s, latest_s)
                if at_s is None:
                    text = "bybit: too many calls are waiting already"
                    raise AdapterError(text, "rate_limited")
                taken.append((pace, at_s))
            at_s = max(at_s for _, at_s in taken)
            if at_s > now_s:
                await asyncio.sleep(at_s - now_s)
        except BaseException:  # given up while it waited, too: nothing will leave
            for pace, at_s in taken:
                pace.give_back(at_s)
            raise
        return at_s

    def _request(self, endpoint: Endpoint, fields: Fields) -> httpx.Request:
        url = self._base_url + endpoint.path
        if endpoint.verb == "POST":
            payload = msgspec.json.encode(fields)
            request = self._web.build_request("POST", url, content=payload)
            request.headers["content-type"] = "application/json"
        else:
            url = f"{url}?{query(fields)}" if fields else url
            request = self._web.build_request("GET", url)
            payload = request.url.query  # as it is sent, for that is what is signed
        if endpoint.private:
            assert self._key is not None, "who has no key is stopped before"
            stamp_ms = int(self._clock.wall_s() * 1000 + self._ahead_ms)
            request.headers.update(headers(self._key, stamp_ms, payload))
        return request

    def _learn(self, answer: Envelope, reply: Reply, lane: Pace) -> None:
        """Take from a refusal what the next attempt must know."""
        server_ms: int = answer.get("time") or 0
        if answer["retCode"] == WRONG_TIME and server_ms:
            self._ahead_ms = server_ms - self._clock.wall_s() * 1000
        if answer["retCode"] == TOO_MANY:
            lane.close(self._clock.monotonic_s() + reset_in_s(reply.headers, server_ms))
