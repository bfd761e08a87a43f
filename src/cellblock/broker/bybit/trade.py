"""Orders: placing, changing and cancelling them."""

from __future__ import annotations

from typing import Any, Literal

from cellblock.broker.bybit import answers, endpoints
from cellblock.broker.bybit.amounts import Amount
from cellblock.broker.bybit.calls import (
    BboLevel,
    BboSideType,
    Calls,
    CancelFilter,
    Category,
    MarketUnit,
    OrderFilter,
    OrderType,
    PositionIdx,
    Side,
    SmpType,
    TimeInForce,
    ToleranceType,
    TpslMode,
    TriggerBy,
    ZeroOrOne,
)
from cellblock.broker.bybit.fields import given


class Orders(Calls):
    """What changes orders. An answer says that the exchange took the request, not that it filled.

    Amounts may be text, int or float; text is sent as it stands, numbers in plain digits. Errors:
    ``policy`` for a guard of the operator, ``uncertain`` where the answer was lost and nobody knows
    whether it was carried out: then ask `get_open_orders` by ``order_link_id``.
    """

    async def place_order(
        self,
        symbol: str,
        side: Side,
        order_type: OrderType,
        qty: Amount,
        price: Amount | None = None,
        *,
        category: Category = "linear",
        time_in_force: TimeInForce | None = None,
        reduce_only: bool | None = None,
        close_on_trigger: bool | None = None,
        position_idx: PositionIdx | None = None,
        order_link_id: str | None = None,
        market_unit: MarketUnit | None = None,
        is_leverage: ZeroOrOne | None = None,
        order_filter: OrderFilter | None = None,
        trigger_price: Amount | None = None,
        trigger_direction: Literal[1, 2] | None = None,
        trigger_by: TriggerBy | None = None,
        take_profit: Amount | None = None,
        stop_loss: Amount | None = None,
        tp_trigger_by: TriggerBy | None = None,
        sl_trigger_by: TriggerBy | None = None,
        tpsl_mode: TpslMode | None = None,
        tp_order_type: OrderType | None = None,
        sl_order_type: OrderType | None = None,
        tp_limit_price: Amount | None = None,
        sl_limit_price: Amount | None = None,
        slippage_tolerance_type: ToleranceType | None = None,
        slippage_tolerance: Amount | None = None,
        order_iv: Amount | None = None,
        smp_type: SmpType | None = None,
        mmp: bool | None = None,
        bbo_side_type: BboSideType | None = None,
        bbo_level: BboLevel | None = None,
        rpi_taker_access: bool | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Place an order: ``{"order_id", "order_link_id", "reconciled"}``.

        *qty* is in the base coin; in dollars for inverse contracts, and in the quote coin for a
        spot market buy unless ``market_unit="baseCoin"``. *time_in_force* is GTC unless given.
        *trigger_price* makes it conditional; contracts then need *trigger_direction*, 1
        for rising and 2 for falling. *order_link_id* is made from worker, tick and order if none is
        given, so that an order whose answer is lost is placed once: ``reconciled`` says that it
        was looked up. Codes: ``insufficient_balance``, ``too_small``, ``bad_price``, ``duplicate``.
        Limits: 10 a second, spot 20.
        Source: https://bybit-exchange.github.io/docs/v5/order/create-order
        """
        order = given(locals())
        self._need_key()
        own = self._order_link_id()
        answer, found = await self._desk.place(
            {**order, "orderLinkId": order.get("orderLinkId", own)},
            derived=order_link_id is None,
        )
        return answer if raw else {**await self._shaped(answers.plain, answer), "reconciled": found}

    async def amend_order(
        self,
        symbol: str,
        category: Category = "linear",
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        qty: Amount | None = None,
        price: Amount | None = None,
        trigger_price: Amount | None = None,
        trigger_by: TriggerBy | None = None,
        take_profit: Amount | None = None,
        stop_loss: Amount | None = None,
        tp_trigger_by: TriggerBy | None = None,
        sl_trigger_by: TriggerBy | None = None,
        tpsl_mode: TpslMode | None = None,
        tp_limit_price: Amount | None = None,
        sl_limit_price: Amount | None = None,
        order_iv: Amount | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Change an open order: ``{"order_id", "order_link_id"}``.

        Name it by *order_id* or *order_link_id*, and give what changes; *take_profit* or
        *stop_loss* of 0 takes it away. Codes: ``not_found``, ``bad_request`` if nothing changes.
        Limits: 10 a second.
        Source: https://bybit-exchange.github.io/docs/v5/order/amend-order
        """
        change = given(locals())
        self._need_key()
        answer = await self._desk.amend(change)
        return answer if raw else await self._shaped(answers.plain, answer)

    async def cancel_order(
        self,
        symbol: str,
        category: Category = "linear",
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_filter: OrderFilter | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Cancel an open order: ``{"order_id", "order_link_id"}``.

        Name it by *order_id* or *order_link_id*. *order_filter* is for spot: ``Order`` (usual),
        ``tpslOrder``, ``StopOrder``. Code ``not_found`` if it is filled, cancelled, or never was.
        Limits: 10 a second, spot 20.
        Source: https://bybit-exchange.github.io/docs/v5/order/cancel-order
        """
        order = given(locals())
        self._need_key()
        answer = await self._desk.cancel(order)
        return answer if raw else await self._shaped(answers.plain, answer)

    async def cancel_all_orders(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        order_filter: CancelFilter | None = None,
        stop_order_type: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Cancel all open orders that are named: ``{"list": [{"order_id", "order_link_id"}]}``.

        Contracts need *symbol*, *base_coin* or *settle_coin*. Where the operator allows chosen
        symbols only, *symbol* is needed.
        Limits: 10 a second, spot 20, options 1; 500 orders at once.
        Source: https://bybit-exchange.github.io/docs/v5/order/cancel-all
        """
        scope = given(locals())
        self._need_key()
        answer = await self._desk.write(endpoints.CANCEL_ALL, scope, "the cancelling of all orders")
        return answer if raw else await self._shaped(answers.listed, answer)
