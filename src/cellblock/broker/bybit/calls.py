"""What the methods of ctx.bybit share: who calls, by which desk, and with which key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Literal

from cellblock.broker.adapter import CallRefused
from cellblock.broker.bybit.answers import Answer, Envelope
from cellblock.broker.bybit.desk import Desk
from cellblock.broker.bybit.endpoints import Endpoint, Fields
from cellblock.broker.kind import MAIN, Place
from cellblock.broker.secret import Secret

Category = Literal["linear", "inverse", "spot", "option"]
"""``linear``: USDT and USDC contracts. ``inverse``: contracts settled in their coin."""
Contracts = Literal["linear", "inverse"]
Side = Literal["Buy", "Sell"]
OrderType = Literal["Market", "Limit"]
TimeInForce = Literal["GTC", "IOC", "FOK", "PostOnly", "RPI"]
MarketUnit = Literal["baseCoin", "quoteCoin"]
ZeroOrOne = Literal[0, 1]
PositionIdx = Literal[0, 1, 2]
"""0 in one-way mode; in hedge mode 1 for the buy side and 2 for the sell side."""
TriggerBy = Literal["LastPrice", "IndexPrice", "MarkPrice"]
TpslMode = Literal["Full", "Partial"]
OrderFilter = Literal["Order", "StopOrder", "tpslOrder"]
OrdersFilter = Literal["Order", "StopOrder", "tpslOrder", "OcoOrder", "BidirectionalTpslOrder"]
CancelFilter = OrdersFilter | Literal["OpenOrder"]
SmpType = Literal["None", "CancelMaker", "CancelTaker", "CancelBoth"]
ToleranceType = Literal["TickSize", "Percent"]
BboSideType = Literal["Queue", "Counterparty"]
BboLevel = Literal["1", "2", "3", "4", "5"]


class Calls:
    """One worker's way to a desk."""

    def __init__(self, settings: Any, place: Place) -> None:
        self._keyed = bool(settings.api_key)
        self._secret: Secret | None = settings.api_secret
        self._place = place
        self._desk: Desk = place.shared
        self._orders_of: tuple[int, float] = (0, 0.0)
        self._orders = 0

    async def _read(self, endpoint: Endpoint, fields: Fields) -> Answer:
        if endpoint.private:
            self._need_key()
        return await self._desk.read(endpoint, fields)

    async def _shaped(self, shape: Callable[..., Answer], answer: Envelope, *more: str) -> Answer:
        """Give what worker code is told of *answer*, by a function of `answers`."""
        return await self._desk.aside(shape, answer, *more)

    def _need_key(self) -> None:
        if not self._keyed:
            name = self._place.connection
            named = "" if name == MAIN else f" --name {name}"
            raise CallRefused(
                "this call of ctx.bybit needs an API key, and its connection has none (was it "
                "granted, with --connect?); "
                f"the operator adds one: cellblock connect bybit{named}"
            )

    def _order_link_id(self) -> str:
        """Name the next order of this tick, so that the same order has the same name again.

        Worker, tick and the order's place in it give the name: a tick that is run once more asks
        for orders that the exchange has already. The API secret goes into it, so that no other
        worker can compute the name, and use it up or put an order of its own under it.
        """
        assert self._secret is not None, "who has no key is stopped before"
        turn = self._place.turn
        if self._orders_of != (turn.n, turn.planned_at):
            self._orders_of, self._orders = (turn.n, turn.planned_at), 0
        self._orders += 1
        source = f"order\0{self._place.worker}\0{turn.planned_at!r}\0{turn.n}\0{self._orders}"
        secret = self._secret.reveal().encode()
        digest = hmac.new(secret, source.encode(), hashlib.sha256).digest()[:20]
        return "cb" + base64.b32encode(digest).decode().lower()
