"""What the operator of a connection lets its workers do, beside what the key may do. Pure.

In: the fields of a write as they would be sent. Out: nothing, or AdapterError("policy: …"). Reading
is never guarded. An order is judged by the most that it can come to: a sell at any price is taken
at the market's if that is higher, for there it would be filled.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.answers import snake
from cellblock.broker.bybit.endpoints import Fields

_DOLLARS = ("USDT", "USDC", "USDE", "USD1", "DAI")
"""Quote coins of spot markets that are worth a dollar."""
_UNITS = frozenset({None, "", "baseCoin", "quoteCoin"})
_STOPS = ("takeProfit", "stopLoss", "tpLimitPrice", "slLimitPrice")
"""Prices of a spot order's own stops, which trade what it traded; those of contracts only close."""
_WIDER = frozenset({"baseCoin", "settleCoin"})
_SHOWN = Decimal(10**15)
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The guards of one connection; those that are None or empty allow everything."""

    read_only: bool = False
    categories: frozenset[str] = frozenset()
    symbols: frozenset[str] = frozenset()
    max_order_notional: Decimal | None = None
    """In dollars."""
    max_orders_per_minute: int | None = None


def refusal(reason: str) -> AdapterError:
    """Give the error of what the operator does not allow."""
    return AdapterError(f"policy: {reason}", "policy")


def check_write(rules: Rules, fields: Fields) -> None:
    """Judge any write by what it names."""
    if rules.read_only:
        raise refusal("this connection may only read")
    category = fields["category"]
    if rules.categories and category not in rules.categories:
        allowed = ", ".join(sorted(rules.categories))
        raise refusal(f"{category} is not allowed on this connection; it trades {allowed}")
    symbol = fields.get("symbol")
    if rules.symbols and symbol not in rules.symbols:
        allowed = ", ".join(sorted(rules.symbols)[:20])
        what = f"{symbol[:40]} is" if symbol else "a call that names no symbol is"
        raise refusal(f"{what} not allowed on this connection; it trades {allowed}")
    if rules.symbols and not _WIDER.isdisjoint(fields):
        raise refusal("this connection trades chosen symbols only: name no coin beside the symbol")


def price_matters(order: Fields) -> bool:
    """Tell whether the market's price is needed to judge *order*."""
    return order["category"] != "inverse" and not _in_quote(order) and not _bounded(order)


def notional(order: Fields, market: Decimal | None) -> Decimal:
    """Give the most dollars that *order* can come to. *market* is needed if `price_matters`.

    Source: https://bybit-exchange.github.io/docs/v5/order/create-order, on the unit of qty.
    Raises: AdapterError("policy") for what cannot be told in dollars.
    """
    qty = abs(Decimal(order["qty"]))
    category, symbol = order["category"], order["symbol"][:40]
    if category == "spot" and not order["symbol"].endswith(_DOLLARS):
        raise refusal(f"{symbol} has no price in dollars to judge the order by")
    if category == "spot" and order.get("marketUnit") not in _UNITS:
        raise refusal("market_unit is baseCoin or quoteCoin; an order of another is not judged")
    if qty == 0:
        raise refusal("an order of qty 0 closes all there is, which cannot be judged; name a qty")
    if category == "inverse" or _in_quote(order):
        return qty
    stops = _STOPS if category == "spot" else ()
    if _bounded(order):
        return qty * _highest(order, "price", *stops)
    assert market is not None
    named = ("triggerPrice",) if order["orderType"] == "Market" else ("triggerPrice", "price")
    return qty * max(market, _highest(order, *named, *stops))


def amended(row: dict[str, Any], change: Fields) -> Fields:
    """Give the order that *row* would become by *change*.

    Two changes may be on their way at once, and a row may be older than the last of them: so one
    that changes what an order comes to must name all that it is judged by.
    Raises: AdapterError("policy") for one that does not.
    """
    kept = {name: row.get(name) for name in ("side", "orderType", "marketUnit")}
    order: Fields = {"category": change["category"], "symbol": change["symbol"], **kept}
    judged = _judged(order)
    # A price or quantity of 0 changes nothing; a stop of 0 is taken away.
    new = {name for name in judged if name in change and (name in _STOPS or number(change[name]))}
    old = {name for name in judged if number(row.get(name))}
    if new and old - new:
        missing = ", ".join(snake(name) for name in judged if name in old - new)
        raise refusal(
            f"the order is judged by all that it is to become; name its {missing} as well"
        )
    order["qty"] = "0"
    order |= {name: str(number(row[name])) for name in old}
    return order | {name: change[name] for name in judged if name in new}


def partial_stops(fields: Fields) -> list[Fields]:
    """Give the orders that a partial stop of a position would make."""
    sides = (("tpSize", "takeProfit", "tpLimitPrice"), ("slSize", "stopLoss", "slLimitPrice"))
    orders = []
    for names in sides:
        own = zip(("qty", "triggerPrice", "price"), names, strict=True)
        order = {ours: fields[name] for ours, name in own if name in fields}
        named = {"category": fields["category"], "symbol": fields["symbol"]}
        if "qty" in order:
            orders.append({**named, "side": "Sell", "orderType": "Limit", **order})
    return orders


def number(text: Any) -> Decimal:
    """Read what the exchange or a worker wrote; 0 for what is no number."""
    try:
        value = Decimal(str(text or 0))
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() else Decimal(0)


def check_notional(rules: Rules, amount: Decimal) -> None:
    """Judge what an order comes to."""
    most = rules.max_order_notional
    if most is not None and amount > most:
        shown = f"{amount:,.2f}" if amount < _SHOWN else f"{amount:.2e}"
        raise refusal(f"the order comes to {shown} dollars, and one order may come to {most:,.2f}")


class OrderMinute:
    """Counts the orders of a connection's workers over a rolling minute."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._times: deque[float] = deque()

    def take(self, now_s: float) -> None:
        """Count one order, or refuse it; what is refused does not count."""
        if self._most is None:
            return
        while self._times and self._times[0] <= now_s - _MINUTE_S:
            self._times.popleft()
        if len(self._times) >= self._most:
            wait_s = self._times[0] + _MINUTE_S - now_s if self._times else _MINUTE_S
            raise refusal(
                f"{self._most} orders a minute are allowed on this connection, "
                f"and so many were placed; the next may come in {wait_s:.0f} s"
            )
        self._times.append(now_s)


def _in_quote(order: Fields) -> bool:
    """Tell whether the quantity is in the quote coin: a spot market buy, unless it says not."""
    if order["category"] != "spot" or order["orderType"] != "Market":
        return False
    unit = order.get("marketUnit") or ("quoteCoin" if order["side"] == "Buy" else "baseCoin")
    return bool(unit == "quoteCoin")


def _bounded(order: Fields) -> bool:
    """Tell whether the order names the highest price that it can be filled at."""
    return (
        order["category"] != "option"
        and order["orderType"] == "Limit"
        and order["side"] == "Buy"
        and number(order.get("price")) > 0
        and "bboSideType" not in order
        and "bboLevel" not in order
    )


def _highest(order: Fields, *names: str) -> Decimal:
    return max((Decimal(order[name]) for name in names if name in order), default=Decimal(0))


def _judged(order: Fields) -> tuple[str, ...]:
    """Give the names of what an order comes to."""
    if order["category"] == "inverse":
        return ("qty",)
    price = ("price",) if order["orderType"] == "Limit" else ()
    stops = _STOPS if order["category"] == "spot" else ()
    return ("qty", *price, "triggerPrice", *stops)
