"""The book-keeping of a small exchange: instruments, orders, positions, coins.

In: the fields of Bybit V5 requests, and prices that a test sets. Out: rows as V5 writes them, every
number as text. Nothing here knows HTTP. Any quantity finds its other side at the touch; the account
is a unified one in one-way mode. Wrong requests raise `Refused` with the exchange's own code.

Source: https://bybit-exchange.github.io/docs/v5/intro, read page by page and written from scratch.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

Fields = dict[str, Any]
ZERO = Decimal(0)
_PLAIN = re.compile(r"\d{1,20}(\.\d{1,20})?")
OPEN = {"New", "PartiallyFilled", "Untriggered"}
FEES = {"linear": ("0.00055", "0.0002"), "inverse": ("0.00055", "0.0002"), "spot": ("0.001", "0.001"),
        "option": ("0.0003", "0.0002")}  # fmt: skip


class Refused(Exception):
    """The exchange says no: *code* is its retCode."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Instrument:
    """What is traded, and its price."""

    symbol: str
    category: str
    base: str
    quote: str
    settle: str
    tick: Decimal
    step: Decimal
    last: Decimal
    least_value: Decimal = Decimal(5)
    leverage_max: Decimal = Decimal(100)

    @property
    def bid(self) -> Decimal:
        return self.last - self.tick

    @property
    def ask(self) -> Decimal:
        return self.last + self.tick

    def value(self, qty: Decimal, price: Decimal) -> Decimal:
        """In the settle coin; an inverse contract is worth one dollar of its base coin."""
        return qty / price if self.category == "inverse" else qty * price


def instruments() -> list[Instrument]:
    """The markets that are open when nothing else is said."""

    def one(symbol, category, base, quote, settle, tick, step, last, **more):
        return Instrument(
            symbol,
            category,
            base,
            quote,
            settle,
            Decimal(tick),
            Decimal(step),
            Decimal(last),
            **more,
        )

    return [
        one("BTCUSDT", "linear", "BTC", "USDT", "USDT", "0.1", "0.001", "60000"),
        one("ETHUSDT", "linear", "ETH", "USDT", "USDT", "0.01", "0.01", "3000"),
        one("XRPUSDT", "linear", "XRP", "USDT", "USDT", "0.0001", "0.1", "0.5"),
        one("BTCPERP", "linear", "BTC", "USDC", "USDC", "0.1", "0.001", "60000"),
        one("BTCUSD", "inverse", "BTC", "USD", "BTC", "0.5", "1", "60000", least_value=ZERO),
        one("BTCUSDT", "spot", "BTC", "USDT", "USDT", "0.01", "0.000001", "60000"),
        one("ETHUSDT", "spot", "ETH", "USDT", "USDT", "0.01", "0.00001", "3000"),
        one("ETHBTC", "spot", "ETH", "BTC", "BTC", "0.000001", "0.0001", "0.05",
            least_value=Decimal("0.0001")),
        one("BTC-27MAR26-70000-P-USDT", "option", "BTC", "USDT", "USDT", "5", "0.01", "4350",
            least_value=ZERO),
    ]  # fmt: skip


@dataclass
class Order:
    """One order, with the fields of V5 that this exchange fills."""

    instrument: Instrument
    fields: Fields
    order_id: str
    created_ms: int
    qty: Decimal
    price: Decimal
    status: str = "New"
    done: Decimal = ZERO
    done_value: Decimal = ZERO
    fee: Decimal = ZERO
    updated_ms: int = 0
    reject: str = "EC_NoError"
    cancel: str = "UNKNOWN"

    @property
    def buys(self) -> bool:
        return self.fields["side"] == "Buy"

    @property
    def link(self) -> str:
        return self.fields.get("orderLinkId") or ""

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @property
    def left(self) -> Decimal:
        return self.qty - self.done


@dataclass
class Position:
    """Signed size at an average price."""

    instrument: Instrument
    size: Decimal = ZERO
    average: Decimal = ZERO
    leverage: Decimal = Decimal(10)
    stops: dict[str, Decimal] = field(default_factory=dict)
    best: Decimal = ZERO
    realised: Decimal = ZERO
    entry_fee: Decimal = ZERO
    updated_ms: int = 0

    @property
    def value(self) -> Decimal:
        return self.instrument.value(abs(self.size), self.average) if self.size else ZERO

    def profit(self, size: Decimal, price: Decimal) -> Decimal:
        """Of closing the signed *size* at *price*, in the settle coin."""
        if not size:
            return ZERO
        if self.instrument.category == "inverse":
            return size * (1 / self.average - 1 / price)
        return size * (price - self.average)


def text(value: Decimal | int | str) -> str:
    """Write a number as the exchange does: digits, and no exponent."""
    if not isinstance(value, Decimal):
        return str(value)
    rounded = value.quantize(Decimal("0.00000001")) if value.as_tuple().exponent < -8 else value  # type: ignore[operator]
    return format(rounded, "f")


def number(fields: Fields, name: str) -> Decimal | None:
    """Read a positive number; nothing but plain digits will do."""
    value = fields.get(name)
    if value in {None, ""}:
        return None
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise Refused(10001, f"params error: {name} invalid")
    return Decimal(value)


class Venue:
    """The exchange's state for one account."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.instruments = {(one.category, one.symbol): one for one in instruments()}
        self.coins = {"USDT": Decimal(100_000), "USDC": Decimal(10_000), "BTC": Decimal(1)}
        self.orders: list[Order] = []
        self.positions: dict[tuple[str, str], Position] = {}
        self.executions: list[Fields] = []
        self.closed: list[Fields] = []

    # Looking up

    def instrument(self, fields: Fields) -> Instrument:
        found = self.instruments.get((fields["category"], fields.get("symbol") or ""))
        if found is None:
            raise Refused(10001, f"params error: symbol invalid {fields.get('symbol')}")
        return found

    def position(self, instrument: Instrument) -> Position:
        return self.positions.setdefault(
            (instrument.category, instrument.symbol), Position(instrument)
        )

    def order(self, fields: Fields) -> Order:
        """The open order that is meant; orderId goes before orderLinkId."""
        found = self.named(fields)
        spot = fields["category"] == "spot"
        if found is None or not found.open:
            if spot:
                raise Refused(170213, "Order does not exist.")
            raise Refused(110001, "order not exists or too late to cancel")
        return found

    def named(self, fields: Fields) -> Order | None:
        if not fields.get("orderId") and not fields.get("orderLinkId"):
            raise Refused(10001, "params error: orderId or orderLinkId is required")
        for order in self.orders:
            instrument = order.instrument
            if instrument.category != fields["category"]:
                continue
            if fields.get("symbol") and instrument.symbol != fields["symbol"]:
                continue
            if fields.get("orderId"):
                if order.order_id == fields["orderId"]:
                    return order
            elif order.link == fields["orderLinkId"]:
                return order
        return None

    # Placing, amending, cancelling

    def place(self, fields: Fields) -> Order:
        instrument = self.instrument(fields)
        spot = instrument.category == "spot"
        if fields.get("side") not in {"Buy", "Sell"}:
            raise Refused(10001, "params error: side invalid")
        if fields.get("orderType") not in {"Limit", "Market"}:
            raise Refused(10001, "params error: orderType invalid")
        if fields.get("positionIdx") not in {None, 0}:
            raise Refused(10001, "position idx not match position mode")
        link = fields.get("orderLinkId")
        if link and not re.fullmatch(r"[A-Za-z0-9_-]{1,36}", link):
            raise Refused(10001, "params error: orderLinkId invalid")
        if instrument.category == "option" and not link:
            raise Refused(10001, "params error: orderLinkId is required")
        if link and any(order.link == link for order in self.orders):
            code, words = (
                (170141, "Duplicate clientOrderId")
                if spot
                else (110072, "OrderLinkedID is duplicate")
            )
            raise Refused(code, words)
        qty, price = self._size(instrument, fields)
        self._check_reducing(instrument, fields)
        self._check_funds(instrument, fields, qty, price)
        now = self.now_ms()
        order = Order(instrument, fields, str(uuid.uuid4()), now, qty, price, updated_ms=now)
        self.orders.append(order)
        if fields.get("triggerPrice"):
            order.status = "Untriggered"
            if not spot and fields.get("triggerDirection") not in {1, 2}:
                self.orders.remove(order)
                raise Refused(10001, "params error: TriggerDirection invalid")
        else:
            self._take(order)
        return order

    def _size(self, instrument: Instrument, fields: Fields) -> tuple[Decimal, Decimal]:
        """The quantity in the instrument's own unit, and the price that it is judged by."""
        for name in ("triggerPrice", "takeProfit", "stopLoss", "tpLimitPrice", "slLimitPrice"):
            number(fields, name)
        price, qty = self._price(instrument, fields), number(fields, "qty")
        if qty is None:
            raise Refused(10001, "params error: qty invalid")
        if instrument.category == "spot" and fields["orderType"] == "Market":
            usual = "quoteCoin" if fields["side"] == "Buy" else "baseCoin"
            if (fields.get("marketUnit") or usual) == "quoteCoin":
                qty = (qty / price).quantize(instrument.step, ROUND_DOWN)
        _check_quantity(instrument, qty, price)
        return qty, price

    def _price(self, instrument: Instrument, fields: Fields) -> Decimal:
        price = number(fields, "price")
        if fields["orderType"] == "Market":
            return instrument.ask if fields["side"] == "Buy" else instrument.bid
        if price is None or price <= 0 or price % instrument.tick:
            raise Refused(10001, "params error: price invalid")
        return price

    def _check_reducing(self, instrument: Instrument, fields: Fields) -> None:
        if instrument.category == "spot" or fields.get("reduceOnly") is not True:
            return
        size = self.position(instrument).size
        if size == 0 or (size > 0) == (fields["side"] == "Buy"):
            raise Refused(110017, "current position is zero, cannot fix reduce-only order qty")

    def _check_funds(
        self, instrument: Instrument, fields: Fields, qty: Decimal, price: Decimal
    ) -> None:
        buys = fields["side"] == "Buy"
        if instrument.category == "spot":
            coin, need = (instrument.quote, qty * price) if buys else (instrument.base, qty)
            if need > self.free(coin):
                raise Refused(170131, "Insufficient balance.")
            return
        size = self.position(instrument).size
        opening = qty if size == 0 or (size > 0) == buys else max(ZERO, qty - abs(size))
        need = instrument.value(opening, price) / self.position(instrument).leverage
        if need > self.free(instrument.settle):
            raise Refused(110007, "ab not enough for new order")

    def amend(self, fields: Fields) -> Order:
        self.instrument(fields)
        order = self.order(fields)
        changes = {
            name: value
            for name, value in fields.items()
            if name not in {"category", "symbol", "orderId", "orderLinkId"}
            and value not in {None, ""}
        }
        if not changes or all(order.fields.get(name) == value for name, value in changes.items()):
            raise Refused(
                10001,
                "The order remains unchanged as the parameters entered match the existing ones.",
            )
        wanted = {**order.fields, **changes}
        qty, price = self._size(order.instrument, wanted)
        if qty <= order.done:
            raise Refused(110064, "The modified contract quantity cannot be less than the filled.")
        order.status, before = "Cancelled", order.status  # so that its own hold does not count
        try:
            self._check_funds(order.instrument, wanted, qty, price)
        finally:
            order.status = before
        order.fields, order.qty, order.price = wanted, qty, price
        order.updated_ms = self.now_ms()
        if order.status != "Untriggered":
            self._take(order)
        return order

    def cancel(self, fields: Fields) -> Order:
        self.instrument(fields)
        order = self.order(fields)
        self._end(order, "Cancelled", cancel="CancelByUser")
        return order

    def cancel_all(self, fields: Fields) -> list[Order]:
        scope = [fields.get(name) for name in ("symbol", "baseCoin", "settleCoin")]
        if fields["category"] in {"linear", "inverse"} and not any(scope):
            raise Refused(10001, "params error: symbol, baseCoin or settleCoin is required")
        found = [order for order in self.matching(fields) if order.open]
        for order in found:
            self._end(order, "Cancelled", cancel="CancelByUser")
        return found

    def matching(self, fields: Fields) -> list[Order]:
        """Orders of the category that the optional filters leave, newest first."""
        found = []
        for order in reversed(self.orders):
            instrument = order.instrument
            facts = {
                "category": instrument.category,
                "symbol": instrument.symbol,
                "baseCoin": instrument.base,
                "settleCoin": instrument.settle,
                "orderId": order.order_id,
                "orderLinkId": order.link,
                "orderStatus": order.status,
            }
            if all(fields.get(name) in {None, "", fact} for name, fact in facts.items()):
                found.append(order)
        return found

    # Prices, and what they set off

    def set_price(self, category: str, symbol: str, price: str) -> None:
        """Move the market; resting orders, conditional orders and stops follow."""
        instrument = self.instruments[category, symbol]
        before, instrument.last = instrument.last, Decimal(price)
        for order in [order for order in self.orders if order.instrument is instrument]:
            if order.status == "Untriggered" and self._triggers(order, before):
                order.status = "New"
                self._take(order)
            elif order.status == "New" and (
                order.price >= instrument.ask if order.buys else order.price <= instrument.bid
            ):
                self._fill(order, order.left, order.price, maker=True)
        self._stop_out(self.position(instrument))

    def _triggers(self, order: Order, before: Decimal) -> bool:
        at, last = Decimal(order.fields["triggerPrice"]), order.instrument.last
        direction = order.fields.get("triggerDirection") or (1 if at > before else 2)
        return last >= at if direction == 1 else last <= at

    def _stop_out(self, position: Position) -> None:
        if not position.size:
            return
        last, long = position.instrument.last, position.size > 0
        position.best = max(position.best, last) if long else min(position.best or last, last)
        stops, hit = position.stops, False
        if profit := stops.get("takeProfit"):
            hit = last >= profit if long else last <= profit
        if loss := stops.get("stopLoss"):
            hit = hit or (last <= loss if long else last >= loss)
        if trail := stops.get("trailingStop"):
            hit = hit or abs(position.best - last) >= trail
        if hit:
            self._close_out(position)

    def _close_out(self, position: Position) -> None:
        instrument = position.instrument
        side = "Sell" if position.size > 0 else "Buy"
        fields = {"category": instrument.category, "symbol": instrument.symbol, "side": side,
                  "orderType": "Market", "reduceOnly": True}  # fmt: skip
        now, qty = self.now_ms(), abs(position.size)
        order = Order(instrument, fields, str(uuid.uuid4()), now, qty, instrument.last)
        self.orders.append(order)
        self._take(order)

    def _take(self, order: Order) -> None:
        """Match a new or changed order against the touch."""
        instrument = order.instrument
        touch = instrument.ask if order.buys else instrument.bid
        if order.fields["orderType"] == "Market":
            self._fill(order, order.left, touch, maker=False)
            return
        crosses = order.price >= touch if order.buys else order.price <= touch
        patience = order.fields.get("timeInForce") or "GTC"
        if crosses and patience == "PostOnly":
            self._end(order, "Cancelled", reject="EC_PostOnlyWillTakeLiquidity")
        elif crosses:
            self._fill(order, order.left, touch, maker=False)
        elif patience in {"IOC", "FOK"}:
            self._end(order, "Cancelled", reject="EC_NoImmediateQtyToFill")

    def fill(self, order_id: str, qty: str) -> None:
        """Let a resting order be filled in part, at its own price; for tests."""
        order = next(order for order in self.orders if order.order_id == order_id)
        self._fill(order, Decimal(qty), order.price, maker=True)

    def _end(self, order: Order, status: str, *, cancel: str = "UNKNOWN", reject: str = "") -> None:
        order.status, order.cancel, order.updated_ms = status, cancel, self.now_ms()
        order.reject = reject or order.reject

    def _fill(self, order: Order, qty: Decimal, price: Decimal, *, maker: bool) -> None:
        instrument = order.instrument
        if instrument.category != "spot" and order.fields.get("reduceOnly") is True:
            qty = min(qty, abs(self.position(instrument).size))
            order.qty = order.done + qty
        value = instrument.value(qty, price)
        rate = Decimal(FEES[instrument.category][maker])
        fee = value * rate
        order.done += qty
        order.done_value += value
        order.fee += fee
        order.status = "Filled" if order.left == 0 else "PartiallyFilled"
        order.updated_ms = self.now_ms()
        closed = ZERO
        if instrument.category == "spot":
            self._swap(instrument, order, qty, value, fee, price)
        else:
            closed = self._move(order, qty, price, fee)
        self.executions.append(
            _execution(order, qty, price, value, (fee, rate), maker, closed, self.now_ms())
        )

    def _swap(self, instrument, order, qty, value, fee, price) -> None:
        sign = 1 if order.buys else -1
        # A buyer pays the fee in what it gets, a seller likewise.
        base_fee, quote_fee = (fee / price, ZERO) if order.buys else (ZERO, fee)
        self._credit(instrument.base, sign * qty - base_fee)
        self._credit(instrument.quote, -sign * value - quote_fee)

    def _credit(self, coin: str, amount: Decimal) -> None:
        self.coins[coin] = self.coins.get(coin, ZERO) + amount

    def _move(self, order: Order, qty: Decimal, price: Decimal, fee: Decimal) -> Decimal:
        """Change the position; gives the quantity that was closed."""
        instrument, position = order.instrument, self.position(order.instrument)
        change = qty if order.buys else -qty
        closing = ZERO
        if position.size and (position.size > 0) != (change > 0):
            closing = min(abs(change), abs(position.size))
            signed = closing if position.size > 0 else -closing
            gain = position.profit(signed, price)
            self.closed.append(_closed(order, position, closing, price, gain, fee, self.now_ms()))
            position.realised += gain
            self._credit(instrument.settle, gain)
            position.size -= signed
        opening = abs(change) - closing
        if opening:
            old, new = abs(position.size), abs(position.size) + opening
            if instrument.category == "inverse":
                held = old / position.average if old else ZERO
                position.average = new / (held + opening / price)
            else:
                position.average = (old * position.average + opening * price) / new
            position.size += opening if change > 0 else -opening
            position.best = instrument.last
            self._attach(position, order.fields)
        if not position.size:
            position.average, position.stops = ZERO, {}
        self._credit(instrument.settle, -fee)
        position.updated_ms = self.now_ms()
        return closing

    def _attach(self, position: Position, fields: Fields) -> None:
        for name in ("takeProfit", "stopLoss"):
            if value := number(fields, name):
                position.stops[name] = value

    # Settings of positions

    def set_leverage(self, fields: Fields) -> None:
        position = self.position(self.instrument(fields))
        buy, sell = number(fields, "buyLeverage"), number(fields, "sellLeverage")
        if buy is None or sell is None or buy != sell or buy < 1:
            raise Refused(10001, "buy leverage invalid")
        if buy > position.instrument.leverage_max:
            raise Refused(110013, "cannot set leverage due to risk limit level")
        if buy == position.leverage:
            raise Refused(110043, "leverage not modified")
        position.leverage = buy

    def set_stops(self, fields: Fields) -> None:
        position = self.position(self.instrument(fields))
        if fields.get("positionIdx") not in {None, 0}:
            raise Refused(10001, "position idx not match position mode")
        if not position.size:
            raise Refused(10001, "can not set tp/sl/ts for zero position")
        wanted = dict(position.stops)
        for name in ("takeProfit", "stopLoss", "trailingStop"):
            value = number(fields, name)
            if value is not None:
                wanted[name] = value
        wanted = {name: value for name, value in wanted.items() if value}
        if wanted == position.stops:
            raise Refused(34040, "not modified")
        last, long = position.instrument.last, position.size > 0
        if "takeProfit" in wanted and (wanted["takeProfit"] > last) != long:
            raise Refused(10001, "TakeProfit price is on the wrong side of the base price")
        if "stopLoss" in wanted and (wanted["stopLoss"] < last) != long:
            raise Refused(10001, "StopLoss price is on the wrong side of the base price")
        position.stops = wanted

    # Money

    def unrealised(self, coin: str) -> Decimal:
        held = [p for p in self.positions.values() if p.instrument.settle == coin]
        return sum((p.profit(p.size, p.instrument.last) for p in held), ZERO)

    def margins(self, coin: str) -> tuple[Decimal, Decimal]:
        """What positions and open orders hold back of a coin."""
        held = [p for p in self.positions.values() if p.instrument.settle == coin]
        positions = sum((p.value / p.leverage for p in held), ZERO)
        orders = ZERO
        for order in self.orders:
            one = order.instrument
            adds = order.fields.get("reduceOnly") is not True and order.status != "Untriggered"
            if one.category != "spot" and one.settle == coin and order.open and adds:
                orders += one.value(order.left, order.price) / self.position(one).leverage
        return positions, orders

    def locked(self, coin: str) -> Decimal:
        """What open spot orders hold."""
        total = ZERO
        for order in self.orders:
            if order.instrument.category != "spot" or not order.open:
                continue
            if order.buys and order.instrument.quote == coin:
                total += order.left * order.price
            elif not order.buys and order.instrument.base == coin:
                total += order.left
        return total

    def free(self, coin: str) -> Decimal:
        return (
            self.coins.get(coin, ZERO)
            + self.unrealised(coin)
            - sum(self.margins(coin), ZERO)
            - self.locked(coin)
        )

    def dollars(self, coin: str) -> Decimal:
        """The price of a coin in dollars."""
        if coin in {"USDT", "USDC", "USD"}:
            return Decimal(1)
        market = self.instruments.get(("spot", f"{coin}USDT"))
        return market.last if market else ZERO


def _check_quantity(instrument: Instrument, qty: Decimal, price: Decimal) -> None:
    spot = instrument.category == "spot"
    if qty < instrument.step:
        if spot:
            raise Refused(170136, "Order quantity lower than the minimum.")
        raise Refused(110017, "orderQty will be truncated to zero")
    if qty % instrument.step:
        raise Refused(10001, "Qty invalid")
    if qty * price < instrument.least_value:
        if spot:
            raise Refused(170140, "Order value exceeded lower limit.")
        raise Refused(110094, "Order does not meet minimum order value 5USDT")


def _execution(order, qty, price, value, costs, maker, closed, now_ms) -> Fields:
    instrument = order.instrument
    return {
        "category": instrument.category, "settleCoin": instrument.settle,
        "baseCoin": instrument.base, "symbol": instrument.symbol, "orderId": order.order_id,
        "orderLinkId": order.link, "side": order.fields["side"], "orderPrice": text(order.price),
        "orderQty": text(order.qty), "leavesQty": text(order.left), "createType": "CreateByUser",
        "orderType": order.fields["orderType"], "stopOrderType": "UNKNOWN",
        "execFee": text(costs[0]), "execId": str(uuid.uuid4()), "execPrice": text(price),
        "execQty": text(qty), "execType": "Trade", "execValue": text(value),
        "execTime": str(now_ms), "feeCurrency": "", "isMaker": maker, "feeRate": text(costs[1]),
        "tradeIv": "", "markIv": "", "markPrice": text(instrument.last), "indexPrice": "",
        "underlyingPrice": "", "blockTradeId": "", "closedSize": text(closed) if closed else "",
        "extraFees": "", "seq": now_ms,
    }  # fmt: skip


def _closed(order, position, qty, price, gain, fee, now_ms) -> Fields:
    instrument = position.instrument
    return {
        "category": instrument.category, "symbol": instrument.symbol, "orderId": order.order_id,
        "side": order.fields["side"], "qty": text(order.qty), "orderPrice": text(order.price),
        "orderType": order.fields["orderType"], "execType": "Trade", "closedSize": text(qty),
        "cumEntryValue": text(instrument.value(qty, position.average)),
        "avgEntryPrice": text(position.average), "avgExitPrice": text(price),
        "cumExitValue": text(instrument.value(qty, price)), "closedPnl": text(gain - fee),
        "fillCount": "1", "leverage": text(position.leverage), "openFee": "0",
        "closeFee": text(fee), "createdTime": str(now_ms), "updatedTime": str(now_ms),
    }  # fmt: skip


def order_row(order: Order) -> Fields:
    """An order as V5 lists it."""
    fields, spot = order.fields, order.instrument.category == "spot"
    average = order.instrument.value(order.done, Decimal(1)) if order.done else ZERO
    if order.done:
        average = (
            order.done / order.done_value
            if order.instrument.category == "inverse"
            else order.done_value / order.done
        )
    row = {
        "orderId": order.order_id, "orderLinkId": order.link, "blockTradeId": "",
        "symbol": order.instrument.symbol, "price": text(order.price), "qty": text(order.qty),
        "side": fields["side"], "isLeverage": str(fields.get("isLeverage", "")) if spot else "",
        "positionIdx": 0, "orderStatus": order.status, "cancelType": order.cancel,
        "rejectReason": order.reject, "avgPrice": text(average) if order.done else "",
        "leavesQty": text(order.left if order.open else ZERO), "leavesValue": "0",
        "cumExecQty": text(order.done), "cumExecValue": text(order.done_value),
        "cumExecFee": text(order.fee), "timeInForce": fields.get("timeInForce") or "GTC",
        "orderType": fields["orderType"], "stopOrderType": "Stop" if fields.get("triggerPrice") else "UNKNOWN",
        "orderIv": "", "marketUnit": fields.get("marketUnit", ""),
        "triggerPrice": fields.get("triggerPrice", ""), "takeProfit": fields.get("takeProfit", ""),
        "stopLoss": fields.get("stopLoss", ""), "tpTriggerBy": fields.get("tpTriggerBy", ""),
        "slTriggerBy": fields.get("slTriggerBy", ""),
        "triggerDirection": fields.get("triggerDirection", 0),
        "triggerBy": fields.get("triggerBy", ""), "lastPriceOnCreated": "",
        "reduceOnly": fields.get("reduceOnly", False),
        "closeOnTrigger": fields.get("closeOnTrigger", False), "smpType": "None", "smpGroup": 0,
        "smpOrderId": "", "tpslMode": fields.get("tpslMode", ""),
        "tpLimitPrice": fields.get("tpLimitPrice", ""),
        "slLimitPrice": fields.get("slLimitPrice", ""), "placeType": "",
        "createdTime": str(order.created_ms), "updatedTime": str(order.updated_ms),
        "cumFeeDetail": {order.instrument.settle: text(order.fee)} if order.done else {},
    }  # fmt: skip
    if not spot:
        row["createType"] = "CreateByUser"
    return row


def position_row(position: Position) -> Fields:
    """A position as V5 lists it; an empty one has no side."""
    instrument, size = position.instrument, position.size
    side = "" if not size else "Buy" if size > 0 else "Sell"
    margin = position.value / position.leverage
    stops = {
        name: text(position.stops.get(name, ZERO))
        for name in ("takeProfit", "stopLoss", "trailingStop")
    }
    return {
        "positionIdx": 0, "riskId": 1, "riskLimitValue": "2000000", "symbol": instrument.symbol,
        "side": side, "size": text(abs(size)), "avgPrice": text(position.average),
        "positionValue": text(position.value), "tradeMode": 0, "positionStatus": "Normal",
        "autoAddMargin": 0, "adlRankIndicator": 2 if size else 0,
        "leverage": text(position.leverage), "breakEvenPrice": "", "positionBalance": "0",
        "markPrice": text(instrument.last), "liqPrice": "", "bustPrice": "",
        "positionMM": text(margin / 10), "positionMMByMp": text(margin / 10),
        "positionIM": text(margin), "positionIMByMp": text(margin), "tpslMode": "Full", **stops,
        "unrealisedPnl": text(position.profit(size, instrument.last)) if size else "",
        "curRealisedPnl": text(position.realised), "cumRealisedPnl": text(position.realised),
        "seq": position.updated_ms or -1, "isReduceOnly": False, "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "", "sessionAvgPrice": "", "createdTime": str(position.updated_ms),
        "updatedTime": str(position.updated_ms),
    }  # fmt: skip


def wallet_row(venue: Venue, coins: Iterable[str] | None) -> Fields:
    """The account as V5 lists it; coins that are not asked for by name must hold something."""
    held = (
        [coin for coin, amount in venue.coins.items() if amount] if coins is None else list(coins)
    )
    rows, totals = [], {"wallet": ZERO, "profit": ZERO, "margin": ZERO, "free": ZERO}
    for coin in venue.coins:
        price = venue.dollars(coin)
        totals["wallet"] += venue.coins[coin] * price
        totals["profit"] += venue.unrealised(coin) * price
        totals["margin"] += sum(venue.margins(coin), ZERO) * price
        totals["free"] += venue.free(coin) * price
    for coin in held:
        amount, profit = venue.coins.get(coin, ZERO), venue.unrealised(coin)
        positions, orders = venue.margins(coin)
        rows.append({
            "coin": coin, "equity": text(amount + profit),
            "usdValue": text((amount + profit) * venue.dollars(coin)), "walletBalance": text(amount),
            "locked": text(venue.locked(coin)), "spotHedgingQty": "0", "borrowAmount": "0",
            "accruedInterest": "0", "totalOrderIM": text(orders), "totalPositionIM": text(positions),
            "totalPositionMM": text(positions / 10), "unrealisedPnl": text(profit),
            "cumRealisedPnl": "0", "bonus": "0", "marginCollateral": True, "collateralSwitch": True,
            "spotBorrow": "0", "availableToWithdraw": "", "availableToBorrow": "",
        })  # fmt: skip
    equity = totals["wallet"] + totals["profit"]
    return {
        "accountType": "UNIFIED", "accountIMRate": "0", "accountMMRate": "0",
        "totalEquity": text(equity), "totalWalletBalance": text(totals["wallet"]),
        "totalMarginBalance": text(equity), "totalAvailableBalance": text(totals["free"]),
        "totalPerpUPL": text(totals["profit"]), "totalInitialMargin": text(totals["margin"]),
        "totalMaintenanceMargin": text(totals["margin"] / 10), "accountIMRateByMp": "0",
        "accountMMRateByMp": "0", "totalInitialMarginByMp": "0", "totalMaintenanceMarginByMp": "0",
        "accountLTV": "0", "coin": rows,
    }  # fmt: skip
