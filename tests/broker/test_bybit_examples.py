"""Every example of the exchange's own documentation is understood, and can be asked for."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from cellblock.broker.bybit import answers
from cellblock.broker.bybit.answers import snake
from cellblock.limits import BYBIT_ANSWER_BYTES
from peers.exchange import Exchange
from peers.trader import Trader

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "bybit-v5-examples"
METHODS = {
    "/v5/market/tickers": "get_tickers",
    "/v5/market/kline": "get_kline",
    "/v5/market/orderbook": "get_orderbook",
    "/v5/market/instruments-info": "get_instruments_info",
    "/v5/market/funding/history": "get_funding_rate_history",
    "/v5/market/open-interest": "get_open_interest",
    "/v5/market/recent-trade": "get_public_trade_history",
    "/v5/market/time": "get_server_time",
    "/v5/order/create": "place_order",
    "/v5/order/amend": "amend_order",
    "/v5/order/cancel": "cancel_order",
    "/v5/order/cancel-all": "cancel_all_orders",
    "/v5/order/realtime": "get_open_orders",
    "/v5/order/history": "get_order_history",
    "/v5/execution/list": "get_executions",
    "/v5/position/list": "get_positions",
    "/v5/position/closed-pnl": "get_closed_pnl",
    "/v5/position/set-leverage": "set_leverage",
    "/v5/position/trading-stop": "set_trading_stop",
    "/v5/account/wallet-balance": "get_wallet_balance",
    "/v5/account/fee-rate": "get_fee_rates",
}
NUMBERED = {"limit", "start", "end", "startTime", "endTime", "openOnly"}


def pages():
    if not EXAMPLES.is_dir():
        assert os.environ.get("CI") != "true", f"{EXAMPLES} is missing"
        pytest.skip("the shared test data is not beside this checkout")
    return [json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*.json"))]


@pytest.fixture
def exchange():
    with Exchange() as running:
        yield running


@pytest.fixture
def trader(exchange):
    with Trader(exchange) as made:
        yield made


def requests_of(page):
    """The fields of each example request; a POST example may hold several, with comments."""
    for text in page["request_examples"]:
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        if page["endpoint"].startswith("GET"):
            yield dict(parse_qsl(head.split()[1].partition("?")[2]))
            continue
        body = re.sub(r"^\s*//.*$", "", body, flags=re.MULTILINE)
        decoder = json.JSONDecoder()
        while body := body.lstrip():
            value, end = decoder.raw_decode(body)
            yield value
            body = body[end:]


def test_there_is_an_example_of_every_method():
    paths = {page["endpoint"].split()[1] for page in pages()}
    assert paths == set(METHODS)
    assert sum(len(list(requests_of(page))) for page in pages()) >= 32


def test_every_example_request_can_be_asked_for(exchange, trader):
    for page in pages():
        path = page["endpoint"].split()[1]
        for fields in requests_of(page):
            named = {
                snake(name): int(value) if name in NUMBERED else value
                for name, value in fields.items()
            }
            if named.get("time_in_force") == "Limit":  # a slip of the page: it is an order type
                del named["time_in_force"], fields["timeInForce"]
            if path == "/v5/account/fee-rate":
                named.setdefault("category", None)
            exchange.seen.clear()
            trader.call("bot", METHODS[path], **named)
            asked = exchange.seen[0].fields
            if "orderLinkId" not in fields:
                asked.pop("orderLinkId", None)
            expected = {name: value for name, value in fields.items() if value is not None}
            assert asked == expected, page["endpoint"]


def leaves(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


ARGUMENTS = {
    "place_order": ("BTCUSDT", "Buy", "Market", 1),
    "get_kline": ("BTCUSDT", 1),
    "get_open_interest": ("BTCUSDT", "1h"),
    "set_leverage": ("BTCUSDT", 2),
    "get_server_time": (),
}


def test_every_example_response_is_understood(exchange, trader):
    for page in pages():
        path = page["endpoint"].split()[1]
        method = METHODS[path]
        for envelope in page["response_examples"]:
            body = json.dumps(envelope).encode()
            answers = []
            for raw in (False, True):
                exchange.fail(path, status=200, body=body, kind="application/json;charset=UTF-8")
                arguments = ARGUMENTS.get(method, ("BTCUSDT",))
                answers.append(trader.call("bot", method, *arguments, raw=raw))
            answer, raw_answer = answers
            assert raw_answer == envelope
            assert "error" not in answer, (path, answer)
            ours, theirs = list(leaves(answer)), list(leaves(envelope["result"]))
            assert len(ours) >= len(theirs) - 2  # a flat one leaves out the list's category
            assert "" not in ours
            keys = re.findall(r'"([^"]+)":', json.dumps(answer))
            assert all(re.fullmatch(r"[a-z0-9_]+|MNT", key) for key in keys), keys


def recited(exchange, trader, path, number=0):
    page = next(page for page in pages() if page["endpoint"].endswith(path))
    body = json.dumps(page["response_examples"][number]).encode()
    exchange.fail(path, status=200, body=body, kind="application/json")
    method = METHODS[path]
    return trader.call("bot", method, *ARGUMENTS.get(method, ("BTCUSDT",)))


def test_chosen_examples_read_as_they_should(exchange, trader):
    position = recited(exchange, trader, "/v5/position/list")["list"][0]
    assert (position["size"], position["liq_price"], position["side"]) == (300.0, None, "Sell")
    assert (position["position_im_by_mp"], position["auto_add_margin"]) == (0.00010923, 1)
    order = recited(exchange, trader, "/v5/order/realtime")["list"][0]
    assert (order["cum_fee_detail"], order["position_idx"]) == ({"MNT": 0.00242968}, 1)
    placed = recited(exchange, trader, "/v5/order/create")
    assert placed["order_id"] == "1321003749386327552"
    pnl = recited(exchange, trader, "/v5/position/closed-pnl")
    assert (pnl["list"][0]["closed_pnl"], pnl["list"][0]["fill_count"]) == (-47.4065323, 4)
    assert pnl["next_page_cursor"].startswith("5a373bfe-188d-4913-9c81-d57ab5be8068%3A")
    candles = recited(exchange, trader, "/v5/market/kline")["list"]
    assert [row["start"] for row in candles] == [1670601600000, 1670605200000, 1670608800000]
    option = recited(exchange, trader, "/v5/market/tickers", 1)
    assert (option["symbol"], option["mark_iv"]) == ("BTC-30DEC22-18000-C", 0.7567)
    wallet = recited(exchange, trader, "/v5/account/wallet-balance")
    assert (wallet["total_equity"], wallet["coin"][0]["collateral_switch"]) == (3.31216591, True)
    trade = recited(exchange, trader, "/v5/market/recent-trade")["list"][0]
    assert (trade["exec_id"], trade["seq"]) == ("2100000000007764263", 123456)


def test_the_longest_answers_of_the_exchange_are_within_the_limits():
    [page] = [page for page in pages() if page["endpoint"].endswith("/instruments-info")]
    for example in page["response_examples"]:
        rows = example["result"]["list"][:1] * 1_000
        body = json.dumps({**example, "result": {"list": rows}}).encode()
        assert len(body) < BYBIT_ANSWER_BYTES
        assert len(answers.listed(answers.envelope(body))["list"]) == 1_000
    [page] = [page for page in pages() if page["endpoint"].endswith("/kline")]
    [example] = page["response_examples"]
    rows = example["result"]["list"][:1] * 1_000
    body = json.dumps({**example, "result": {"list": rows}}).encode()
    assert len(answers.candles(answers.envelope(body))["list"]) == 1_000
