"""What the operator of a connection lets its workers do, beside what the key may do. Pure.

In: the fields of a write as they would be sent. Out: nothing, or AdapterError("policy: …"). Reading
is never guarded. An order is judged by the most that it can come to: a sell at any price is taken
at the market's if that is higher, for there it would be filled.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from decimal import Decimal

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.endpoints import Fields

_DOLLARS = ("USDT", "USDC", "USDE", "USD1", "DAI")
"""Quote coins of spot markets that are worth a dollar."""
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The guards of one connection; those that are None or empty allow everything."""

    read_only: bool = False
    symbols: frozenset[str] = frozenset()
    max_order_notional: Decimal | None = None
    """In dollars."""
    max_orders_per_minute: int | None = None


def refusal(reason: str) -> AdapterError:
    """Give the error of what the operator does not allow."""
    return AdapterError(f"policy: {reason}", "policy")


def check_write(rules: Rules, symbol: str | None) -> None:
    """Judge any write; *symbol* is None if it names none."""
    if rules.read_only:
        raise refusal("this connection may only read")
    if rules.symbols and symbol not in rules.symbols:
        allowed = ", ".join(sorted(rules.symbols)[:20])
        what = f"{symbol[:40]} is" if symbol else "a call that names no symbol is"
        raise refusal(f"{what} not allowed on this connection; it trades {allowed}")


def price_matters(order: Fields) -> bool:
    """Tell whether the market's price is needed to judge *order*."""
    return order["category"] != "inverse" and not _in_quote(order) and not _bounded(order)


def notional(order: Fields, market: Decimal | None) -> Decimal:
    """Give the most dollars that *order* can come to. *market* is needed if `price_matters`.

    Source: https://bybit-exchange.github.io/docs/v5/order/create-order, on the unit of qty.
    Raises: AdapterError("policy") for what cannot be told in dollars.
    """
    qty = abs(Decimal(order["qty"]))
    if order["category"] == "spot" and not order["symbol"].endswith(_DOLLARS):
        raise refusal(f"{order['symbol'][:40]} has no price in dollars to judge the order by")
    if qty == 0:
        raise refusal("an order of qty 0 closes all there is, which cannot be judged; name a qty")
    if order["category"] == "inverse" or _in_quote(order):
        return qty
    if _bounded(order):
        return qty * Decimal(order["price"])
    assert market is not None
    if order["category"] == "option":
        return qty * market
    named = ("triggerPrice",) if order["orderType"] == "Market" else ("triggerPrice", "price")
    return qty * max([market, *(Decimal(order[name]) for name in named if name in order)])


def check_notional(rules: Rules, amount: Decimal) -> None:
    """Judge what an order comes to."""
    most = rules.max_order_notional
    if most is not None and amount > most:
        raise refusal(
            f"the order comes to {amount:,.2f} dollars, and one order may come to {most:,.2f}"
        )


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
        and "price" in order
        and "bboSideType" not in order
    )
