"""Market data: the methods of ctx.bybit that need no key."""

from __future__ import annotations

from typing import Any, Literal

from cellblock.broker.bybit import answers, endpoints
from cellblock.broker.bybit.calls import Calls, Category, Contracts
from cellblock.broker.bybit.fields import given

Interval = Literal[
    "1", "3", "5", "15", "30", "60", "120", "240", "360", "720", "D", "W", "M",
    1, 3, 5, 15, 30, 60, 120, 240, 360, 720,
]  # fmt: skip
IntervalTime = Literal["5min", "15min", "30min", "1h", "4h", "1d"]


class MarketData(Calls):
    """Prices, candles, books and what can be traded; public."""

    async def get_tickers(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        base_coin: str | None = None,
        exp_date: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Latest price, best bid and ask, and the last 24 hours of one symbol.

        Flat: ``symbol``, ``last_price``, ``bid1_price``, ``ask1_price``, ``price24h_pcnt`` (0.01 is
        one per cent), ``volume24h``, ``turnover24h``; contracts also ``mark_price``,
        ``index_price``, ``funding_rate``, ``next_funding_time``, ``open_interest``. Without
        *symbol* ``{"list": […]}`` of all; options then need *base_coin*.
        Source: https://bybit-exchange.github.io/docs/v5/market/tickers
        """
        answer = await self._read(endpoints.TICKERS, given(locals()))
        if raw:
            return answer
        return answers.listed(answer) if symbol is None else answers.only(answer, symbol)

    async def get_kline(
        self,
        symbol: str,
        interval: Interval,
        category: Literal["linear", "inverse", "spot"] = "linear",
        *,
        start: int | None = None,
        end: int | None = None,
        limit: int | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Candles, the oldest first; the exchange and ``raw=True`` have the newest first.

        ``{"symbol", "list": [{"start", "open", "high", "low", "close", "volume", "turnover"}]}``.
        The last one is open yet unless *end* lies before. *interval*: minutes, or D, W, M. *start*,
        *end*: ms since 1970.
        Limits: *limit* 1 to 1,000, 200 if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/market/kline
        """
        answer = await self._read(endpoints.KLINE, given(locals()))
        return answer if raw else answers.candles(answer)

    async def get_orderbook(
        self,
        symbol: str,
        category: Category = "linear",
        *,
        limit: int | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Bids and asks, the best first: ``{"symbol", "bids": [[price, size]], "asks", "ts"}``.

        Also ``update_id``, ``seq`` and ``cts``, the time of the matching engine.
        Limits: *limit* 1 to 1,000 on a side, of options 25; 25 for contracts and 1 for spot and
        options if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/market/orderbook
        """
        answer = await self._read(endpoints.ORDERBOOK, given(locals()))
        return answer if raw else answers.plain(answer)

    async def get_instruments_info(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        symbol_type: str | None = None,
        status: str | None = None,
        base_coin: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """What may be ordered: steps, least and most.

        With *symbol* flat: ``price_filter`` (``tick_size``), ``lot_size_filter``
        (``min_order_qty``, ``qty_step``, ``min_notional_value``; spot: ``base_precision``,
        ``min_order_amt``), ``leverage_filter``, ``status``. Else ``{"list", "next_page_cursor"}``.
        Code ``not_found`` for an unknown symbol.
        Limits: *limit* 1 to 1,000, 500 if none is given; spot comes whole.
        Source: https://bybit-exchange.github.io/docs/v5/market/instrument
        """
        answer = await self._read(endpoints.INSTRUMENTS, given(locals()))
        if raw:
            return answer
        return answers.listed(answer) if symbol is None else answers.only(answer, symbol)

    async def get_funding_rate_history(
        self,
        symbol: str,
        category: Contracts = "linear",
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Funding rates, the newest first.

        ``{"list": [{"symbol", "funding_rate", "funding_rate_timestamp"}]}``. *start_time* alone is
        refused; times are ms since 1970.
        Limits: *limit* 1 to 200, 200 if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/market/history-fund-rate
        """
        answer = await self._read(endpoints.FUNDING, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_open_interest(
        self,
        symbol: str,
        interval_time: IntervalTime,
        category: Contracts = "linear",
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Open interest, the newest first.

        ``{"list": [{"open_interest", "single_open_interest", "timestamp"}], "next_page_cursor"}``,
        in coins for linear and in dollars for inverse contracts.
        Limits: *limit* 1 to 200, 50 if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/market/open-interest
        """
        answer = await self._read(endpoints.OPEN_INTEREST, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_public_trade_history(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        base_coin: str | None = None,
        option_type: Literal["Call", "Put"] | None = None,
        limit: int | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """The latest trades of everybody, the newest first.

        ``{"list": [{"exec_id", "symbol", "price", "size", "side", "time", "is_block_trade"}]}``;
        *side* is the taker's. Only options go without *symbol*.
        Limits: *limit* 1 to 1,000, 500 if none is given; spot 60.
        Source: https://bybit-exchange.github.io/docs/v5/market/recent-trade
        """
        answer = await self._read(endpoints.TRADES, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_server_time(self, *, raw: bool = False) -> dict[str, Any]:
        """The exchange's clock: ``{"time_second", "time_nano", "time"}``, the last in ms.

        Source: https://bybit-exchange.github.io/docs/v5/market/time
        """
        answer = await self._read(endpoints.TIME, {})
        return answer if raw else answers.plain(answer)
