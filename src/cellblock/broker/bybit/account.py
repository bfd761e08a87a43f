"""What the account has and did: orders, fills, positions, balance."""

from __future__ import annotations

from typing import Any, Literal

from cellblock.broker.bybit import answers, endpoints
from cellblock.broker.bybit.amounts import Amount
from cellblock.broker.bybit.calls import Calls, Category, Contracts, OrderType
from cellblock.broker.bybit.fields import given


class Reports(Calls):
    """What became of orders. Lists come with the newest first.

    Every one answers ``{"list", "next_page_cursor", "category", "time"}``: pass the cursor on to
    get the next page; it is None at the end. Times are ms since 1970.
    """

    async def get_open_orders(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        open_only: Literal[0, 1] | None = None,
        order_filter: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Open orders; by id, also those that ended lately.

        Each: ``order_id``, ``order_link_id``, ``symbol``, ``side``, ``order_type``, ``price``,
        ``qty``, ``leaves_qty``, ``cum_exec_qty``, ``avg_price``, ``order_status`` (New,
        PartiallyFilled, Untriggered, Filled, Cancelled, Rejected, …), ``created_time``. Linear
        needs *symbol*, *base_coin* or *settle_coin*. ``open_only=1`` gives the last 500 that ended.
        Limits: *limit* 1 to 50, 20 if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/order/open-order
        """
        answer = await self._read(endpoints.OPEN_ORDERS, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_order_history(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        order_id: str | None = None,
        order_link_id: str | None = None,
        order_filter: str | None = None,
        order_status: str | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Orders that ended, in the last seven days if no times are given; rows as of open orders.

        Limits: *limit* 1 to 50, 20 if none is given; times at most seven days apart.
        Source: https://bybit-exchange.github.io/docs/v5/order/order-list
        """
        answer = await self._read(endpoints.ORDER_HISTORY, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_executions(
        self,
        symbol: str | None = None,
        category: Category = "linear",
        *,
        order_id: str | None = None,
        order_link_id: str | None = None,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        exec_type: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Fills of the account's orders.

        Each: ``exec_id``, ``order_id``, ``symbol``, ``side``, ``exec_price``, ``exec_qty``,
        ``exec_value``, ``exec_fee``, ``fee_rate``, ``is_maker``, ``exec_time``, ``closed_size``.
        Limits: *limit* 1 to 100, 50 if none is given; times at most seven days apart.
        Source: https://bybit-exchange.github.io/docs/v5/order/execution
        """
        answer = await self._read(endpoints.EXECUTIONS, given(locals()))
        return answer if raw else answers.listed(answer)

    async def get_closed_pnl(
        self,
        symbol: str | None = None,
        category: Contracts = "linear",
        *,
        start_time: int | None = None,
        end_time: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Profit and loss of what was closed.

        Each: ``symbol``, ``order_id``, ``side`` (of the closing order), ``closed_size``,
        ``avg_entry_price``, ``avg_exit_price``, ``closed_pnl`` (fees paid), ``leverage``,
        ``created_time``.
        Limits: *limit* 1 to 100, 50 if none is given; times at most seven days apart.
        Source: https://bybit-exchange.github.io/docs/v5/position/close-pnl
        """
        answer = await self._read(endpoints.CLOSED_PNL, given(locals()))
        return answer if raw else answers.listed(answer)


class Positions(Calls):
    """Positions and their settings."""

    async def get_positions(
        self,
        symbol: str | None = None,
        category: Literal["linear", "inverse", "option"] = "linear",
        *,
        base_coin: str | None = None,
        settle_coin: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Positions: ``{"list": […], "next_page_cursor", "category", "time"}``.

        Each: ``symbol``, ``side`` (Buy, Sell, None when empty), ``size`` (never negative),
        ``avg_price``, ``mark_price``, ``position_value``, ``unrealised_pnl``,
        ``cum_realised_pnl``, ``leverage``, ``liq_price``, ``take_profit``, ``stop_loss``,
        ``position_idx``. With *symbol* an empty position is listed too; linear needs *symbol* or
        *settle_coin*.
        Limits: *limit* 1 to 200, 20 if none is given.
        Source: https://bybit-exchange.github.io/docs/v5/position
        """
        answer = await self._read(endpoints.POSITIONS, given(locals()))
        return answer if raw else answers.listed(answer)

    async def set_leverage(
        self,
        symbol: str,
        buy_leverage: Amount,
        sell_leverage: Amount | None = None,
        category: Contracts = "linear",
        *,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Set the leverage: ``{"modified"}``, False if it was so already, which is no error.

        *sell_leverage* is as *buy_leverage* unless given, as one-way mode has it.
        Code ``too_large`` above the risk limit.
        Source: https://bybit-exchange.github.io/docs/v5/position/leverage
        """
        sell_leverage = buy_leverage if sell_leverage is None else sell_leverage
        fields = given(locals())
        self._need_key()
        what = f"the leverage of {symbol[:40]}"
        answer = await self._desk.write(endpoints.SET_LEVERAGE, fields, what)
        return answer if raw else {**answers.plain(answer), "modified": answer["retCode"] == 0}

    async def set_trading_stop(
        self,
        symbol: str,
        category: Literal["linear", "inverse", "option"] = "linear",
        *,
        take_profit: Amount | None = None,
        stop_loss: Amount | None = None,
        trailing_stop: Amount | None = None,
        active_price: Amount | None = None,
        tpsl_mode: Literal["Full", "Partial"] = "Full",
        position_idx: Literal[0, 1, 2] = 0,
        tp_trigger_by: str | None = None,
        sl_trigger_by: str | None = None,
        tp_size: Amount | None = None,
        sl_size: Amount | None = None,
        tp_limit_price: Amount | None = None,
        sl_limit_price: Amount | None = None,
        tp_order_type: OrderType | None = None,
        sl_order_type: OrderType | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Set where a position is closed; 0 takes a stop away. Answers ``{"time"}``.

        *trailing_stop* is a distance in price. ``Partial`` adds a stop for *tp_size* and *sl_size*
        each time. Codes: ``not_modified`` if it is so already, ``bad_request`` with no position.
        Limits: 10 a second.
        Source: https://bybit-exchange.github.io/docs/v5/position/trading-stop
        """
        fields = given(locals())
        self._need_key()
        partial = tpsl_mode == "Partial"
        endpoint = endpoints.TRADING_STOP_PARTIAL if partial else endpoints.TRADING_STOP
        answer = await self._desk.write(endpoint, fields, f"the stop of {symbol[:40]}")
        return answer if raw else answers.plain(answer)


class Balance(Calls):
    """Money."""

    async def get_wallet_balance(
        self,
        coin: str | None = None,
        account_type: Literal["UNIFIED"] = "UNIFIED",
        *,
        raw: bool = False,
    ) -> dict[str, Any]:
        """The account in dollars, and its coins.

        Flat: ``total_equity``, ``total_wallet_balance``, ``total_available_balance``,
        ``total_perp_upl``, and ``coin``: a list of ``{"coin", "equity", "wallet_balance",
        "locked", "unrealised_pnl", "usd_value"}``. *coin* chooses, as in ``"USDT,BTC"``.
        Source: https://bybit-exchange.github.io/docs/v5/account/wallet-balance
        """
        answer = await self._read(endpoints.WALLET, given(locals()))
        return answer if raw else answers.only(answer, "account")

    async def get_fee_rates(
        self,
        symbol: str | None = None,
        category: Category | None = "linear",
        *,
        base_coin: str | None = None,
        raw: bool = False,
    ) -> dict[str, Any]:
        """Fees: ``{"list": [{"symbol", "taker_fee_rate", "maker_fee_rate"}]}``.

        Limits: 5 a second.
        Source: https://bybit-exchange.github.io/docs/v5/account/fee-rate
        """
        answer = await self._read(endpoints.FEE_RATES, given(locals()))
        return answer if raw else answers.listed(answer)
