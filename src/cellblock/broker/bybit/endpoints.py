"""The endpoints that ctx.bybit uses: where each is, how often, and whether it may be repeated.

Source: https://bybit-exchange.github.io/docs/v5/rate-limit, and the page of each endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Again = Literal["read", "link", "same", "never"]
"""What may be done after an attempt whose fate is not known.

``read``: it has no effect. ``link``: the exchange takes one order of an orderLinkId. ``same``: the
second time changes nothing that the first did not. ``never``: each time has its own effect.
"""
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. *per_second* is what an account may ask where no header has said it yet."""

    verb: Literal["GET", "POST"]
    path: str
    again: Again = "read"
    per_second: int | None = None
    per_second_spot: int | None = None

    @property
    def private(self) -> bool:
        """Whether it needs a key."""
        return not self.path.startswith("/v5/market/")

    def lane(self, fields: Fields) -> tuple[str, int | None]:
        """Give the name of the limit that a request counts against, and the limit."""
        if self.per_second_spot is not None and fields.get("category") == "spot":
            return f"{self.path} spot", self.per_second_spot
        return self.path, self.per_second


TICKERS = Endpoint("GET", "/v5/market/tickers")
KLINE = Endpoint("GET", "/v5/market/kline")
ORDERBOOK = Endpoint("GET", "/v5/market/orderbook")
INSTRUMENTS = Endpoint("GET", "/v5/market/instruments-info")
FUNDING = Endpoint("GET", "/v5/market/funding/history")
OPEN_INTEREST = Endpoint("GET", "/v5/market/open-interest")
TRADES = Endpoint("GET", "/v5/market/recent-trade")
TIME = Endpoint("GET", "/v5/market/time")

CREATE = Endpoint("POST", "/v5/order/create", "link", 10, 20)
AMEND = Endpoint("POST", "/v5/order/amend", "same", 10)
CANCEL = Endpoint("POST", "/v5/order/cancel", "same", 10, 20)
CANCEL_ALL = Endpoint("POST", "/v5/order/cancel-all", "same", 10, 20)
OPEN_ORDERS = Endpoint("GET", "/v5/order/realtime", "read", 50)
ORDER_HISTORY = Endpoint("GET", "/v5/order/history", "read", 50)
EXECUTIONS = Endpoint("GET", "/v5/execution/list", "read", 50)

POSITIONS = Endpoint("GET", "/v5/position/list", "read", 50)
CLOSED_PNL = Endpoint("GET", "/v5/position/closed-pnl", "read", 50)
SET_LEVERAGE = Endpoint("POST", "/v5/position/set-leverage", "same", 10)
TRADING_STOP = Endpoint("POST", "/v5/position/trading-stop", "same", 10)
# A partial stop is an order of its own each time.
TRADING_STOP_PARTIAL = Endpoint("POST", "/v5/position/trading-stop", "never", 10)

WALLET = Endpoint("GET", "/v5/account/wallet-balance", "read", 50)
FEE_RATES = Endpoint("GET", "/v5/account/fee-rate", "read", 5)
