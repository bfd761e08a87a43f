"""The V5 endpoints of the small exchange: from a path and checked fields to a result.

Stricter than the real one where that finds mistakes: names that no page of the documentation has,
and values of another JSON type than it says, are refused with 10001.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from peers import quotes
from peers.venue import (
    FEES,
    Fields,
    Instrument,
    Refused,
    Venue,
    order_row,
    position_row,
    wallet_row,
)

Result = Fields
_TPSL = "tpslMode takeProfit stopLoss tpTriggerBy slTriggerBy tpLimitPrice slLimitPrice"
_PAGE = "limit cursor"
PARAMETERS = {
    "GET /v5/market/time": "",
    "GET /v5/market/tickers": "category symbol baseCoin expDate",
    "GET /v5/market/kline": "category symbol interval start end limit",
    "GET /v5/market/orderbook": "category symbol limit",
    "GET /v5/market/instruments-info": f"category symbol symbolType status baseCoin {_PAGE}",
    "GET /v5/market/funding/history": "category symbol startTime endTime limit",
    "GET /v5/market/open-interest": f"category symbol intervalTime startTime endTime {_PAGE}",
    "GET /v5/market/recent-trade": "category symbol baseCoin optionType limit",
    "POST /v5/order/create": "category symbol isLeverage side orderType qty marketUnit rpiTakerAccess"
    " slippageToleranceType slippageTolerance price triggerDirection orderFilter triggerPrice"
    " triggerBy orderIv timeInForce positionIdx orderLinkId reduceOnly closeOnTrigger smpType mmp"
    f" tpOrderType slOrderType bboSideType bboLevel {_TPSL}",
    "POST /v5/order/amend": "category symbol orderId orderLinkId orderIv triggerPrice qty price"
    f" triggerBy {_TPSL}",
    "POST /v5/order/cancel": "category symbol orderId orderLinkId orderFilter",
    "POST /v5/order/cancel-all": "category symbol baseCoin settleCoin orderFilter stopOrderType",
    "GET /v5/order/realtime": "category symbol baseCoin settleCoin orderId orderLinkId openOnly"
    f" orderFilter {_PAGE}",
    "GET /v5/order/history": "category symbol baseCoin settleCoin orderId orderLinkId orderFilter"
    f" orderStatus startTime endTime {_PAGE}",
    "GET /v5/execution/list": "category symbol orderId orderLinkId baseCoin settleCoin startTime"
    f" endTime execType {_PAGE}",
    "GET /v5/position/list": f"category symbol baseCoin settleCoin {_PAGE}",
    "GET /v5/position/closed-pnl": f"category symbol startTime endTime {_PAGE}",
    "POST /v5/position/set-leverage": "category symbol buyLeverage sellLeverage",
    "POST /v5/position/trading-stop": "category symbol positionIdx trailingStop activePrice tpSize"
    f" slSize tpOrderType slOrderType {_TPSL}",
    "GET /v5/account/wallet-balance": "accountType coin",
    "GET /v5/account/fee-rate": "category symbol baseCoin",
}
"""Verb and path to the names that its page of the documentation has."""
OPTIONAL_CATEGORY = {"/v5/market/time", "/v5/market/kline", "/v5/account/wallet-balance",
                     "/v5/account/fee-rate"}  # fmt: skip
_INTEGERS = {"isLeverage", "triggerDirection", "positionIdx"}
_BOOLEANS = {"rpiTakerAccess", "reduceOnly", "closeOnTrigger", "mmp"}
_CATEGORIES = {"linear", "inverse", "spot", "option"}


def check(verb: str, path: str, fields: Fields) -> None:
    """Refuse what no page of the documentation has."""
    names = PARAMETERS[f"{verb} {path}"].split()
    for name, value in fields.items():
        if name not in names:
            raise Refused(10001, f"params error: {name} is no parameter of {path}")
        kind = bool if name in _BOOLEANS else int if name in _INTEGERS else str
        if verb == "POST" and value is not None and type(value) is not kind:
            raise Refused(10001, f"params error: {name} must be a {kind.__name__}")
    if path == "/v5/market/kline":
        fields.setdefault("category", "linear")
    category = fields.get("category")
    if category is None and path in OPTIONAL_CATEGORY:
        return
    if category not in _CATEGORIES:
        raise Refused(10001, "params error: Category is invalid")


class Desk:
    """Answers one account's requests."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue

    def answer(self, verb: str, path: str, fields: Fields) -> Result:
        check(verb, path, fields)
        name = path.removeprefix("/v5/").replace("/", "_").replace("-", "_")
        method: Callable[[Fields], Result] = getattr(self, name)
        return method(fields)

    # Market

    def market_time(self, _: Fields) -> Result:
        now = self.venue.now_ms()
        return {"timeSecond": str(now // 1000), "timeNano": f"{now}000000"}

    def _chosen(self, fields: Fields) -> list[Instrument]:
        if fields.get("symbol"):
            return [self.venue.instrument(fields)]
        base = fields.get("baseCoin")
        return [
            one
            for one in self.venue.instruments.values()
            if one.category == fields["category"] and base in {None, one.base}
        ]

    def market_tickers(self, fields: Fields) -> Result:
        if (
            fields["category"] == "option"
            and not fields.get("symbol")
            and not fields.get("baseCoin")
        ):
            raise Refused(10001, "params error: symbol or baseCoin is required")
        rows = [quotes.ticker(one) for one in self._chosen(fields)]
        return {"category": fields["category"], "list": rows}

    def market_kline(self, fields: Fields) -> Result:
        one = self.venue.instrument(fields)
        rows = quotes.candles(one, fields, self.venue.now_ms())
        return {"symbol": one.symbol, "category": one.category, "list": rows}

    def market_orderbook(self, fields: Fields) -> Result:
        return quotes.book(self.venue.instrument(fields), fields, self.venue.now_ms())

    def market_instruments_info(self, fields: Fields) -> Result:
        try:
            rows = [quotes.instrument(one) for one in self._chosen(fields)]
        except Refused:  # this endpoint finds nothing instead
            rows = []
        if fields["category"] == "spot":
            return {"category": "spot", "list": rows}
        return self._page(rows, fields, 500, 1000)

    def market_funding_history(self, fields: Fields) -> Result:
        one = self.venue.instrument(fields)
        return {
            "category": one.category,
            "list": quotes.funding(one, fields, self.venue.now_ms()),
        }

    def market_open_interest(self, fields: Fields) -> Result:
        one = self.venue.instrument(fields)
        page = self._page(quotes.interest(fields, self.venue.now_ms()), fields, 50, 200)
        return {"symbol": one.symbol, **page}

    def market_recent_trade(self, fields: Fields) -> Result:
        one = self._chosen(fields)[0]
        return {
            "category": one.category,
            "list": quotes.trades(one, fields, self.venue.now_ms()),
        }

    # Trade

    def order_create(self, fields: Fields) -> Result:
        return _ids(self.venue.place({n: v for n, v in fields.items() if v is not None}))

    def order_amend(self, fields: Fields) -> Result:
        return _ids(self.venue.amend(fields))

    def order_cancel(self, fields: Fields) -> Result:
        return _ids(self.venue.cancel(fields))

    def order_cancel_all(self, fields: Fields) -> Result:
        return {"list": [_ids(order) for order in self.venue.cancel_all(fields)], "success": "1"}

    def order_realtime(self, fields: Fields) -> Result:
        scope = ("symbol", "baseCoin", "settleCoin", "orderId", "orderLinkId")
        if fields["category"] == "linear" and not any(fields.get(name) for name in scope):
            raise Refused(10001, "params error: symbol, baseCoin or settleCoin is required")
        named = fields.get("orderId") or fields.get("orderLinkId")
        closed = fields.get("openOnly") == "1"
        rows = [
            order_row(order)
            for order in self.venue.matching(fields)
            if named or order.open is not closed
        ]
        return self._page(rows[:500], fields, 20, 50)

    def order_history(self, fields: Fields) -> Result:
        since, until = _span(fields)
        rows = [
            order_row(order)
            for order in self.venue.matching(fields)
            if not order.open and since <= order.created_ms <= until
        ]
        return self._page(rows, fields, 20, 50)

    def execution_list(self, fields: Fields) -> Result:
        names = (
            "category",
            "symbol",
            "orderId",
            "orderLinkId",
            "execType",
            "settleCoin",
            "baseCoin",
        )
        since, until = _span(fields)
        rows = [
            {name: value for name, value in row.items() if name not in {"category", "settleCoin", "baseCoin"}}
            for row in reversed(self.venue.executions)
            if all(fields.get(name) in {None, "", row[name]} for name in names)
            and since <= int(row["execTime"]) <= until
        ]  # fmt: skip
        return self._page(rows, fields, 50, 100)

    # Position

    def position_list(self, fields: Fields) -> Result:
        if fields["category"] == "linear" and not (
            fields.get("symbol") or fields.get("settleCoin")
        ):
            raise Refused(10001, "params error: symbol or settleCoin is required")
        if fields.get("symbol"):
            chosen = [self.venue.position(self.venue.instrument(fields))]
        else:
            coin = fields.get("settleCoin")
            chosen = [
                position
                for position in self.venue.positions.values()
                if position.instrument.category == fields["category"]
                and position.size
                and coin in {None, position.instrument.settle}
            ]
        return self._page([position_row(position) for position in chosen], fields, 20, 200)

    def position_set_leverage(self, fields: Fields) -> Result:
        self.venue.set_leverage(fields)
        return {}

    def position_trading_stop(self, fields: Fields) -> Result:
        if fields.get("tpslMode") not in {"Full", "Partial"}:
            raise Refused(10001, "params error: tpslMode invalid")
        self.venue.set_stops(fields)
        return {}

    def position_closed_pnl(self, fields: Fields) -> Result:
        since, until = _span(fields)
        rows = [
            {name: value for name, value in row.items() if name != "category"}
            for row in reversed(self.venue.closed)
            if row["category"] == fields["category"]
            and fields.get("symbol") in {None, row["symbol"]}
            and since <= int(row["createdTime"]) <= until
        ]
        return self._page(rows, fields, 50, 100)

    # Account

    def account_wallet_balance(self, fields: Fields) -> Result:
        if fields.get("accountType") != "UNIFIED":
            raise Refused(10001, "accountType only support UNIFIED.")
        coins = fields["coin"].split(",") if fields.get("coin") else None
        return {"list": [wallet_row(self.venue, coins)]}

    def account_fee_rate(self, fields: Fields) -> Result:
        category = fields.get("category") or "linear"
        chosen = self._chosen({**fields, "category": category})
        taker, maker = FEES[category]
        rows = [
            {"symbol": one.symbol, "takerFeeRate": taker, "makerFeeRate": maker} for one in chosen
        ]
        return {"list": rows} | ({"category": category} if category in {"spot", "option"} else {})

    def _page(self, rows: list[Any], fields: Fields, usual: int, most: int) -> Result:
        """One page; the cursor is handed out percent-encoded, as the real one is."""
        limit, start = quotes.count(fields, usual, most), 0
        if cursor := fields.get("cursor"):
            word, _, place = cursor.partition(":")
            if word != "page_args" or not place.isdecimal():
                raise Refused(10001, "params error: cursor invalid")
            start = int(place)
        more = start + limit < len(rows)
        return {
            "category": fields["category"],
            "list": rows[start : start + limit],
            "nextPageCursor": quote(f"page_args:{start + limit}", safe="") if more else "",
        }


def _ids(order: Any) -> Result:
    return {"orderId": order.order_id, "orderLinkId": order.link}


def _span(fields: Fields) -> tuple[int, int]:
    return int(fields.get("startTime", 0)), int(fields.get("endTime", 2**60))
