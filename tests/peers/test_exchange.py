"""The fake exchange is proven with the exchange's own client, pybit, pointed at it."""

from __future__ import annotations

import http.client
import time

import pytest
import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP

from peers.exchange import Exchange


@pytest.fixture
def exchange():
    with Exchange() as running:
        yield running


def client_of(exchange, **options):
    given = {"api_key": exchange.key, "api_secret": exchange.secret} | options
    session = HTTP(max_retries=1, retry_delay=0, **given)
    session.endpoint = exchange.url
    return session


@pytest.fixture
def session(exchange):
    made = client_of(exchange)
    yield made
    made.client.close()


LINEAR = {"category": "linear", "symbol": "BTCUSDT"}


def order(session, side="Buy", qty="0.01", **more):
    kind = {"orderType": "Limit" if "price" in more else "Market"}
    return session.place_order(**{**LINEAR, "side": side, "qty": qty, **kind, **more})["result"]


def refusal(call, *arguments, **named):
    with pytest.raises(InvalidRequestError) as caught:
        call(*arguments, **named)
    return caught.value.status_code


# Market data


def test_market_data_needs_no_key(exchange):
    session = client_of(exchange, api_key=None, api_secret=None)
    ticker = session.get_tickers(**LINEAR)["result"]["list"][0]
    assert (ticker["symbol"], ticker["lastPrice"], ticker["bid1Price"]) == (
        "BTCUSDT",
        "60000",
        "59999.9",
    )
    assert len(session.get_tickers(category="linear")["result"]["list"]) == 4
    assert session.get_orderbook(**LINEAR, limit=2)["result"]["a"] == [
        ["60000.1", "1.25"],
        ["60000.2", "2.25"],
    ]
    assert int(session.get_server_time()["result"]["timeSecond"]) == pytest.approx(
        time.time(), abs=5
    )
    assert (
        session.get_funding_rate_history(**LINEAR, limit=3)["result"]["list"][2]["symbol"]
        == "BTCUSDT"
    )
    assert (
        len(session.get_public_trade_history(category="spot", symbol="BTCUSDT")["result"]["list"])
        == 60
    )
    info = session.get_instruments_info(**LINEAR)["result"]["list"][0]
    assert info["lotSizeFilter"]["qtyStep"] == "0.001"
    assert session.get_instruments_info(category="linear", symbol="NOUSDT")["result"]["list"] == []
    session.client.close()


def test_candles_come_newest_first_and_the_same_each_time(session):
    rows = session.get_kline(**LINEAR, interval="5", limit=50)["result"]["list"]
    times = [int(row[0]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 50
    window = {"start": times[30], "end": times[10]}
    again = session.get_kline(**LINEAR, interval="5", **window)["result"]["list"]
    assert again == rows[10:31]


def test_pages_follow_the_cursor_to_the_end(session):
    found, cursor = [], None
    for _ in range(5):
        page = session.get_open_interest(**LINEAR, intervalTime="1h", limit=50, cursor=cursor)[
            "result"
        ]
        found += [row["timestamp"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
    assert len(found) == len(set(found)) == 120
    assert (
        refusal(session.get_open_interest, **LINEAR, intervalTime="1h", cursor="nonsense") == 10001
    )


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_tickers", {"category": "linear", "symbol": "NOUSDT"}),
        ("get_tickers", {"category": "futures", "symbol": "BTCUSDT"}),
        ("get_tickers", {"symbol": "BTCUSDT"}),
        ("get_tickers", {**LINEAR, "order_type": "x"}),
        ("get_kline", {**LINEAR, "interval": "7"}),
        ("get_kline", {**LINEAR, "interval": "5", "limit": 1001}),
        ("get_positions", {"category": "linear"}),
        ("get_open_orders", {"category": "linear"}),
        ("get_wallet_balance", {"accountType": "SPOT"}),
        ("place_order", {**LINEAR, "side": "buy", "orderType": "Market", "qty": "1"}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "1e-05"}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "0.0015"}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Limit", "qty": "0.001"}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Limit", "qty": "1", "price": "1.05"}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "1", "positionIdx": 1}),
        ("place_order", {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "1", "reduceOnly": "1"}),
        ("amend_order", {**LINEAR, "qty": "1"}),
        ("set_leverage", {**LINEAR, "buyLeverage": "5", "sellLeverage": "6"}),
        ("set_trading_stop", {**LINEAR, "takeProfit": "70000", "tpslMode": "Full", "positionIdx": 0}),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_10001(session, method, arguments):
    assert refusal(getattr(session, method), **arguments) == 10001


# Who may


def test_a_wrong_key_secret_or_clock_is_refused_by_its_code(exchange):
    cases = {
        10003: {"api_key": "another"},
        10004: {"api_secret": "another"},
    }
    for code, options in cases.items():
        session = client_of(exchange, **options)
        assert refusal(session.get_wallet_balance, accountType="UNIFIED") == code
        session.client.close()


@pytest.mark.parametrize("skew_ms", [-1_500, 6_000])
def test_a_clock_outside_the_window_is_10002(exchange, session, skew_ms):
    exchange.skew_ms = skew_ms
    session.retry_codes = {0}
    assert refusal(session.get_wallet_balance, accountType="UNIFIED") == 10002


@pytest.mark.parametrize("skew_ms", [-500, 4_000])
def test_a_clock_inside_the_window_is_served(exchange, session, skew_ms):
    exchange.skew_ms = skew_ms
    assert session.get_wallet_balance(accountType="UNIFIED")["retCode"] == 0


def test_a_key_that_may_only_read_is_10005(exchange, session):
    exchange.may_trade = False
    assert session.get_positions(**LINEAR)["retCode"] == 0
    assert refusal(order, session) == 10005


def test_a_private_call_without_a_key_is_401(exchange):
    assert requests.get(f"{exchange.url}/v5/position/list", timeout=10).status_code == 401
    assert requests.get(f"{exchange.url}/v5/nowhere", timeout=10).status_code == 404


def test_more_than_the_limit_in_a_second_is_10006_and_the_headers_tell_when(exchange):
    exchange.limits["/v5/account/fee-rate"] = 3
    session = client_of(exchange, return_response_headers=True)
    session.retry_codes = {0}
    left = []
    for _ in range(3):
        _, _, headers = session.get_fee_rates(**LINEAR)
        left.append((headers["X-Bapi-Limit"], headers["X-Bapi-Limit-Status"]))
    assert left == [("3", "2"), ("3", "1"), ("3", "0")]
    with pytest.raises(InvalidRequestError) as caught:
        session.get_fee_rates(**LINEAR)
    assert caught.value.status_code == 10006
    reset = int(caught.value.resp_headers["X-Bapi-Limit-Reset-Timestamp"])
    assert 0 < reset - exchange.now_ms() <= 1_000
    session.retry_codes, session.max_retries = {10006}, 3  # pybit sleeps until the limit resets
    assert session.get_fee_rates(**LINEAR)[0]["retCode"] == 0
    session.client.close()


def test_too_many_requests_from_one_address_or_the_wrong_country_are_403():
    with Exchange(ip_limit=5) as exchange:
        session = client_of(exchange)
        for _ in range(5):
            session.get_server_time()
        with pytest.raises(FailedRequestError) as caught:
            session.get_server_time()
        assert caught.value.status_code == 403
        exchange.ip_limit, exchange.from_region = 600, True
        with pytest.raises(FailedRequestError) as caught:
            session.get_server_time()
        assert caught.value.status_code == 403
        session.client.close()


# Orders


def test_a_limit_order_rests_is_amended_and_cancelled(session):
    placed = order(session, price="50000", orderLinkId="mine-1", takeProfit="70000")
    assert placed["orderLinkId"] == "mine-1"
    row = session.get_open_orders(**LINEAR)["result"]["list"][0]
    assert (row["orderId"], row["orderStatus"], row["price"]) == (placed["orderId"], "New", "50000")
    assert row["takeProfit"] == "70000"
    assert (
        session.amend_order(**LINEAR, orderLinkId="mine-1", qty="0.02", price="51000")["result"]
        == placed
    )
    row = session.get_open_orders(**LINEAR, orderId=placed["orderId"])["result"]["list"][0]
    assert (row["qty"], row["price"]) == ("0.02", "51000")
    assert refusal(session.amend_order, **LINEAR, orderLinkId="mine-1", qty="0.02") == 10001
    assert session.cancel_order(**LINEAR, orderId=placed["orderId"])["result"] == placed
    assert session.get_open_orders(**LINEAR)["result"]["list"] == []
    assert session.get_order_history(**LINEAR)["result"]["list"][0]["orderStatus"] == "Cancelled"
    assert (
        session.get_open_orders(**LINEAR, openOnly=1)["result"]["list"][0]["orderId"]
        == placed["orderId"]
    )
    assert refusal(session.cancel_order, **LINEAR, orderId=placed["orderId"]) == 110001


def test_a_market_order_fills_opens_a_position_and_costs_a_fee(session):
    placed = order(session, qty="0.1", takeProfit="66000", stopLoss="54000")
    done = session.get_executions(**LINEAR)["result"]["list"]
    assert [row["orderId"] for row in done] == [placed["orderId"]]
    assert (done[0]["execPrice"], done[0]["execFee"], done[0]["isMaker"]) == (
        "60000.1",
        "3.3000055",
        False,
    )
    held = session.get_positions(**LINEAR)["result"]["list"][0]
    assert (held["side"], held["size"], held["avgPrice"]) == ("Buy", "0.1", "60000.1")
    assert (held["takeProfit"], held["stopLoss"]) == ("66000", "54000")
    wallet = session.get_wallet_balance(accountType="UNIFIED", coin="USDT")["result"]["list"][0][
        "coin"
    ][0]
    assert wallet["walletBalance"] == "99996.6999945"


def test_closing_gives_the_profit_and_a_record(exchange, session):
    order(session, qty="0.1")
    exchange.set_price("linear", "BTCUSDT", "61000")
    order(session, side="Sell", qty="0.1", reduceOnly=True)
    record = session.get_closed_pnl(**LINEAR)["result"]["list"][0]
    assert (record["avgEntryPrice"], record["avgExitPrice"], record["closedSize"]) == (
        "60000.1",
        "60999.9",
        "0.1",
    )
    assert float(record["closedPnl"]) == pytest.approx(99.98 - 0.1 * 60999.9 * 0.00055)
    assert session.get_positions(category="linear", settleCoin="USDT")["result"]["list"] == []
    assert session.get_positions(**LINEAR)["result"]["list"][0]["side"] == ""
    assert refusal(order, session, side="Sell", reduceOnly=True) == 110017


def test_an_inverse_contract_is_worth_a_dollar_and_pays_in_the_coin(exchange, session):
    inverse = {"category": "inverse", "symbol": "BTCUSD", "orderType": "Market"}
    session.place_order(**inverse, side="Sell", qty="6000")
    exchange.set_price("inverse", "BTCUSD", "50000")
    session.place_order(**inverse, side="Buy", qty="6000")
    record = session.get_closed_pnl(category="inverse")["result"]["list"][0]
    gain = 6000 * (1 / 50000.5 - 1 / 59999.5)
    assert float(record["closedPnl"]) == pytest.approx(gain - 6000 / 50000.5 * 0.00055, abs=1e-7)


def test_a_spot_market_buy_is_in_the_quote_coin_unless_told(session):
    spot = {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market"}
    session.place_order(**spot, qty="600")
    session.place_order(**spot, qty="0.01", marketUnit="baseCoin")
    done = session.get_executions(category="spot")["result"]["list"]
    assert [float(row["execQty"]) for row in done] == [0.01, 0.009999]
    session.place_order(
        category="spot", symbol="BTCUSDT", side="Sell", orderType="Limit", qty="0.5", price="70000"
    )
    wallet = session.get_wallet_balance(accountType="UNIFIED")["result"]["list"][0]
    locked = {coin["coin"]: float(coin["locked"]) for coin in wallet["coin"]}
    assert locked == {"USDT": 0, "USDC": 0, "BTC": 0.5}


@pytest.mark.parametrize(
    ("patience", "price", "status", "reason"),
    [
        ("PostOnly", "60001", "Cancelled", "EC_PostOnlyWillTakeLiquidity"),
        ("PostOnly", "59000", "New", "EC_NoError"),
        ("IOC", "59000", "Cancelled", "EC_NoImmediateQtyToFill"),
        ("FOK", "60001", "Filled", "EC_NoError"),
        ("GTC", "60001", "Filled", "EC_NoError"),
    ],
)
def test_time_in_force_is_kept(session, patience, price, status, reason):
    placed = order(session, price=price, timeInForce=patience)
    row = session.get_open_orders(**LINEAR, orderId=placed["orderId"])["result"]["list"][0]
    assert (row["orderStatus"], row["rejectReason"]) == (status, reason)


def test_prices_fill_resting_orders_trigger_waiting_ones_and_stop_positions_out(exchange, session):
    order(session, price="59000", qty="0.02", stopLoss="55000")
    waiting = order(session, triggerPrice="58000", triggerDirection=2, qty="0.01")
    assert (
        session.get_open_orders(**LINEAR, orderId=waiting["orderId"])["result"]["list"][0][
            "orderStatus"
        ]
        == "Untriggered"
    )
    exchange.set_price("linear", "BTCUSDT", "58500")
    assert session.get_executions(**LINEAR)["result"]["list"][0]["isMaker"] is True
    exchange.set_price("linear", "BTCUSDT", "57000")
    assert float(session.get_positions(**LINEAR)["result"]["list"][0]["size"]) == 0.03
    exchange.set_price("linear", "BTCUSDT", "54000")
    assert float(session.get_positions(**LINEAR)["result"]["list"][0]["size"]) == 0
    assert float(session.get_closed_pnl(**LINEAR)["result"]["list"][0]["closedPnl"]) < 0


def test_a_part_fill_leaves_the_rest_open(exchange, session):
    placed = order(session, price="59000", qty="0.03")
    exchange.venue.fill(placed["orderId"], "0.01")
    row = session.get_open_orders(**LINEAR)["result"]["list"][0]
    assert (row["orderStatus"], float(row["cumExecQty"]), float(row["leavesQty"])) == (
        "PartiallyFilled",
        0.01,
        0.02,
    )
    session.cancel_order(**LINEAR, orderId=placed["orderId"])
    assert float(session.get_positions(**LINEAR)["result"]["list"][0]["size"]) == 0.01


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"qty": "0.0001"}, 110017),
        ({"symbol": "XRPUSDT", "qty": "0.1"}, 110094),
        ({"qty": "500"}, 110007),
        ({"category": "spot", "qty": "200000"}, 170131),
        ({"category": "spot", "qty": "1"}, 170140),
        ({"category": "spot", "side": "Sell", "qty": "0.0000001"}, 170136),
    ],
)
def test_an_order_that_is_too_small_or_too_dear_has_its_code(session, fields, code):
    assert refusal(order, session, **fields) == code


@pytest.mark.parametrize(("category", "code"), [("linear", 110072), ("spot", 170141)])
def test_an_order_link_id_is_good_once(session, category, code):
    fields = {"category": category, "price": "50000", "orderLinkId": "once"}
    placed = order(session, **fields)
    session.cancel_order(category=category, symbol="BTCUSDT", orderLinkId="once")
    assert refusal(order, session, **fields) == code
    history = session.get_order_history(category=category, orderLinkId="once")["result"]["list"]
    assert [row["orderId"] for row in history] == [placed["orderId"]]


def test_cancel_all_cancels_what_it_names(session):
    order(session, price="50000")
    order(session, price="2000", symbol="ETHUSDT", qty="1")
    assert refusal(session.cancel_all_orders, category="linear") == 10001
    assert len(session.cancel_all_orders(**LINEAR)["result"]["list"]) == 1
    assert (
        len(session.cancel_all_orders(category="linear", settleCoin="USDT")["result"]["list"]) == 1
    )


def test_history_comes_in_pages(session):
    for n in range(5):
        order(session, price="60001", qty="0.001", orderLinkId=f"n-{n}")
    found, cursor = [], ""
    for _ in range(4):
        more = {"cursor": cursor} if cursor else {}
        page = session.get_order_history(**LINEAR, limit=2, **more)["result"]
        found += [row["orderLinkId"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
    assert found == ["n-4", "n-3", "n-2", "n-1", "n-0"]


def test_leverage_and_stops_tell_what_was_so_before(session):
    assert session.set_leverage(**LINEAR, buyLeverage="5", sellLeverage="5")["result"] == {}
    assert refusal(session.set_leverage, **LINEAR, buyLeverage="5", sellLeverage="5") == 110043
    assert refusal(session.set_leverage, **LINEAR, buyLeverage="101", sellLeverage="101") == 110013
    order(session)
    stop = {**LINEAR, "tpslMode": "Full", "positionIdx": 0, "takeProfit": "65000"}
    assert session.set_trading_stop(**stop)["result"] == {}
    assert refusal(session.set_trading_stop, **stop) == 34040
    assert refusal(session.set_trading_stop, **{**stop, "takeProfit": "1"}) == 10001


# Misbehaving


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"how": "reset"}, requests.exceptions.ConnectionError),
        ({"how": "noise"}, requests.exceptions.ConnectionError),
        ({"how": "garbage"}, FailedRequestError),
        ({"how": "wrong_type"}, FailedRequestError),
        ({"status": 500}, FailedRequestError),
        ({"status": 429}, FailedRequestError),
        ({"code": 10016}, InvalidRequestError),
    ],
)
def test_a_fault_strikes_once_before_or_after_the_effect(exchange, session, fault, error, after):
    exchange.fail("/v5/order/create", after=after, **fault)
    with pytest.raises(error):
        order(session, orderLinkId="x")
    assert len(exchange.venue.orders) == after
    order(session, orderLinkId="y")
    assert len(exchange.venue.orders) == after + 1


@pytest.mark.parametrize("how", ["midway", "truncated", "drip", "stall"])
def test_a_body_can_break_off_or_never_end(exchange, how):
    exchange.fail("/v5/market/time", how)
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=1)
    connection.request("GET", "/v5/market/time")
    error = {"midway": OSError, "truncated": http.client.IncompleteRead, "stall": TimeoutError}
    if how == "drip":  # more comes than a body has, as long as one reads
        assert len(connection.getresponse().read(50)) == 50
    else:
        with pytest.raises(error[how]):
            connection.getresponse().read()
    connection.close()


def test_a_closed_exchange_refuses_and_an_open_one_has_its_port_again(exchange, session):
    url = exchange.url
    with exchange.closed(), pytest.raises(requests.exceptions.ConnectionError):
        session.get_server_time()
    assert exchange.url == url
    assert session.get_server_time()["retCode"] == 0
