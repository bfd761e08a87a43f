"""The operator's guards before the exchange: what they refuse is never sent."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from cellblock.broker.adapters.bybit import KIND, BybitSettings, open_desk
from cellblock.broker.bybit.endpoints import TIME
from cellblock.broker.connections import settings_of
from cellblock.broker.kind import Surroundings
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.cli.fields import fields_of
from cellblock.clock import HandClock, SystemClock
from cellblock.errors import OperatorFault
from peers.exchange import Exchange
from peers.trader import Trader


@pytest.fixture
def exchange():
    with Exchange() as running:
        yield running


WRITES = {
    "place_order": {"side": "Buy", "order_type": "Limit", "qty": 0.01, "price": 50000},
    "amend_order": {"order_id": "x", "qty": 1},
    "cancel_order": {"order_id": "x"},
    "cancel_all_orders": {},
    "set_leverage": {"buy_leverage": 3},
    "set_trading_stop": {"stop_loss": 1},
}


def sent(exchange):
    return [seen.path for seen in exchange.seen if seen.verb == "POST"]


@pytest.mark.parametrize("method", WRITES)
def test_a_read_only_connection_changes_nothing(exchange, method):
    with Trader(exchange, read_only=True) as trader:
        answer = getattr(trader, method)(symbol="BTCUSDT", **WRITES[method])
        assert answer == {"error": "policy: this connection may only read", "code": "policy"}
        assert "error" not in trader.get_positions("BTCUSDT")
    assert sent(exchange) == []


@pytest.mark.parametrize("method", WRITES)
def test_only_allowed_symbols_are_traded_and_all_may_be_read(exchange, method):
    with Trader(exchange, symbols=["XRPUSDT", "ETHUSDT"]) as trader:
        answer = getattr(trader, method)(symbol="BTCUSDT", **WRITES[method])
        assert answer == {
            "error": "policy: BTCUSDT is not allowed on this connection; "
            "it trades ETHUSDT, XRPUSDT",
            "code": "policy",
        }
        assert sent(exchange) == []
        assert "error" not in trader.get_tickers("BTCUSDT")
        assert "error" not in trader.get_positions("BTCUSDT")
        getattr(trader, method)(symbol="ETHUSDT", **WRITES[method])
    assert len(sent(exchange)) == 1


def test_all_orders_cannot_be_cancelled_past_the_allowed_symbols(exchange):
    with Trader(exchange, symbols=["ETHUSDT"]) as trader:
        answer = trader.cancel_all_orders(settle_coin="USDT")
        beside = trader.cancel_all_orders("ETHUSDT", settle_coin="USDT")
    assert answer["error"].startswith("policy: a call that names no symbol is not allowed")
    assert beside["error"].endswith("name no coin beside the symbol")
    assert exchange.seen == []


ODD = ["btcusdt", "BtcUsdt", " BTCUSDT", "BTCUSDT ", "BTCUSDT\n", "BTCUSDT,ETHUSDT", "BTCUSDT\0", "",
       "\uff22TCUSDT", "*"]  # fmt: skip


@pytest.mark.parametrize("method", WRITES)
def test_a_symbol_is_the_allowed_one_to_the_letter(exchange, method):
    with Trader(exchange, symbols=["BTCUSDT"]) as trader:
        answers = [getattr(trader, method)(symbol=symbol, **WRITES[method]) for symbol in ODD]
    assert [answer.get("code") for answer in answers] == ["policy"] * len(ODD)
    assert exchange.seen == []


@pytest.mark.parametrize("method", WRITES)
def test_only_allowed_categories_are_traded(exchange, method):
    """A pair of spot and a contract have the same symbol."""
    with Trader(exchange, symbols=["BTCUSDT"], categories=["spot", "inverse"]) as trader:
        assert getattr(trader, method)(symbol="BTCUSDT", **WRITES[method]) == {
            "error": "policy: linear is not allowed on this connection; it trades inverse, spot",
            "code": "policy",
        }
        assert sent(exchange) == []
        assert "error" not in trader.get_positions("BTCUSDT")
        getattr(trader, method)(symbol="BTCUSDT", category="inverse", **WRITES[method])
    assert len(sent(exchange)) == 1


OPTION = {"category": "option", "symbol": "BTC-27MAR26-70000-P-USDT"}
ORDERS = [
    # fields, whether an order of at most 1,000 dollars: BTCUSDT stands at 60,000, XRPUSDT at 0.5
    ({"qty": 0.02, "price": 50000}, True),
    ({"qty": 0.021, "price": 50000}, False),
    ({"qty": 0.016, "order_type": "Market"}, True),
    ({"qty": 0.017, "order_type": "Market"}, False),
    ({"qty": 0.017, "order_type": "Market", "price": 1}, False),
    ({"qty": 0.017, "side": "Sell", "price": 1000}, False),
    ({"qty": 0.016, "side": "Sell", "price": 60100}, True),
    ({"symbol": "XRPUSDT", "qty": 2001, "price": 0.49}, True),
    ({"symbol": "XRPUSDT", "qty": 2001, "order_type": "Market"}, False),
    ({"qty": 0.016, "order_type": "Market", "trigger_price": 70000, "trigger_direction": 1}, False),
    ({"category": "inverse", "symbol": "BTCUSD", "qty": 1000, "order_type": "Market"}, True),
    ({"category": "inverse", "symbol": "BTCUSD", "qty": 1001, "order_type": "Market"}, False),
    ({"category": "spot", "qty": 1000, "order_type": "Market"}, True),
    ({"category": "spot", "qty": 1001, "order_type": "Market"}, False),
    ({"category": "spot", "qty": 0.016, "order_type": "Market", "market_unit": "baseCoin"}, True),
    ({"category": "spot", "qty": 0.1, "order_type": "Market", "market_unit": "baseCoin"}, False),
    ({"category": "spot", "qty": 0.1, "side": "Sell", "order_type": "Market"}, False),
    ({"category": "spot", "symbol": "ETHBTC", "qty": 0.1, "price": 0.04}, False),
    ({"qty": "0", "order_type": "Market", "reduce_only": True, "close_on_trigger": True}, False),
    ({"qty": "-5", "price": 50000}, False),
    ({"qty": "-0.02", "order_type": "Market"}, False),
    ({"qty": "2e-2", "price": "5E4"}, True),
    ({"qty": "2e+1", "price": "5e+4"}, False),
    ({"qty": "9" * 400, "price": "9" * 400}, False),
    ({"qty": 0.1, "price": 0}, False),
    ({"qty": 0.1, "price": "-1"}, False),
    ({"qty": 0.1}, False),
    ({"qty": 0.02, "price": 1, "bbo_side_type": "Queue", "bbo_level": "1"}, False),
    ({"qty": 0.02, "price": 1, "bbo_level": "1"}, False),
    ({"qty": 0.016, "price": 50000, "bbo_side_type": "Counterparty", "bbo_level": "1"}, True),
    ({"qty": 0.02, "price": 50000, "trigger_price": 70000, "trigger_direction": 1}, True),
    ({"qty": 0.016, "side": "Sell", "price": 60100, "trigger_price": 70000,
      "trigger_direction": 1}, False),
    ({"qty": 0.1, "order_type": "Market", "trigger_price": 1, "trigger_direction": 2}, False),
    ({"qty": 0.1, "side": "Sell", "order_type": "Market", "reduce_only": True}, False),
    ({"qty": 0.1, "order_type": "Market", "market_unit": "quoteCoin"}, False),
    ({"qty": 0.02, "price": 50000, "take_profit": 70000, "tpsl_mode": "Full"}, True),
    ({"category": "spot", "qty": 0.02, "price": 50000}, True),
    ({"category": "spot", "qty": 0.02, "price": 50000, "take_profit": 70000}, False),
    ({"category": "spot", "qty": 0.016, "side": "Sell", "price": 60100, "stop_loss": 70000}, False),
    ({"category": "spot", "qty": 0.016, "side": "Sell", "price": 60100, "stop_loss": 61000,
      "sl_limit_price": 90000}, False),
    ({"category": "spot", "qty": 0.016, "price": 50000, "take_profit": 61000}, True),
    ({"category": "spot", "qty": 0.1, "price": 50000, "market_unit": "quoteCoin"}, False),
    ({"category": "spot", "qty": 1000, "side": "Sell", "order_type": "Market",
      "market_unit": "quoteCoin"}, True),
    ({"category": "spot", "qty": 1001, "side": "Sell", "order_type": "Market",
      "market_unit": "quoteCoin"}, False),
    ({"category": "spot", "qty": 0.001, "order_type": "Market", "market_unit": "quotecoin"}, False),
    ({"category": "spot", "qty": 0.1, "price": 50000, "trigger_price": 50000,
      "order_filter": "tpslOrder"}, False),
    ({"category": "spot", "qty": 0.1, "side": "Sell", "order_type": "Market",
      "trigger_price": 50000, "order_filter": "StopOrder"}, False),
    ({"category": "spot", "symbol": "ethusdt ", "qty": 0.01, "price": 1}, False),
    ({**OPTION, "qty": 0.01, "price": 200_000}, False),
    ({**OPTION, "qty": 0.1, "order_iv": "0.1"}, False),
    ({"category": "option", "symbol": "BTC-27MAR26-70000-P-USDT", "qty": 0.01, "price": 5}, True),
    ({"category": "option", "symbol": "BTC-27MAR26-70000-P-USDT", "qty": 0.1, "price": 5}, False),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "allowed"), ORDERS)
def test_an_order_comes_to_no_more_than_it_may(exchange, fields, allowed):
    order = {"symbol": "BTCUSDT", "side": "Buy", "order_type": "Limit", **fields}
    with Trader(exchange, max_order_notional=1000) as trader:
        answer = trader.place_order(**order)
    if allowed:
        assert "error" not in answer
    else:
        assert answer["code"] == "policy"
        assert answer["error"].startswith("policy: ")
        assert len(answer["error"]) < 200
    assert len(sent(exchange)) == allowed


def test_an_amended_order_comes_to_no_more_than_it_may(exchange):
    with Trader(exchange, max_order_notional=1000) as trader:
        ids = {"order_id": trader.place_order("BTCUSDT", "Buy", "Limit", 0.02, 50000)["order_id"]}
        for change in ({"qty": 0.021}, {"price": 50001}, {"qty": 0.03, "price": 40000}):
            assert trader.amend_order("BTCUSDT", **ids, **change)["code"] == "policy"
        assert "error" not in trader.amend_order("BTCUSDT", **ids, qty=0.025, price=40000)
        assert "error" not in trader.amend_order("BTCUSDT", **ids, take_profit=70000)
        assert trader.amend_order("BTCUSDT", order_id="x", qty=9)["code"] == "not_found"
    assert len(sent(exchange)) == 3


def test_a_change_names_all_that_an_order_is_judged_by(exchange):
    """Else two changes at once, of quantity and of price, would each be judged without the other."""
    with Trader(exchange, max_order_notional=1000) as trader:
        small = trader.place_order("BTCUSDT", "Buy", "Limit", 0.001, 50000, order_link_id="a-1")
        ids = {"order_id": small["order_id"]}
        changes = [{"qty": 0.02}, {"price": 59000}, {"qty": 0.02, "price": 0}]
        changes += [{"qty": "0.0", "price": 59000}]
        answers = trader.together(
            *(trader.begin(f"bot-{n}", "amend_order", "BTCUSDT", **ids, **change)
              for n, change in enumerate(changes))
        )  # fmt: skip
        missing = [answer["error"].split("name its ")[1] for answer in answers]
        assert missing == [f"{name} as well" for name in ("price", "qty", "price", "qty")]
        assert trader.amend_order("BTCUSDT", **ids, qty=0.02, price=59000)["code"] == "policy"
        assert trader.amend_order("BTCUSDT", **ids, qty="-1", price=50000)["code"] == "policy"
        assert "error" not in trader.amend_order("BTCUSDT", **ids, qty=0.01, price=59000)
    [order] = exchange.venue.orders
    assert (str(order.qty), str(order.price)) == ("0.01", "59000")


def test_the_order_of_another_worker_is_judged_like_ones_own(exchange):
    with Trader(exchange, max_order_notional=1000) as trader:
        for name in ("a-1", "a-2"):
            trader.call(
                "a", "place_order", "BTCUSDT", "Buy", "Limit", 0.01, 50000, order_link_id=name
            )
        more = {"qty": 0.03, "price": 50000}
        answer = trader.call("b", "amend_order", "BTCUSDT", order_link_id="a-1", **more)
        assert answer["code"] == "policy"
        both = {"order_id": exchange.venue.orders[1].order_id, "order_link_id": "a-1"}
        for named in (both, {}, {"order_id": ""}, {"order_link_id": "a-1", "category": "spot"}):
            answer = trader.call("b", "amend_order", "BTCUSDT", **named, qty=0.001, price=50000)
            assert answer["code"] == "not_found"
    assert [str(order.qty) for order in exchange.venue.orders] == ["0.01", "0.01"]


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({"take_profit": 55000}, False),
        ({"take_profit": 200_000, "qty": 0.01, "price": 50000}, False),
        ({"tp_limit_price": 200_000, "qty": 0.01, "price": 50000}, False),
        ({"take_profit": 55000, "qty": 0.01, "price": 50000}, True),
        ({"take_profit": 0, "qty": 0.01, "price": 51000}, True),
        ({"tp_trigger_by": "LastPrice"}, True),
    ],
)
def test_the_stops_of_a_spot_order_are_judged_when_it_is_amended(exchange, change, allowed):
    with Trader(exchange, max_order_notional=1000) as trader:
        order = trader.place_order("BTCUSDT", "Buy", "Limit", 0.01, 50000, category="spot")
        answer = trader.amend_order(
            "BTCUSDT", category="spot", order_id=order["order_id"], **change
        )
    assert answer.get("code") == (None if allowed else "policy")


@pytest.mark.parametrize(
    ("stop", "allowed"),
    [
        ({"stop_loss": 50000, "sl_size": 0.016, "tp_size": 0.016}, True),
        ({"stop_loss": 50000, "sl_size": 0.017, "tp_size": 0.017}, False),
        ({"stop_loss": 50000, "sl_size": 0.017}, False),
        ({"take_profit": 70000, "tp_size": 0.016}, False),
        ({"take_profit": 61000, "tp_size": 0.016, "tp_limit_price": 90000}, False),
        ({"take_profit": 61000, "tp_size": "1.6e-2"}, True),
        ({"take_profit": 61000, "tp_size": "-5"}, False),
        ({"take_profit": 61000, "tp_size": 0}, False),
        ({"stop_loss": 50000, "tpsl_mode": "Full"}, True),
    ],
)
def test_a_partial_stop_comes_to_no_more_than_an_order(exchange, stop, allowed):
    with Trader(exchange) as free:
        free.place_order("BTCUSDT", "Buy", "Market", 0.1)
    with Trader(exchange, max_order_notional=1000) as trader:
        answer = trader.set_trading_stop("BTCUSDT", **{"tpsl_mode": "Partial", **stop})
    assert answer.get("code") == (None if allowed else "policy")
    assert len(sent(exchange)) == 1 + allowed


def test_a_partial_stop_counts_as_an_order_and_a_change_does_not(exchange):
    with Trader(exchange, max_orders_per_minute=2) as trader:
        trader.place_order("BTCUSDT", "Buy", "Market", 0.1)
        stop = {"stop_loss": 50000, "sl_size": 0.01, "tp_size": 0.01, "tpsl_mode": "Partial"}
        assert "error" not in trader.set_trading_stop("BTCUSDT", **stop)
        assert trader.set_trading_stop("BTCUSDT", **stop)["code"] == "policy"
        assert trader.place_order("BTCUSDT", "Buy", "Market", 0.1)["code"] == "policy"
        assert "error" not in trader.set_trading_stop("BTCUSDT", stop_loss=51000)
        assert trader.amend_order("BTCUSDT", order_id="x", qty=1)["code"] == "not_found"
    assert len(sent(exchange)) == 4


def test_an_order_that_cannot_be_judged_is_not_sent(exchange):
    with Trader(exchange, max_order_notional=1000) as trader:
        exchange.fail("/v5/market/tickers", "reset", times=9)
        answer = trader.place_order("BTCUSDT", "Buy", "Market", 0.001)
        assert answer["code"] == "network"
        exchange.fail("/v5/order/realtime", status=500, times=9)
        assert trader.amend_order("BTCUSDT", order_id="x", qty=1)["code"] == "server"
    assert sent(exchange) == []


def test_orders_a_minute_are_counted_for_all_workers_of_the_connection(exchange):
    clock = HandClock(exchange.now_ms() / 1000)
    order = ("BTCUSDT", "Buy", "Limit", 0.01, 50000)
    with Trader(exchange, clock=clock, max_orders_per_minute=3, symbols=["BTCUSDT"]) as trader:
        answers = [trader.call(f"bot-{n % 2}", "place_order", *order) for n in range(5)]
        refused = [answer for answer in answers if "error" in answer]
        assert len(refused) == 2
        assert refused[0]["error"].startswith("policy: 3 orders a minute are allowed")
        assert trader.place_order("ETHUSDT", "Buy", "Market", 1)["code"] == "policy"
        assert "error" not in trader.cancel_all_orders("BTCUSDT")
        clock.advance(61)
        exchange.skew_ms = 61_000
        assert "error" not in trader.place_order(*order)
    assert len(exchange.venue.orders) == 4


# Settings


def read(**values):
    return settings_of(KIND, "main", values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"api_key": "k ", "api_secret": "s"}, "a key is letters and digits"),
        ({"api_key": "k\r\nX: y", "api_secret": "s"}, "a key is letters and digits"),
        ({"api_key": "", "api_secret": "s"}, "api_key and api_secret belong together"),
        ({"api_key": "k"}, "api_key and api_secret belong together"),
        ({"environment": "paper"}, "environment"),
        ({"endpoint": "api.bybit.eu"}, "endpoint is an address such as https://api.bybit.eu"),
        ({"endpoint": "https://api.bybit.eu/v5"}, "endpoint is an address"),
        ({"endpoint": "ftp://x"}, "endpoint is an address"),
        ({"endpoint": "https://k:s@x"}, "endpoint has only a scheme, a host and a port"),
        ({"endpoint": "https://x:99999"}, "ort"),
        ({"recv_window_ms": 0}, "recv_window_ms"),
        ({"max_order_notional": 0}, "max_order_notional"),
        ({"max_orders_per_minute": 0}, "max_orders_per_minute"),
        ({"symbols": "BTCUSDT"}, "symbols"),
        ({"symbols": ["btcusdt"]}, "symbols are written as the exchange does"),
        ({"symbols": ["BTCUSDT "]}, "symbols are written as the exchange does"),
        ({"symbols": [""]}, "symbols are written as the exchange does"),
        ({"categories": ["spot", "futures"]}, "categories are of linear, inverse, spot, option"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_settings_that_cannot_be_are_refused(values, words):
    with pytest.raises(OperatorFault) as caught:
        read(**values)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({}, "https://api.bybit.com"),
        ({"environment": "testnet"}, "https://api-testnet.bybit.com"),
        ({"environment": "demo"}, "https://api-demo.bybit.com"),
        ({"endpoint": "https://api.bybit.eu/"}, "https://api.bybit.eu"),
    ],
)
def test_each_environment_has_its_address(values, url):
    assert read(**values).base_url == url


def test_a_desk_of_the_exchange_itself_may_go_nowhere_private(exchange):
    """The address of an environment is looked up and judged like any other."""

    async def resolve(_host, _port):
        return ["127.0.0.1"]

    async def scenario():
        web = Web(resolve=resolve)
        around = Surroundings(clock=SystemClock(), scrub=Scrubber(), web=web)
        desk = open_desk(BybitSettings(), around)
        try:
            await desk.read(TIME, {})
        except Exception as error:  # noqa: BLE001
            return error.code
        finally:
            await desk.close()
            await web.close()

    assert asyncio.run(scenario()) == "blocked"


def test_what_may_be_traded_is_plain_text_on_the_command_line():
    options = {field.name: field for field in fields_of(BybitSettings)}
    for name, written in (("categories", ["spot", "option"]), ("symbols", ["BTCUSDT"])):
        assert (options[name].many, list(options[name].read(written))) == (True, written)


def test_settings_show_no_secret():
    settings = read(api_key="kkkkkkkkkk", api_secret="ssssssssss")
    assert "kkkkkk" not in repr(settings)
    assert "ssssss" not in repr(settings)
    assert {field.name for field in msgspec.structs.fields(BybitSettings)} == {
        "environment", "endpoint", "api_key", "api_secret", "recv_window_ms", "read_only",
        "categories", "symbols", "max_order_notional", "max_orders_per_minute",
    }  # fmt: skip
