"""ctx.bybit against the fake exchange: what its methods ask and answer."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from inspect import signature

import pytest
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP

from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters.bybit import Bybit
from cellblock.broker.bybit import answers
from cellblock.broker.methods import method_names
from peers.exchange import Exchange
from peers.trader import Trader


@pytest.fixture
def exchange():
    with Exchange() as running:
        yield running


@pytest.fixture
def trader(exchange):
    with Trader(exchange) as made:
        yield made


CONTRACT = """get_tickers get_kline get_orderbook get_instruments_info get_funding_rate_history
get_open_interest get_public_trade_history get_server_time place_order amend_order cancel_order
cancel_all_orders get_open_orders get_order_history get_executions get_closed_pnl get_positions
set_leverage set_trading_stop get_wallet_balance get_fee_rates""".split()


def test_the_methods_are_those_of_the_contract_and_each_says_what_it_gives():
    assert set(method_names(Bybit)) == set(CONTRACT)
    for name in CONTRACT:
        assert "Source: https://bybit-exchange.github.io/docs/v5/" in getattr(Bybit, name).__doc__
        assert "raw" in signature(getattr(Bybit, name)).parameters


# Market data


def test_market_data_needs_no_key_and_sends_none(exchange):
    with Trader(exchange, key=False) as trader:
        ticker = trader.get_tickers("BTCUSDT")
        assert (ticker["symbol"], ticker["last_price"], ticker["bid1_price"]) == (
            "BTCUSDT",
            60000.0,
            59999.9,
        )
        assert ticker["price24h_pcnt"] == 0.010101
        assert ticker["basis"] is None
        assert ticker["next_funding_time"] == 1760371200000
        assert ticker["funding_interval_hour"] == 8
        with pytest.raises(CallRefused) as caught:
            trader.get_positions("BTCUSDT")
    assert caught.value.kind == "RuntimeError"
    assert str(caught.value).endswith("the operator adds one: cellblock connect bybit")
    assert [seen.path for seen in exchange.seen] == ["/v5/market/tickers"]


def test_a_key_is_not_shown_where_none_is_needed(exchange, trader):
    trader.get_tickers("BTCUSDT")
    assert not [name for name in exchange.seen[0].headers if name.startswith("x-bapi")]


def test_a_number_has_one_type_whatever_its_value(exchange, trader):
    for price in ("60000", "60000.5"):
        exchange.set_price("linear", "BTCUSDT", price)
        ticker = trader.get_tickers("BTCUSDT")
        assert type(ticker["last_price"]) is float
        assert type(ticker["next_funding_time"]) is int
        assert type(ticker["time"]) is int


def test_without_a_symbol_all_are_listed(trader):
    answer = trader.get_tickers()
    assert [row["symbol"] for row in answer["list"]] == ["BTCUSDT", "ETHUSDT", "XRPUSDT", "BTCPERP"]
    assert answer["next_page_cursor"] is None


def test_candles_come_oldest_first(trader):
    answer = trader.get_kline("BTCUSDT", 5, limit=3)
    starts = [row["start"] for row in answer["list"]]
    assert starts == sorted(starts)
    assert starts[1] - starts[0] == 300_000
    assert set(answer["list"][0]) == {"start", "open", "high", "low", "close", "volume", "turnover"}
    newest = trader.get_kline("BTCUSDT", "5", limit=3, raw=True)["result"]["list"][0]
    assert int(newest[0]) == starts[2]
    assert float(newest[4]) == answer["list"][2]["close"]


def test_the_book_has_names_and_numbers(trader):
    answer = trader.get_orderbook("BTCUSDT", limit=2)
    assert answer["bids"] == [[59999.9, 1.5], [59999.8, 2.5]]
    assert answer["asks"] == [[60000.1, 1.25], [60000.2, 2.25]]
    assert (answer["symbol"], answer["update_id"]) == ("BTCUSDT", 230704)


def test_one_instrument_is_flat_and_an_unknown_one_is_not_found(trader):
    info = trader.get_instruments_info("BTCUSDT")
    assert info["lot_size_filter"]["qty_step"] == 0.001
    assert info["price_filter"] == {"tick_size": 0.1}
    answer = trader.get_instruments_info("NOUSDT")
    assert answer == {"error": "bybit: there is no NOUSDT", "code": "not_found"}


def test_the_rest_of_market_data(trader):
    rates = trader.get_funding_rate_history("BTCUSDT", limit=2)["list"]
    assert rates[0]["funding_rate"] == 0.0001
    assert rates[0]["funding_rate_timestamp"] > rates[1]["funding_rate_timestamp"]
    trade = trader.get_public_trade_history("BTCUSDT", limit=1)["list"][0]
    assert (trade["exec_id"], trade["price"], trade["is_rpi_trade"]) == (
        "2100000000007764263",
        60000.0,
        True,
    )
    clock = trader.get_server_time()
    assert clock["time_second"] == pytest.approx(time.time(), abs=5)
    assert clock["time_nano"] // 10**9 == clock["time_second"]


def test_pages_are_followed_with_the_cursor_as_it_came(trader):
    found, cursor = [], None
    for _ in range(4):
        page = trader.get_open_interest("BTCUSDT", "1h", limit=50, cursor=cursor)
        found += [row["timestamp"] for row in page["list"]]
        cursor = page["next_page_cursor"]
        if cursor is None:
            break
    assert len(set(found)) == 120


# Orders


def test_an_order_is_placed_changed_and_cancelled(exchange, trader):
    placed = trader.place_order("BTCUSDT", "Buy", "Limit", 0.01, 50000.0, time_in_force="GTC")
    assert placed["reconciled"] is False
    assert re.fullmatch(r"cb[a-z2-7]{32}", placed["order_link_id"])
    ids = {"order_id": placed["order_id"]}
    row = trader.get_open_orders("BTCUSDT")["list"][0]
    assert (row["order_id"], row["order_status"], row["price"]) == (
        placed["order_id"],
        "New",
        50000.0,
    )
    assert row["avg_price"] is None
    assert "error" not in trader.amend_order("BTCUSDT", **ids, price=51000, qty="0.02")
    assert trader.get_open_orders("BTCUSDT", **ids)["list"][0]["qty"] == 0.02
    assert trader.cancel_order("BTCUSDT", **ids)["order_id"] == placed["order_id"]
    assert trader.cancel_order("BTCUSDT", **ids) == {
        "error": "bybit: order not exists or too late to cancel (110001)",
        "code": "not_found",
    }
    assert trader.get_order_history("BTCUSDT")["list"][0]["order_status"] == "Cancelled"


def test_a_position_is_opened_guarded_and_closed(exchange, trader):
    assert trader.set_leverage("BTCUSDT", 5)["modified"] is True
    assert trader.set_leverage("BTCUSDT", 5)["modified"] is False
    assert trader.set_leverage("BTCUSDT", 5, raw=True)["retCode"] == 110043
    trader.place_order("BTCUSDT", "Buy", "Market", "0.1")
    assert "error" not in trader.set_trading_stop("BTCUSDT", take_profit=70000, stop_loss=50000)
    assert trader.set_trading_stop("BTCUSDT", take_profit=70000)["code"] == "not_modified"
    held = trader.get_positions("BTCUSDT")["list"][0]
    assert (held["side"], held["size"], held["leverage"]) == ("Buy", 0.1, 5.0)
    assert (held["take_profit"], held["stop_loss"], held["liq_price"]) == (70000.0, 50000.0, None)
    exchange.set_price("linear", "BTCUSDT", "61000")
    trader.place_order("BTCUSDT", "Sell", "Market", "0.1", reduce_only=True)
    assert trader.get_closed_pnl("BTCUSDT")["list"][0]["closed_pnl"] == pytest.approx(
        96.635, abs=0.01
    )
    assert [row["side"] for row in trader.get_executions("BTCUSDT")["list"]] == ["Sell", "Buy"]
    assert trader.get_positions("BTCUSDT")["list"][0]["side"] is None
    assert trader.get_positions(settle_coin="USDT")["list"] == []


def test_a_spot_market_buy_takes_the_quote_coin(trader):
    trader.place_order("BTCUSDT", "Buy", "Market", 600, category="spot")
    trader.place_order("BTCUSDT", "Buy", "Market", 0.01, category="spot", market_unit="baseCoin")
    assert [row["exec_qty"] for row in trader.get_executions(category="spot")["list"]] == [
        0.01,
        0.009999,
    ]


def test_all_orders_of_a_symbol_are_cancelled(trader):
    ids = {
        trader.place_order("BTCUSDT", "Buy", "Limit", 0.01, 50000 + n)["order_id"] for n in range(3)
    }
    answer = trader.cancel_all_orders("BTCUSDT")
    assert {row["order_id"] for row in answer["list"]} == ids
    assert answer["success"] == 1
    assert trader.cancel_all_orders()["code"] == "bad_request"


def test_the_account_is_flat_and_its_coins_a_list(trader):
    account = trader.get_wallet_balance()
    assert account["total_equity"] == 170_000.0
    assert {row["coin"]: row["wallet_balance"] for row in account["coin"]} == {
        "USDT": 100_000,
        "USDC": 10_000,
        "BTC": 1,
    }
    assert [row["coin"] for row in trader.get_wallet_balance("BTC,USDC")["coin"]] == ["BTC", "USDC"]
    assert trader.get_fee_rates("BTCUSDT")["list"] == [
        {"symbol": "BTCUSDT", "taker_fee_rate": 0.00055, "maker_fee_rate": 0.0002}
    ]


def test_raw_is_the_envelope_of_a_yes_and_a_no_is_an_error_all_the_same(trader):
    answer = trader.get_wallet_balance(raw=True)
    assert set(answer) == {"retCode", "retMsg", "result", "retExtInfo", "time"}
    assert answer["result"]["list"][0]["totalEquity"] == "170000"
    assert trader.get_tickers("NOUSDT", raw=True)["code"] == "bad_request"


@pytest.mark.parametrize(
    ("fields", "code", "ret_code"),
    [
        ({"qty": 0.0001}, "too_small", 110017),
        ({"qty": 500}, "insufficient_balance", 110007),
        ({"symbol": "XRPUSDT", "qty": 0.1}, "too_small", 110094),
        ({"symbol": "NOUSDT"}, "bad_request", 10001),
        ({"reduce_only": True}, "too_small", 110017),
        ({"category": "spot", "qty": 200_000}, "insufficient_balance", 170131),
    ],
)
def test_a_refusal_is_a_word_a_sentence_and_the_exchanges_number(trader, fields, code, ret_code):
    arguments = {"symbol": "BTCUSDT", "side": "Buy", "order_type": "Market", "qty": 0.01, **fields}
    answer = trader.place_order(**arguments)
    assert answer["code"] == code
    assert re.fullmatch(rf"bybit: .+ \({ret_code}\)", answer["error"])


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"qty": True}, "TypeError", "qty: Expected `int | float | str`, got `bool`"),
        ({"qty": None}, "TypeError", "qty"),
        ({"qty": "a lot"}, "ValueError", "qty: 'a lot' is no number"),
        ({"qty": ""}, "ValueError", "qty: '' is no number"),
        ({"qty": "1" * 401}, "ValueError", "qty: '1111"),
        ({"side": "buy"}, "ValueError", "side"),
        ({"orderLinkId": "x"}, "TypeError", "orderLinkId"),
        ({"reduce_only": 1}, "TypeError", "reduce_only"),
        ({"qty": -1}, "ValueError", "qty: -1 is below 0; the side says which way an order goes"),
        ({"price": "-0.5"}, "ValueError", "price: -0.5 is below 0"),
        ({"stop_loss": "-1e3"}, "ValueError", "stop_loss: -1000 is below 0"),
        ({"symbol": "x" * 1001}, "ValueError", "symbol: it has more than 1,000 characters"),
        ({"position_idx": 3}, "ValueError", "position_idx"),
        ({"position_idx": 10**400}, "ValueError", "position_idx"),
        ({"market_unit": "quotecoin"}, "ValueError", "market_unit"),
        ({"time_in_force": "gtc"}, "ValueError", "time_in_force"),
        ({"order_filter": "order"}, "ValueError", "order_filter"),
        ({"trigger_direction": 0}, "ValueError", "trigger_direction"),
        ({"trigger_by": "Price"}, "ValueError", "trigger_by"),
        ({"tp_trigger_by": ""}, "ValueError", "tp_trigger_by"),
        ({"tpsl_mode": "partial"}, "ValueError", "tpsl_mode"),
        ({"is_leverage": 2}, "ValueError", "is_leverage"),
        ({"tp_order_type": "limit"}, "ValueError", "tp_order_type"),
        ({"smp_type": ""}, "ValueError", "smp_type"),
        ({"bbo_side_type": "queue"}, "ValueError", "bbo_side_type"),
        ({"bbo_level": "9"}, "ValueError", "bbo_level"),
        ({"slippage_tolerance_type": "x"}, "ValueError", "slippage_tolerance_type"),
    ],
)
def test_what_cannot_be_an_order_raises_before_anything_is_sent(
    exchange, trader, arguments, kind, words
):
    arguments = {"symbol": "BTCUSDT", "side": "Buy", "order_type": "Market", "qty": 1, **arguments}
    with pytest.raises(CallRefused) as caught:
        trader.place_order(**arguments)
    assert caught.value.kind == kind
    assert words in str(caught.value)
    assert exchange.seen == []


ORDERS = {
    "place_order": {"side": "Buy", "order_type": "Market", "qty": 0.01},
    "amend_order": {"qty": 0.01},
    "cancel_order": {},
}
NO_IDS = {
    "order_link_id": ["", " ", "x" * 37, "a b", "a\n", "a.b", "\u00e9", "\u0665"],
    "order_id": ["", "x" * 65, "a b", "a\n", "\u00e9"],
}


@pytest.mark.parametrize("method", ORDERS)
def test_an_id_that_names_no_order_raises_and_nothing_is_sent(exchange, trader, method):
    """An order under the empty id could be placed twice."""
    known = signature(getattr(Bybit, method)).parameters
    cases = [(name, value) for name in NO_IDS if name in known for value in NO_IDS[name]]
    assert len(cases) == (8 if method == "place_order" else 13)
    for name, value in cases:
        with pytest.raises(CallRefused) as caught:
            getattr(trader, method)("BTCUSDT", **ORDERS[method], **{name: value})
        assert caught.value.kind == "ValueError"
        assert str(caught.value).startswith(f"{name}: {value[:40]!r} names no order; an id is 1 to")
    assert exchange.seen == []


def test_an_order_that_raises_counts_as_none(exchange):
    order = ("BTCUSDT", "Buy", "Limit", 0.01, 50000)
    with Trader(exchange) as trader:
        name = trader.place_order(*order)["order_link_id"]
    exchange.venue.orders.clear()
    with Trader(exchange, max_orders_per_minute=1) as trader:
        for wrong in ({"order_link_id": ""}, {"time_in_force": "x"}, {"stop_loss": -1}):
            with pytest.raises(CallRefused):
                trader.place_order(*order, **wrong)
        assert trader.place_order(*order)["order_link_id"] == name
        assert trader.place_order(*order)["code"] == "policy"


def test_a_number_that_no_json_has_raises(exchange, trader):
    with pytest.raises(CallRefused, match="limit: the number is too large"):
        trader.get_open_orders("BTCUSDT", limit=10**300)
    assert exchange.seen == []


@pytest.mark.parametrize("qty", [1e-05, "0.00001", "1e-05", "1E-5"])
def test_a_small_number_is_sent_in_plain_digits(exchange, trader, qty):
    trader.place_order("BTCUSDT", "Sell", "Market", qty, category="spot")
    assert exchange.seen[0].fields["qty"] == "0.00001"


def test_text_in_a_query_cannot_become_another_parameter(exchange, trader):
    hostile = "BTCUSDT&category=spot#x?é \r\nX: y%zz"
    assert trader.get_open_orders(hostile)["list"] == []
    assert exchange.seen[0].fields == {"category": "linear", "symbol": hostile}


# The same as pybit asks

CASES = [
    ("get_tickers", {"category": "linear", "symbol": "BTCUSDT"}),
    ("get_kline", {"category": "spot", "symbol": "BTCUSDT", "interval": "60", "start": 1_690_000_000_000, "end": 1_700_000_000_000, "limit": 10}),
    ("get_orderbook", {"category": "linear", "symbol": "BTCUSDT", "limit": 5}),
    ("get_instruments_info", {"category": "option", "base_coin": "BTC", "limit": 20, "status": "Trading"}),
    ("get_funding_rate_history", {"category": "inverse", "symbol": "BTCUSD", "start_time": 1_690_000_000_000, "end_time": 1_700_000_000_000}),
    ("get_open_interest", {"category": "linear", "symbol": "BTCUSDT", "interval_time": "1h", "cursor": "page_args%3A50"}),
    ("get_public_trade_history", {"category": "linear", "symbol": "BTCUSDT", "limit": 5}),
    ("get_server_time", {}),
    ("place_order", {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "order_type": "Limit", "qty": "0.01", "price": "50000", "order_link_id": "a-1", "time_in_force": "PostOnly", "reduce_only": False, "position_idx": 0, "take_profit": "70000", "stop_loss": "40000", "tpsl_mode": "Full"}),
    ("place_order", {"category": "linear", "symbol": "BTCUSDT", "side": "Sell", "order_type": "Market", "qty": 0.01, "order_link_id": "a-2", "trigger_price": 70000.5, "trigger_direction": 1, "trigger_by": "MarkPrice"}),
    ("place_order", {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "order_type": "Market", "qty": 200.0, "order_link_id": "a-3", "market_unit": "quoteCoin", "is_leverage": 0, "slippage_tolerance_type": "Percent", "slippage_tolerance": "0.5"}),
    ("amend_order", {"category": "linear", "symbol": "BTCUSDT", "order_link_id": "a-1", "price": "51000"}),
    ("cancel_order", {"category": "linear", "symbol": "BTCUSDT", "order_id": "x"}),
    ("cancel_all_orders", {"category": "linear", "settle_coin": "USDT", "order_filter": "Order"}),
    ("get_open_orders", {"category": "linear", "symbol": "BTCUSDT", "open_only": 1, "limit": 50}),
    ("get_order_history", {"category": "linear", "order_status": "Filled", "start_time": 1_690_000_000_000}),
    ("get_executions", {"category": "linear", "exec_type": "Trade", "limit": 100}),
    ("get_closed_pnl", {"category": "linear", "symbol": "BTCUSDT"}),
    ("get_positions", {"category": "linear", "settle_coin": "USDT"}),
    ("set_leverage", {"category": "linear", "symbol": "BTCUSDT", "buy_leverage": "7", "sell_leverage": "7"}),
    ("set_trading_stop", {"category": "linear", "symbol": "BTCUSDT", "take_profit": "70000", "tpsl_mode": "Partial", "tp_size": "0.01", "sl_size": "0.01", "tp_order_type": "Limit", "tp_limit_price": "69990", "position_idx": 0}),
    ("get_wallet_balance", {"account_type": "UNIFIED", "coin": "USDT,BTC"}),
    ("get_fee_rates", {"category": "spot", "symbol": "BTCUSDT"}),
]  # fmt: skip


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def normal(seen):
    """A request without what the moment decides."""
    headers = {name: value for name, value in seen.headers.items() if name.startswith("x-bapi")}
    for name in ("x-bapi-timestamp", "x-bapi-sign"):
        if name in headers:
            headers[name] = "…"
    body = json.loads(seen.body) if seen.body else None
    return seen.verb, seen.path, seen.query, headers, body


def test_every_method_is_compared():
    assert {name for name, _ in CASES} == set(CONTRACT)


@pytest.mark.parametrize(("method", "arguments"), CASES)
def test_our_request_is_that_of_pybit(exchange, trader, method, arguments):
    getattr(trader, method)(**arguments)
    ours = exchange.seen[0]
    private = not ours.path.startswith("/v5/market/")
    keys = {"api_key": exchange.key, "api_secret": exchange.secret} if private else {}
    session = HTTP(max_retries=1, retry_delay=0, **keys)
    session.endpoint = exchange.url
    before = len(exchange.seen)
    with contextlib.suppress(InvalidRequestError):  # such as the second of two orders
        getattr(session, method)(**{camel(name): value for name, value in arguments.items()})
    session.client.close()
    theirs = exchange.seen[before]
    # pybit writes a price that is a float with str(), which is what we do not; here they agree.
    assert normal(ours) == normal(theirs)


def test_answers_are_converted_beside_the_loop(trader, monkeypatch):
    """A long one takes its time, and neighbours' calls must not wait for it."""
    threads = set()

    def watched(shape):
        def watching(*arguments):
            threads.add(threading.current_thread())
            return shape(*arguments)

        return watching

    for name in ("plain", "listed", "only", "candles"):
        monkeypatch.setattr(answers, name, watched(getattr(answers, name)))
    for method, arguments in CASES:
        threads.clear()
        answer = getattr(trader, method)(**arguments)
        assert "error" in answer or threads, method
        assert threading.main_thread() not in threads, method
        [thread] = threads or [None]
        assert thread is None or thread.name == "cellblock-bybit_0"
