"""ctx.bybit when the exchange, or the way to it, misbehaves: a real peer does it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace

import pytest

from cellblock import limits
from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit.client import Client, Patience
from cellblock.broker.bybit.endpoints import WALLET
from cellblock.broker.bybit.signing import Key
from cellblock.broker.secret import Secret
from cellblock.broker.web import Reach, Web
from cellblock.clock import HandClock, SystemClock
from peers.exchange import Exchange
from peers.trader import QUICK, Trader

ONCE = replace(QUICK, pauses_s=())
"""No second attempt, so that each fault shows its own answer."""
POSITIONS, CREATE, CANCEL = "/v5/position/list", "/v5/order/create", "/v5/order/cancel"


@pytest.fixture
def exchange():
    with Exchange() as running:
        yield running
        running.release.set()


@pytest.fixture
def trader(exchange):
    with Trader(exchange) as made:
        yield made


def buy(trader, **more):
    return trader.place_order("BTCUSDT", "Buy", "Limit", 0.01, 50000, **more)


FAULTS = [
    ({"how": "reset"}, "network", "bybit: the connection broke: Connection reset by peer"),
    ({"how": "midway"}, "network", "bybit: the connection broke: Connection reset by peer"),
    ({"how": "truncated"}, "network", "bybit: the connection ended before the answer did"),
    ({"how": "stall"}, "timeout", "bybit: no whole answer within 1 s"),
    ({"how": "drip"}, "timeout", "bybit: no whole answer within 1 s"),
    ({"how": "garbage"}, "bad_answer", "bybit: the answer is no JSON"),
    ({"how": "deep"}, "bad_answer", "bybit: the answer is no JSON"),
    ({"how": "odd"}, "bad_answer", "bybit: the answer has not the form of the V5 API"),
    ({"how": "noise"}, "bad_answer", "bybit: the server's answer is not HTTP"),
    ({"how": "wrong_type"}, "bad_answer",
     "bybit: an answer with status 200 and the type text/html came, not JSON"),
    ({"how": "huge"}, "too_large",
     "bybit: the body of the answer is longer than 2,000,000 bytes; ask for less"),
    ({"status": 500}, "server", "bybit: the exchange failed (500)"),
    ({"status": 503}, "server", "bybit: the exchange failed (503)"),
    ({"status": 429}, "rate_limited", "bybit: the exchange is too busy (429)"),
    ({"status": 302}, "bad_answer",
     "bybit: an answer with status 302 and the type text/html came, not JSON"),
    ({"status": 401}, "denied", ("bybit: the API key was not accepted (401); the operator can "
      "replace it: `cellblock connect bybit --ask`")),
    ({"status": 404}, "bad_request",
     "bybit: there is no such endpoint, or not for this account (404)"),
    ({"code": 10016}, "server", "bybit: told to (10016)"),
    ({"code": 10006}, "rate_limited", "bybit: told to (10006)"),
    ({"code": 10005}, "denied", "bybit: the API key lacks the permission for this (10005)"),
    ({"code": 424242}, "refused", "bybit: told to (424242)"),
]  # fmt: skip
NOT_REPEATED = {"too_large", "denied", "bad_request", "refused"}


@pytest.mark.parametrize(("fault", "code", "error"), FAULTS, ids=lambda item: str(item)[:30])
def test_each_failure_of_a_read_has_its_word_and_sentence(exchange, fault, code, error):
    with Trader(exchange, patience=ONCE) as trader:
        exchange.fail(POSITIONS, **fault)
        assert trader.get_positions("BTCUSDT") == {"error": error, "code": code}
        assert "error" not in trader.get_positions("BTCUSDT")


@pytest.mark.parametrize(("fault", "code", "error"), FAULTS, ids=lambda item: str(item)[:30])
def test_a_read_is_repeated_where_that_can_help(exchange, trader, fault, code, error):
    exchange.fail(POSITIONS, times=2, **fault)
    answer = trader.get_positions("BTCUSDT")
    if code in NOT_REPEATED:
        assert answer == {"error": error, "code": code}
        assert len(exchange.calls(POSITIONS)) == 1
    else:
        assert "error" not in answer
        assert len(exchange.calls(POSITIONS)) == 3


def test_a_read_is_repeated_three_times_at_most(exchange, trader):
    exchange.fail(POSITIONS, "reset", times=9)
    assert trader.get_positions("BTCUSDT")["code"] == "network"
    assert len(exchange.calls(POSITIONS)) == 4


def test_a_refused_connection_is_told_and_nothing_is_in_doubt(exchange, trader):
    with exchange.closed():
        for answer in (
            trader.get_positions("BTCUSDT"),
            buy(trader),
            trader.cancel_all_orders("BTCUSDT"),
        ):
            assert answer["error"].startswith("bybit: the connection failed")
            assert answer["code"] == "network"
    assert buy(trader)["reconciled"] is False
    assert len(exchange.venue.orders) == 1


def test_a_host_in_the_wrong_region_is_told_so(exchange, trader):
    exchange.from_region = True
    assert trader.get_tickers("BTCUSDT") == {
        "error": "bybit: this host is not let in (403): the exchange does not serve the US, "
        "mainland China and some other regions",
        "code": "denied",
    }
    assert len(exchange.seen) == 1


def test_an_address_that_asked_too_often_leaves_the_exchange_alone(exchange, trader):
    exchange.ip_limit = 1
    trader.get_tickers("BTCUSDT")
    for _ in range(3):
        answer = trader.get_tickers("BTCUSDT")
        assert answer["code"] == "rate_limited"
        assert "shut out for ten minutes" in answer["error"]
    assert len(exchange.seen) == 2


@pytest.mark.parametrize("skew_ms", [-5_000, 30_000])
def test_a_host_whose_clock_is_wrong_takes_the_exchanges_time(exchange, trader, skew_ms):
    exchange.skew_ms = skew_ms
    assert "error" not in trader.get_positions("BTCUSDT")
    assert len(exchange.calls(POSITIONS)) == 2
    assert "error" not in buy(trader)
    assert len(exchange.calls(CREATE)) == 1
    assert len(exchange.venue.orders) == 1


def test_a_clock_that_cannot_be_followed_is_told(exchange, trader):
    exchange.fail(POSITIONS, code=10002, times=9)
    answer = trader.get_positions("BTCUSDT")
    assert answer["code"] == "clock"
    assert "the host's clock differs" in answer["error"]


# Writes


AMBIGUOUS = [
    {"how": "reset"}, {"how": "midway"}, {"how": "truncated"}, {"how": "stall"}, {"how": "drip"},
    {"how": "garbage"}, {"how": "noise"}, {"how": "wrong_type"}, {"how": "huge"}, {"how": "odd"},
    {"status": 500}, {"status": 504}, {"code": 10016}, {"code": 10000},
]  # fmt: skip


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("fault", AMBIGUOUS, ids=str)
def test_an_order_whose_answer_is_lost_is_placed_exactly_once(exchange, trader, fault, after):
    exchange.fail(CREATE, after=after, **fault)
    answer = buy(trader)
    assert "error" not in answer
    [placed] = exchange.venue.orders
    assert (answer["order_id"], answer["order_link_id"]) == (placed.order_id, placed.link)
    had_effect = after or fault.get("how") in {"midway", "truncated"}
    assert answer["reconciled"] is had_effect
    assert len(exchange.calls(CREATE)) == (1 if had_effect else 2)


def test_an_order_that_filled_before_its_answer_was_lost_is_found(exchange, trader):
    exchange.fail(CREATE, "reset", after=True)
    answer = trader.place_order("BTCUSDT", "Buy", "Market", 0.01, raw=True)
    [placed] = exchange.venue.orders
    assert placed.status == "Filled"
    assert answer["result"] == {"orderId": placed.order_id, "orderLinkId": placed.link}


@pytest.mark.parametrize("code", [110007, 110072])
def test_an_order_that_took_the_money_is_not_told_as_too_dear(exchange, trader, code):
    """The second attempt is refused for want of what the first one took: the money, or the id."""
    exchange.fail(CREATE, "reset", after=True)
    exchange.fail("/v5/order/realtime", status=200, kind="application/json", body=_NOTHING)
    exchange.fail("/v5/order/history", status=200, kind="application/json", body=_NOTHING)
    exchange.fail(CREATE, code=code)
    answer = buy(trader, order_link_id="mine-1")
    assert "error" not in answer
    assert answer["reconciled"] is True
    assert len(exchange.calls(CREATE)) == 2
    assert len(exchange.venue.orders) == 1


def test_a_refusal_after_a_lost_answer_is_told_if_there_is_no_order(exchange, trader):
    exchange.fail(CREATE, "reset")
    exchange.fail(CREATE, code=110007)
    assert buy(trader)["code"] == "insufficient_balance"
    exchange.fail(CREATE, "reset")
    exchange.fail(CREATE, code=110072)
    answer = buy(trader)
    assert answer["code"] == "uncertain"
    assert answer["error"].endswith("bybit knows its id but does not list it")


_NOTHING = (
    b'{"retCode":0,"retMsg":"OK","result":{"list":[],"category":"linear"},"retExtInfo":{},"time":1}'
)


def test_a_limit_or_a_busy_exchange_is_waited_for_because_nothing_was_done(exchange, trader):
    for fault in ({"status": 429}, {"code": 10006}):
        exchange.fail(CREATE, **fault)
    answer = buy(trader)
    assert answer["reconciled"] is False
    assert len(exchange.calls(CREATE)) == 3
    assert not exchange.calls("/v5/order/realtime")


def test_an_order_that_nobody_can_look_up_is_in_doubt_and_named(exchange, trader):
    exchange.fail(CREATE, "reset", after=True)
    exchange.fail("/v5/order/realtime", "reset", times=9)
    answer = buy(trader, order_link_id="mine-1")
    assert answer["code"] == "uncertain"
    assert answer["error"].startswith(
        "the order mine-1 may or may not have been carried out: bybit: "
    )
    assert len(exchange.venue.orders) == 1


def test_an_order_that_is_lost_again_and_again_is_in_doubt(exchange, trader):
    exchange.fail(CREATE, "reset", times=9)
    answer = buy(trader)
    assert answer["code"] == "uncertain"
    assert len(exchange.calls(CREATE)) == 4
    assert exchange.venue.orders == []


def test_being_turned_away_after_a_lost_answer_leaves_the_doubt(exchange, trader):
    """A 403 says of the request that met it that nothing was done, not of the one before."""
    exchange.fail(CREATE, "reset")
    exchange.fail(CREATE, status=403)
    answer = buy(trader)
    assert (answer["code"], "(403)" in answer["error"]) == ("uncertain", True)
    exchange.fail("/v5/order/cancel-all", "reset")
    exchange.fail("/v5/order/cancel-all", status=403)
    assert trader.cancel_all_orders("BTCUSDT")["code"] == "uncertain"
    exchange.fail(POSITIONS, "reset")
    exchange.fail(POSITIONS, status=403)
    assert trader.get_positions("BTCUSDT")["code"] == "denied"


def test_a_doubt_stays_though_later_attempts_were_turned_away(exchange, trader):
    exchange.fail("/v5/order/cancel-all", "reset")
    exchange.fail("/v5/order/cancel-all", status=429, times=3)
    assert trader.cancel_all_orders("BTCUSDT")["code"] == "uncertain"
    exchange.fail("/v5/order/cancel-all", status=429, times=4)
    assert trader.cancel_all_orders("BTCUSDT")["code"] == "rate_limited"


def test_a_call_ends_in_its_time_and_says_what_is_in_doubt(exchange):
    patience = Patience(attempt_s=5.0, call_s=0.6, pauses_s=())
    with Trader(exchange, patience=patience) as trader:
        exchange.fail(CREATE, "stall", after=True)
        answer = buy(trader, order_link_id="late-1")
        assert answer == {
            "error": "the order late-1 may or may not have been carried out: "
            "bybit gave no answer within 0.6 s",
            "code": "uncertain",
        }
        exchange.fail("/v5/market/tickers", "stall")
        exchange.fail(POSITIONS, "drip")
        answer = trader.get_positions("BTCUSDT")
        assert answer == {"error": "bybit gave no answer within 0.6 s", "code": "timeout"}
    with Trader(exchange, patience=patience, max_order_notional=9) as trader:
        # The price for the guard does not come: the order was not sent, and nothing is in doubt.
        assert trader.place_order("BTCUSDT", "Buy", "Market", 1)["code"] == "timeout"
    assert Patience().call_s == limits.BYBIT_CALL_S < 28


def test_an_order_is_not_repeated_under_a_name_of_the_workers_own_that_was_used(exchange, trader):
    assert "error" not in buy(trader, order_link_id="grid-1")
    answer = buy(trader, order_link_id="grid-1")
    assert answer == {"error": "bybit: OrderLinkedID is duplicate (110072)", "code": "duplicate"}
    assert len(exchange.venue.orders) == 1


@pytest.mark.parametrize("category", ["linear", "spot"])
def test_a_tick_that_is_run_again_places_nothing_twice(exchange, trader, category):
    first = [buy(trader, category=category), buy(trader, category=category)]
    trader.restarted()
    again = [buy(trader, category=category), buy(trader, category=category)]
    assert [row["order_id"] for row in again] == [row["order_id"] for row in first]
    assert [row["reconciled"] for row in first + again] == [False, False, True, True]
    assert len(exchange.venue.orders) == 2
    trader.turn.n += 1
    assert buy(trader, category=category)["reconciled"] is False
    assert len(exchange.venue.orders) == 3


def test_a_tick_that_is_run_again_and_asks_for_something_else_is_told(exchange, trader):
    buy(trader)
    trader.restarted()
    answer = trader.place_order("BTCUSDT", "Sell", "Limit", 0.01, 70000)
    assert answer["code"] == "duplicate"
    assert len(exchange.venue.orders) == 1


@pytest.mark.parametrize(
    "other",
    [{"price": 50001}, {"trigger_price": 71000}, {"trigger_price": None}, {"qty": 0.02}],
    ids=str,
)
def test_an_order_of_the_same_place_and_other_prices_is_another(exchange, trader, other):
    order = {"side": "Buy", "order_type": "Limit", "qty": 0.01, "price": 50000,
             "trigger_price": 70000, "trigger_direction": 1}  # fmt: skip
    first = trader.place_order("BTCUSDT", **order)
    trader.restarted()
    assert trader.place_order("BTCUSDT", **order)["order_id"] == first["order_id"]
    trader.restarted()
    assert trader.place_order("BTCUSDT", **order | other)["code"] == "duplicate"
    assert len(exchange.venue.orders) == 1


def test_no_worker_can_compute_the_names_of_another_s_orders(exchange):
    """They follow from the connection's secret too, which no worker knows."""
    names = []
    for secret in (exchange.secret, exchange.secret, "another"):
        with Trader(exchange, api_secret=secret) as trader:
            buy(trader)
        names.append(exchange.calls("/v5/order/create")[-1].fields["orderLinkId"])
    assert names[0] == names[1] != names[2]


def test_order_names_differ_by_worker_tick_and_order(exchange, trader):
    names = [buy(trader)["order_link_id"], buy(trader)["order_link_id"]]
    names.append(
        trader.call("other", "place_order", "BTCUSDT", "Buy", "Limit", 0.01, 50000)["order_link_id"]
    )
    trader.turn.planned_at += 1
    names.append(buy(trader)["order_link_id"])
    assert len(set(names)) == 4
    assert all(len(name) <= 36 for name in names)


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("fault", [{"how": "reset"}, {"status": 502}, {"code": 10016}], ids=str)
def test_changes_and_cancellings_are_repeated_for_they_do_nothing_twice(
    exchange, trader, fault, after
):
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail("/v5/order/amend", after=after, **fault)
    assert (
        trader.amend_order("BTCUSDT", **ids, price=51000, qty=0.02)["order_id"] == ids["order_id"]
    )
    [order] = exchange.venue.orders
    assert (str(order.price), str(order.qty)) == ("51000", "0.02")
    exchange.fail("/v5/order/cancel", after=after, **fault)
    assert trader.cancel_order("BTCUSDT", **ids)["order_id"] == ids["order_id"]
    assert order.status == "Cancelled"
    exchange.fail("/v5/position/set-leverage", after=after, **fault)
    assert "error" not in trader.set_leverage("BTCUSDT", 7)
    trader.place_order("BTCUSDT", "Buy", "Market", 0.01)
    exchange.fail("/v5/position/trading-stop", after=after, **fault)
    assert "error" not in trader.set_trading_stop("BTCUSDT", stop_loss=50000)
    buy(trader)
    exchange.fail("/v5/order/cancel-all", after=after, **fault)
    assert "error" not in trader.cancel_all_orders("BTCUSDT")
    assert not [order for order in exchange.venue.orders if order.open]


def test_a_change_that_was_lost_and_then_refused_is_in_doubt(exchange, trader):
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail("/v5/order/amend", "reset", after=True)
    exchange.fail("/v5/order/amend", code=110079)
    answer = trader.amend_order("BTCUSDT", **ids, take_profit=70000)
    assert answer["code"] == "uncertain"
    assert answer["error"].startswith(f"the change of order {ids['order_id']} may or may not")


@pytest.mark.parametrize("code", [10003, 10006, 424242])
def test_a_cancelling_that_was_lost_and_then_refused_is_in_doubt(exchange, trader, code):
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail(CANCEL, "reset", after=True)
    exchange.fail(CANCEL, code=code, times=3)
    answer = trader.cancel_order("BTCUSDT", **ids)
    assert answer["code"] == "uncertain"
    assert answer["error"].startswith(f"the cancelling of order {ids['order_id']} may or may not")
    assert exchange.venue.orders[0].status == "Cancelled"


def test_a_cancelling_that_was_refused_and_never_lost_is_a_plain_no(exchange, trader):
    exchange.fail(CANCEL, code=10003)
    assert trader.cancel_order("BTCUSDT", order_id="x")["code"] == "denied"


def test_a_cancelling_that_was_lost_of_an_order_that_is_not_listed_is_in_doubt(exchange, trader):
    """The order is gone, and nothing tells whether it was cancelled or filled."""
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail(CANCEL, "reset", after=True)
    for path in ("/v5/order/realtime", "/v5/order/history"):
        exchange.fail(path, status=200, kind="application/json", body=_NOTHING)
    assert trader.cancel_order("BTCUSDT", **ids)["code"] == "uncertain"


@pytest.mark.parametrize(
    ("path", "method", "more", "code"),
    [
        ("/v5/order/amend", "amend_order", {"price": 51000}, 110079),
        (CANCEL, "cancel_order", {}, 110001),
    ],
)
def test_what_was_lost_and_cannot_be_looked_up_is_in_doubt(
    exchange, trader, path, method, more, code
):
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail(path, "reset", after=True)
    exchange.fail(path, code=code)
    exchange.fail("/v5/order/realtime", "reset", times=9)
    answer = getattr(trader, method)("BTCUSDT", **ids, **more)
    assert answer["code"] == "uncertain"
    assert f"({code}); and it cannot be looked up: bybit: the connection" in answer["error"]


def test_a_cancelling_that_was_lost_does_not_hide_that_the_order_filled(exchange, trader):
    ids = {"order_id": buy(trader)["order_id"]}
    exchange.fail("/v5/order/cancel", "reset")
    exchange.venue.fill(ids["order_id"], "0.01")
    assert trader.cancel_order("BTCUSDT", **ids)["code"] == "not_found"


def test_a_partial_stop_is_an_order_each_time_and_not_repeated(exchange, trader):
    trader.place_order("BTCUSDT", "Buy", "Market", 0.01)
    exchange.fail("/v5/position/trading-stop", "reset", after=True)
    stop = {"take_profit": 70000, "tp_size": 0.01, "sl_size": 0.01, "tpsl_mode": "Partial"}
    answer = trader.set_trading_stop("BTCUSDT", **stop)
    assert answer["code"] == "uncertain"
    assert len(exchange.calls("/v5/position/trading-stop")) == 1


# Many at once


def test_the_limit_of_an_account_is_kept_by_all_workers_together(exchange, trader):
    exchange.limits[CREATE] = 5
    trader.turn.n = 5
    first = buy(trader)  # its answer tells the limit
    calls = [
        trader.begin(f"bot-{n % 4}", "place_order", "BTCUSDT", "Buy", "Limit", 0.01, 50000)
        for n in range(11)
    ]
    answers = [first, *trader.together(*calls)]
    assert all("error" not in answer for answer in answers)
    assert len(exchange.venue.orders) == 12


def test_what_others_of_the_account_use_is_waited_for(exchange, trader):
    exchange.limits[POSITIONS] = 2
    for _ in range(2):
        with Trader(exchange) as stranger:
            assert "error" not in stranger.get_positions("BTCUSDT")
    for _ in range(3):
        assert "error" not in trader.get_positions("BTCUSDT")


# Being given up


def test_a_call_that_is_cancelled_leaves_a_client_that_works(exchange, trader):
    exchange.fail(CREATE, "stall", after=True)

    async def give_up():
        task = asyncio.ensure_future(
            trader.begin("bot", "place_order", "BTCUSDT", "Buy", "Limit", 0.01, 50000)
        )
        while not exchange.calls(CREATE):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    trader.together(give_up())
    assert "error" not in trader.get_positions("BTCUSDT")
    assert "error" not in buy(trader)


# Secrets


def test_no_secret_is_in_an_answer_an_error_or_a_log(exchange, caplog):
    caplog.set_level(logging.DEBUG)
    said = []
    wrong = "wrongWrongWrongWrong"
    for keys in ({}, {"api_secret": wrong}, {"api_key": wrong}):
        with Trader(exchange, patience=ONCE, **keys) as trader:
            said.append(repr(trader.get_wallet_balance()))
            said.append(repr(buy(trader)))
            for fault, _, _ in FAULTS:
                if not keys and fault.get("how") not in {"stall", "drip"}:
                    exchange.fail(POSITIONS, **fault)
                    said.append(repr(trader.get_positions("BTCUSDT")))
    everything = caplog.text + "".join(said)
    assert "denied" in everything
    for secret in (exchange.key, exchange.secret, wrong):
        assert secret not in everything
    signatures = [
        seen.headers["x-bapi-sign"] for seen in exchange.seen if "x-bapi-sign" in seen.headers
    ]
    assert signatures
    assert not any(signature in everything for signature in signatures)


def test_a_bug_of_ours_shows_no_secret_either(exchange, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)

    def broken(key, *_):
        raise RuntimeError(f"cannot sign with {key.secret.reveal()} of {key.key.reveal()}")

    monkeypatch.setattr("cellblock.broker.bybit.client.headers", broken)
    with Trader(exchange) as trader:
        answer = trader.get_positions("BTCUSDT")
    assert answer == {"error": "ctx.bybit.get_positions failed: RuntimeError", "code": "adapter"}
    assert "cannot sign with" in caplog.text
    assert exchange.secret not in caplog.text
    assert exchange.key not in caplog.text


# One client


@contextlib.asynccontextmanager
async def client_of(exchange, clock):
    web = Web()
    place = f"127.0.0.1:{exchange.port}"
    key = Key(Secret(exchange.key), Secret(exchange.secret), 5_000)
    reach = Reach(hosts=(place,), private=(place,))
    yield Client(web.client(reach), exchange.url, key, clock, ONCE)
    await web.close()


def test_the_limit_of_an_endpoint_is_what_its_headers_say(exchange):
    async def scenario():
        async with client_of(exchange, SystemClock()) as client:
            exchange.limits["/v5/account/wallet-balance"] = 7
            await client.ask(WALLET, {"accountType": "UNIFIED"})
            return {name: lane.limit for name, lane in client._lanes.items()}

    assert asyncio.run(scenario()) == {"/v5/account/wallet-balance": 7}


def test_a_call_that_is_refused_or_given_up_gives_its_place_back(exchange):
    """Else a worker that asks too much would shut all the others of its connection out."""
    clock = HandClock(exchange.now_ms() / 1000)
    fields = {"accountType": "UNIFIED"}

    async def scenario():
        async with client_of(exchange, clock) as client:
            exchange.limits[WALLET.path] = 1
            await client.ask(WALLET, fields)  # its answer tells the limit
            lanes = [client._lanes[WALLET.path], client._address]
            before = [list(lane._uses) for lane in lanes]
            waiting = [asyncio.ensure_future(client.ask(WALLET, fields)) for _ in range(50)]
            await asyncio.sleep(0)  # each has its place by now, or is refused
            for task in waiting:
                task.cancel()
            ends = await asyncio.gather(*waiting, return_exceptions=True)
            return ends, before, [lane._uses for lane in lanes]

    ends, before, after = asyncio.run(scenario())
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 5 + [AdapterError] * 45
    assert str(ends[-1]) == "bybit: too many calls are waiting already"
    assert after == before


def test_a_ban_ends_after_ten_minutes(exchange):
    clock = HandClock(exchange.now_ms() / 1000)

    async def scenario():
        found = []
        async with client_of(exchange, clock) as client:
            for minutes in (0, 9, 0.9, 0.2):
                clock.advance(minutes * 60)
                exchange.ip_limit = 600 if minutes else 0
                exchange.skew_ms += int(minutes * 60_000)
                try:
                    await client.ask(WALLET, {"accountType": "UNIFIED"})
                    found.append("ok")
                except AdapterError as error:
                    found.append(error.code)
        return found

    assert asyncio.run(scenario()) == ["rate_limited", "rate_limited", "rate_limited", "ok"]
