"""Where the calls of a connection's workers come together: guards first, then the exchange.

A write whose answer is lost is looked up before anything is said, an order by its orderLinkId,
which the exchange takes once. So an order is placed once, or not at all, or the worker is told that
nobody knows, with the code ``uncertain``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit import endpoints, guards
from cellblock.broker.bybit.answers import Envelope
from cellblock.broker.bybit.client import Client, Sending
from cellblock.broker.bybit.endpoints import Endpoint, Fields
from cellblock.broker.bybit.faults import (
    DUPLICATE,
    GONE,
    LEVERAGE_UNCHANGED,
    STOPS_UNCHANGED,
    Refused,
    Unanswered,
    in_doubt,
)
from cellblock.broker.bybit.guards import OrderMinute, Rules
from cellblock.clock import Clock

Row = dict[str, Any]
_CANCELLED = frozenset({"Cancelled", "PartiallyFilledCanceled", "Deactivated"})
_FILLED = "Filled"


class Errand:
    """One write on its way: *what* it is, for errors, and whether any of it has left."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.sending = Sending()

    def after(self, refused: Refused) -> AdapterError:
        """Give what a refusal is worth: of an attempt before it, that was lost, it says nothing."""
        return in_doubt(self.what, str(refused)) if refused.lost else refused


class Desk:
    """The shared part of one connection."""

    def __init__(self, client: Client, rules: Rules, clock: Clock) -> None:
        self._client = client
        self._rules = rules
        self._clock = clock
        self._minute = OrderMinute(rules.max_orders_per_minute)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def read(self, endpoint: Endpoint, fields: Fields) -> Envelope:
        """Ask for what has no effect."""
        async with self._bounded(None):
            return await self._client.ask(endpoint, fields)

    async def write(self, endpoint: Endpoint, fields: Fields, what: str) -> Envelope:
        """Ask for what has one; *what* names it in errors."""
        guards.check_write(self._rules, fields)
        errand = Errand(what)
        async with self._bounded(errand):
            if endpoint is endpoints.TRADING_STOP_PARTIAL:
                for order in guards.partial_stops(fields):
                    await self._judge(order)
                self._minute.take(self._clock.monotonic_s())
            try:
                return await self._written(endpoint, fields, errand)
            except Refused as refused:
                stopped = refused.lost and refused.ret_code == STOPS_UNCHANGED
                if stopped or refused.ret_code == LEVERAGE_UNCHANGED:
                    return refused.answer
                raise errand.after(refused) from None

    async def place(self, order: Fields, *, derived: bool) -> tuple[Envelope, bool]:
        """Place an order; gives the answer, and whether it had to be looked up.

        *derived* says that nobody but this call can have used its orderLinkId, so that an order of
        that id is this one, placed before.
        """
        guards.check_write(self._rules, order)
        errand = Errand(f"the order {order['orderLinkId']}")
        async with self._bounded(errand):
            await self._judge(order)
            self._minute.take(self._clock.monotonic_s())
            return await self._placed(order, errand, derived=derived)

    async def amend(self, change: Fields) -> Envelope:
        """Amend an order; the guards judge what it would become."""
        guards.check_write(self._rules, change)
        errand = Errand(f"the change of order {_name(change)}")
        async with self._bounded(errand):
            await self._judge_amended(change)
            try:
                return await self._written(endpoints.AMEND, change, errand)
            except Refused as refused:
                row = await self._found(change, errand, refused) if refused.lost else None
                if row is not None and _has_become(row, change):
                    return _acknowledged(row)
                raise errand.after(refused) from None

    async def cancel(self, order: Fields) -> Envelope:
        """Cancel an order."""
        guards.check_write(self._rules, order)
        errand = Errand(f"the cancelling of order {_name(order)}")
        async with self._bounded(errand):
            try:
                return await self._written(endpoints.CANCEL, order, errand)
            except Refused as refused:
                if refused.lost and refused.ret_code in GONE:
                    row = await self._found(order, errand, refused)
                    status = None if row is None else row.get("orderStatus")
                    if row is not None and status in _CANCELLED:
                        return _acknowledged(row)
                    if status == _FILLED:
                        raise refused from None
                raise errand.after(refused) from None

    @asynccontextmanager
    async def _bounded(self, errand: Errand | None) -> AsyncIterator[None]:
        """Hold what is inside to the time of one call."""
        try:
            async with asyncio.timeout(self._client.patience.call_s):
                yield
        except TimeoutError:
            text = f"bybit gave no answer within {self._client.patience.call_s:g} s"
            if errand is not None and errand.sending.begun:
                raise in_doubt(errand.what, text) from None
            raise AdapterError(text, "timeout") from None

    async def _written(self, endpoint: Endpoint, fields: Fields, errand: Errand) -> Envelope:
        try:
            return await self._client.ask(endpoint, fields, errand.sending)
        except Unanswered as error:
            if error.sent:
                raise in_doubt(errand.what, str(error)) from error
            raise

    async def _placed(
        self, order: Fields, errand: Errand, *, derived: bool
    ) -> tuple[Envelope, bool]:
        lost: Unanswered | None = None
        for pause_s in (*self._client.patience.pauses_s, None):
            try:
                return await self._client.ask(endpoints.CREATE, order, errand.sending), False
            except Refused as refused:
                expected = lost is not None or (derived and refused.ret_code in DUPLICATE)
                if not expected:
                    raise
                made = await self._behind(refused, order, errand, lost=lost is not None)
                return _acknowledged(made), True
            except Unanswered as error:
                if lost is None and not error.sent:
                    raise
                lost = error
            except AdapterError as error:
                if lost is None:
                    raise
                raise in_doubt(errand.what, str(error)) from error
            row = await self._found(order, errand, lost)
            if row is not None:
                return _acknowledged(row), True
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        raise in_doubt(errand.what, str(lost))

    async def _behind(self, refused: Refused, order: Fields, errand: Errand, *, lost: bool) -> Row:
        """Give the order that an attempt before this refusal made; else raise the refusal.

        The refusal says nothing of that attempt, which may have used up the money, or the id.
        """
        row = await self._found(order, errand, refused)
        if row is None and refused.ret_code in DUPLICATE:
            raise in_doubt(errand.what, "bybit knows its id but does not list it") from refused
        if row is None or not (lost or _is_same(row, order)):
            raise refused
        return row

    async def _found(self, order: Fields, errand: Errand, cause: AdapterError) -> Row | None:
        try:
            return await self._find(order)
        except AdapterError as error:
            raise in_doubt(errand.what, f"{cause}; and it cannot be looked up: {error}") from error

    async def _find(self, order: Fields) -> Row | None:
        """Look an order up by its id, open or not."""
        names = ("category", "symbol", "orderId", "orderLinkId")
        wanted = {name: order[name] for name in names if name in order}
        if not _name(order):
            return None
        for endpoint in (endpoints.OPEN_ORDERS, endpoints.ORDER_HISTORY):
            for row in _rows(await self._client.ask(endpoint, wanted)):
                if all(row.get(name) == wanted[name] for name in names[1:] if name in wanted):
                    return row
        return None

    async def _judge(self, order: Fields) -> None:
        if self._rules.max_order_notional is None:
            return
        market = await self._market(order) if guards.price_matters(order) else None
        guards.check_notional(self._rules, guards.notional(order, market))

    async def _judge_amended(self, change: Fields) -> None:
        if self._rules.max_order_notional is None:
            return
        row = await self._find(change)
        if row is None:
            name = _name(change) or "without an id"
            raise AdapterError(f"bybit: there is no order {name}", "not_found")
        await self._judge(guards.amended(row, change))

    async def _market(self, order: Fields) -> Decimal:
        """Give the higher of last and mark price; of an option, of its underlying too."""
        wanted = {"category": order["category"], "symbol": order["symbol"]}
        rows = _rows(await self._client.ask(endpoints.TICKERS, wanted))
        names = ["lastPrice", "markPrice"]
        names += ["indexPrice"] if order["category"] == "option" else []
        row = next((row for row in rows if row.get("symbol") == order["symbol"]), {})
        prices = [guards.number(row.get(name)) for name in names]
        if not any(prices):
            raise guards.refusal(f"{order['symbol'][:40]} has no price to judge the order by")
        return max(prices)


def _name(order: Fields) -> str:
    return str(order.get("orderId") or order.get("orderLinkId") or "")[:80]


def _rows(answer: Envelope) -> list[Row]:
    result = answer.get("result")
    rows = result.get("list") if isinstance(result, dict) else None
    if not isinstance(rows, list):
        raise AdapterError("bybit: a list was to come, and did not", "bad_answer")
    return [row for row in rows if isinstance(row, dict)]


def _is_same(row: Row, order: Fields) -> bool:
    """Tell whether a listed order is what *order* asks for."""
    return all(row.get(name) == order[name] for name in ("side", "orderType")) and (
        guards.number(row.get("qty")) == Decimal(order["qty"])
    )


def _has_become(row: Row, change: Fields) -> bool:
    names = [name for name in change if name in {"qty", "price", "triggerPrice"}]
    return bool(names) and all(
        guards.number(row.get(name)) == Decimal(change[name]) for name in names
    )


def _acknowledged(row: Row) -> Envelope:
    """Give the answer that was lost, as far as it can be told."""
    ids = {name: row.get(name) for name in ("orderId", "orderLinkId")}
    return {"retCode": 0, "retMsg": "OK", "result": ids, "retExtInfo": {}, "time": None}
