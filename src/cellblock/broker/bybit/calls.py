"""What the methods of ctx.bybit share: who calls, by which desk, and with which key."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Literal

from cellblock.broker.adapter import CallRefused
from cellblock.broker.bybit.answers import Answer
from cellblock.broker.bybit.desk import Desk
from cellblock.broker.bybit.endpoints import Endpoint, Fields
from cellblock.broker.kind import Place

Category = Literal["linear", "inverse", "spot", "option"]
"""``linear``: USDT and USDC contracts. ``inverse``: contracts settled in their coin."""
Contracts = Literal["linear", "inverse"]
Side = Literal["Buy", "Sell"]
OrderType = Literal["Market", "Limit"]


class Calls:
    """One worker's way to a desk."""

    def __init__(self, settings: Any, place: Place) -> None:
        self._keyed = bool(settings.api_key)
        self._place = place
        self._desk: Desk = place.shared
        self._orders_of: tuple[int, float] = (0, 0.0)
        self._orders = 0

    async def _read(self, endpoint: Endpoint, fields: Fields) -> Answer:
        if endpoint.private:
            self._need_key()
        return await self._desk.read(endpoint, fields)

    def _need_key(self) -> None:
        if not self._keyed:
            connection = f"bybit={self._place.connection}"
            raise CallRefused(
                "this call of ctx.bybit needs an API key, and its connection has none; "
                f"the operator adds one: cellblock connect {connection.removesuffix('=main')}"
            )

    def _order_link_id(self) -> str:
        """Name the next order of this tick, so that the same order has the same name again.

        Worker, tick and the order's place in it give the name: a tick that is run once more asks
        for orders that the exchange has already.
        """
        turn = self._place.turn
        if self._orders_of != (turn.n, turn.planned_at):
            self._orders_of, self._orders = (turn.n, turn.planned_at), 0
        self._orders += 1
        source = f"{self._place.worker}\0{turn.planned_at!r}\0{turn.n}\0{self._orders}"
        digest = hashlib.sha256(source.encode()).digest()[:20]
        return "cb" + base64.b32encode(digest).decode().lower()
