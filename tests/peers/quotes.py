"""Market data of the small exchange, as V5 writes it: made from an instrument's price and the time.

The past is drawn by a rule, so that two questions about one candle have one answer.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from peers.venue import Fields, Instrument, Refused, text

MINUTE_MS = 60_000
INTERVALS = {str(n): n * MINUTE_MS for n in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)} | {
    "D": 1440 * MINUTE_MS,
    "W": 7 * 1440 * MINUTE_MS,
    "M": 30 * 1440 * MINUTE_MS,
}
OPEN_INTEREST = {"5min": 5, "15min": 15, "30min": 30, "1h": 60, "4h": 240, "1d": 1440}


def ticker(one: Instrument) -> Fields:
    """A row of /v5/market/tickers; each category has fields of its own."""
    last = one.last
    row = {
        "symbol": one.symbol, "bid1Price": text(one.bid), "bid1Size": "2.5",
        "ask1Price": text(one.ask), "ask1Size": "1.25", "lastPrice": text(last),
        "highPrice24h": text(last * Decimal("1.02")), "lowPrice24h": text(last * Decimal("0.97")),
        "turnover24h": "243765620.65899866", "volume24h": "11801.27771",
    }  # fmt: skip
    if one.category == "option":
        row |= {
            "bid1Iv": "0.5", "ask1Iv": "0.6", "markPrice": text(last), "indexPrice": "60000",
            "markIv": "0.55", "underlyingPrice": "60010", "openInterest": "6.3", "totalVolume": "99",
            "totalTurnover": "1967653", "delta": "-0.00000001", "gamma": "0.00000001",
            "vega": "0.4", "theta": "-0.00000152", "predictedDeliveryPrice": "0", "change24h": "86",
        }  # fmt: skip
        return row
    row |= {"prevPrice24h": text(last * Decimal("0.99")), "price24hPcnt": "0.010101"}
    if one.category == "spot":
        return row | {"usdIndexPrice": text(last)}
    return row | {
        "indexPrice": text(last), "markPrice": text(last), "prevPrice1h": text(last),
        "openInterest": "240113967", "openInterestValue": "2089.79",
        "singleOpenInterest": "120056983", "singleOpenInterestValue": "1044.89",
        "fundingRate": "0.0001", "nextFundingTime": "1760371200000", "predictedDeliveryPrice": "",
        "basisRate": "", "deliveryFeeRate": "", "deliveryTime": "0", "basis": "", "preOpenPrice": "",
        "preQty": "", "curPreListingPhase": "", "fundingIntervalHour": "8", "basisRateYear": "",
        "fundingCap": "0.005",
    }  # fmt: skip


def candles(one: Instrument, fields: Fields, now_ms: int) -> list[list[str]]:
    """Rows of /v5/market/kline, newest first; the newest is open yet."""
    width = INTERVALS.get(fields.get("interval", ""))
    if width is None:
        raise Refused(10001, "Invalid period!")
    limit = count(fields, 200, 1000)
    end = min(int(fields.get("end", now_ms)), now_ms)
    start = int(fields.get("start", end - limit * width))
    rows: list[list[str]] = []
    at = end - end % width
    while at >= start and len(rows) < limit:
        rows.append(_candle(one, at, width))
        at -= width
    return rows


def _candle(one: Instrument, at: int, width: int) -> list[str]:
    def price(moment: int) -> Decimal:
        wave = (moment // width * 7) % 21 - 10
        return (one.last * (1 + Decimal(wave) / 1000)).quantize(one.tick)

    opened, closed = price(at), price(at + width)
    high, low = max(opened, closed) + one.tick, min(opened, closed) - one.tick
    return [str(at), *(text(value) for value in (opened, high, low, closed)), "12.5", "750000.125"]


def book(one: Instrument, fields: Fields, now_ms: int) -> Fields:
    """The result of /v5/market/orderbook."""
    usual, most = {"spot": (1, 1000), "option": (1, 25)}.get(one.category, (25, 1000))
    levels = range(count(fields, usual, most))
    return {
        "s": one.symbol,
        "b": [[text(one.bid - n * one.tick), f"{n + 1}.5"] for n in levels],
        "a": [[text(one.ask + n * one.tick), f"{n + 1}.25"] for n in levels],
        "ts": now_ms,
        "u": 230704,
        "seq": 1432604333,
        "cts": now_ms - 3,
    }


def instrument(one: Instrument) -> Fields:
    """A row of /v5/market/instruments-info."""
    row: Fields = {
        "symbol": one.symbol, "symbolId": 9, "baseCoin": one.base, "quoteCoin": one.quote,
        "status": "Trading", "symbolType": "", "priceFilter": {"tickSize": text(one.tick)},
    }  # fmt: skip
    lots = {"maxOrderQty": "1190", "minOrderQty": text(one.step)}
    if one.category == "spot":
        lots |= {"basePrecision": text(one.step), "minOrderAmt": text(one.least_value)}
        return row | {
            "lotSizeFilter": lots,
            "innovation": "0",
            "stTag": "0",
            "marginTrading": "both",
        }
    lots |= {"qtyStep": text(one.step), "minNotionalValue": text(one.least_value)}
    row |= {"lotSizeFilter": lots, "settleCoin": one.settle, "launchTime": "1585526400000",
            "deliveryTime": "0", "deliveryFeeRate": ""}  # fmt: skip
    if one.category == "option":
        return row | {"optionsType": "Put", "displayName": "BTCUSDT-27MAR26-70000-P"}
    limits = {"minLeverage": "1", "maxLeverage": text(one.leverage_max), "leverageStep": "0.01"}
    return row | {
        "contractType": "LinearPerpetual", "priceScale": "2", "leverageFilter": limits,
        "fundingInterval": 480, "copyTrading": "both", "isPreListing": False,
        "preListingInfo": None, "unifiedMarginTrade": True,
    }  # fmt: skip


def funding(one: Instrument, fields: Fields, now_ms: int) -> list[Fields]:
    """Rows of /v5/market/funding/history, newest first, one each eight hours."""
    if fields.get("startTime") and not fields.get("endTime"):
        raise Refused(10001, "params error: endTime is required")
    width = 8 * 60 * MINUTE_MS
    end = int(fields.get("endTime", now_ms))
    start = int(fields.get("startTime", 0))
    times = [end - end % width - n * width for n in range(count(fields, 200, 200))]
    return [
        {"symbol": one.symbol, "fundingRate": "0.0001", "fundingRateTimestamp": str(at)}
        for at in times
        if at >= start
    ]


def interest(fields: Fields, now_ms: int) -> list[Fields]:
    """All rows of /v5/market/open-interest that there are: 120 of them, newest first."""
    minutes = OPEN_INTEREST.get(fields.get("intervalTime", ""))
    if minutes is None:
        raise Refused(10001, "params error: intervalTime invalid")
    width = minutes * MINUTE_MS
    return [
        {
            "openInterest": f"{63910691 - n}.00000000",
            "singleOpenInterest": str(31955346 - n),
            "timestamp": str(now_ms - now_ms % width - n * width),
        }
        for n in range(120)
    ]


def trades(one: Instrument, fields: Fields, now_ms: int) -> list[Fields]:
    """Rows of /v5/market/recent-trade, newest first."""
    usual, most = (60, 60) if one.category == "spot" else (500, 1000)
    return [
        {
            "execId": str(2100000000007764263 - n), "symbol": one.symbol, "price": text(one.last),
            "size": "0.00012", "side": "Buy" if n % 2 else "Sell", "time": str(now_ms - n),
            "isBlockTrade": False, "isRPITrade": n == 0, "seq": str(123456 - n),
        }
        for n in range(count(fields, usual, most))
    ]  # fmt: skip


def count(fields: dict[str, Any], usual: int, most: int) -> int:
    """The limit that is asked for."""
    try:
        limit = int(fields.get("limit", usual))
    except ValueError:
        raise Refused(10001, "params error: limit invalid") from None
    if not 1 <= limit <= most:
        raise Refused(10001, "params error: limit invalid")
    return limit
