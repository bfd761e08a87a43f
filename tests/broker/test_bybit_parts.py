"""The pure parts of ctx.bybit: signatures, amounts, names, paces, guards."""

from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pybit._http_manager import _V5HTTPManager, generate_signature

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bybit import amounts, answers, fields, guards, pacing, signing
from cellblock.broker.bybit.faults import WORDS, Refused
from cellblock.broker.bybit.guards import OrderMinute, Rules
from cellblock.broker.secret import Secret

# Signing


@given(st.text(min_size=1), st.text(), st.integers(0, 2**45), st.integers(1, 60_000))
def test_a_signature_is_that_of_pybit(key, payload, stamp_ms, window_ms):
    key, payload = (text.encode("utf-8", "replace").decode() for text in (key, payload))
    made = signing.headers(
        signing.Key(Secret(key), Secret("the secret"), window_ms), stamp_ms, payload.encode()
    )
    theirs = generate_signature(False, "the secret", f"{stamp_ms}{key}{window_ms}{payload}")
    assert made["X-BAPI-SIGN"] == theirs
    assert re.fullmatch(r"[0-9a-f]{64}", theirs)


# Numbers


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(10**300), 10**300)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value="-1e300", max_value="1e300")
)
@example(1e-05)
@example(5e-324)
@example(1.7976931348623157e308)
@example(-0.0)
@example(0.1 + 0.2)
@example(Decimal("1E+5"))
def test_a_number_is_written_exactly_and_without_an_exponent(value):
    try:
        text = amounts.plain(value)
    except ValueError:
        assert isinstance(value, Decimal)
        assert len(value.as_tuple().digits) > 400 or abs(value.adjusted()) > 400
        return
    assert re.fullmatch(r"-?\d+(\.\d+)?", text)
    assert Decimal(text) == (Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    if isinstance(value, float):
        assert float(text) == value


@given(st.floats(1e-8, 1e9))
def test_pybit_would_write_a_large_enough_number_the_same(value):
    theirs = json.loads(_V5HTTPManager.prepare_payload("POST", {"qty": value}))["qty"]
    assert ("e" in theirs) or (Decimal(theirs) == Decimal(amounts.plain(value)))


@given(st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", fullmatch=True))
def test_text_that_is_plain_already_is_sent_as_it_stands(text):
    assert amounts.plain(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [("1e-05", "0.00001"), ("1E3", "1000"), (".5", "0.5"), ("5.", "5"), ("+2", "2"), ("0e9", "0"),
     ("-1e-2", "-0.01")],
)  # fmt: skip
def test_other_ways_to_write_a_number_become_the_plain_one(text, written):
    assert amounts.plain(text) == written


@pytest.mark.parametrize(
    "value",
    ["", " 1", "1 ", "1_000", "1,5", "nan", "inf", "٣", "1e99999", "1e9999", "0x10", "1" * 401, True,
     float("nan"), float("inf"), 10**400, Decimal("NaN"), Decimal("1e999"), "--1", "1\n"],
)  # fmt: skip
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError):
        amounts.plain(value)


@pytest.mark.parametrize(
    ("text", "whole", "number"),
    [("", False, None), ("1.50", False, 1.5), ("10", False, 10.0), ("10", True, 10),
     ("10.5", True, 10.5), ("-3", True, -3), ("1688639403423213947", True, 1688639403423213947),
     ("1e5", False, "1e5"), ("Buy", False, "Buy"), ("1" * 61, False, "1" * 61)],
)  # fmt: skip
def test_text_is_read_back(text, whole, number):
    found = amounts.read(text, whole=whole)
    assert found == number
    assert type(found) is type(number)


# Names


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("lastPrice", "last_price"), ("bid1Price", "bid1_price"), ("price24hPcnt", "price24h_pcnt"),
     ("accountIMRate", "account_im_rate"), ("totalPerpUPL", "total_perp_upl"), ("isRPITrade", "is_rpi_trade"),
     ("positionIMByMp", "position_im_by_mp"), ("execFeeV2", "exec_fee_v2"), ("prevPrice1h", "prev_price1h"),
     ("accountLTV", "account_ltv"), ("mIv", "mark_iv"), ("list", "list"), ("orderIv", "order_iv")],
)  # fmt: skip
def test_names_become_those_of_python(theirs, ours):
    assert answers.snake(theirs) == ours


def test_ids_stay_text_and_other_digits_become_numbers():
    row = {
        "orderId": "1321003749386327552", "orderLinkId": "42", "execId": "7", "blockTradeId": "",
        "symbol": "1000", "coin": "4", "nextPageCursor": "9", "price": "1600.00", "seq": "12",
        "createdTime": "1684738540559", "reduceOnly": False, "smpGroup": 0, "side": "",
        "cumFeeDetail": {"MNT": "0.00242968", "BTC": "0"}, "phases": [{"startTime": "5"}],
    }  # fmt: skip
    assert answers.plain({"result": row, "time": 1}) == {
        "order_id": "1321003749386327552", "order_link_id": "42", "exec_id": "7",
        "block_trade_id": None, "symbol": "1000", "coin": "4", "next_page_cursor": "9",
        "price": 1600.0, "seq": 12, "created_time": 1684738540559, "reduce_only": False,
        "smp_group": 0, "side": None, "cum_fee_detail": {"MNT": 0.00242968, "BTC": 0.0},
        "phases": [{"start_time": 5}], "time": 1,
    }  # fmt: skip


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def code_of(reader, *arguments):
    """The code of the error that reading raises; None if it gives JSON."""
    try:
        json.dumps(reader(*arguments))
    except AdapterError as error:
        return error.code
    return None


SHAPES = (answers.plain, answers.listed, answers.candles, lambda one: answers.only(one, "x"))


@given(
    st.dictionaries(st.sampled_from(["list", "symbol", "b"]) | st.text(), json_values)
    | st.none()
    | json_values
)
@example({"list": [["1"] * 7, ["x"] * 7, [1]]})
def test_a_strange_result_is_read_or_a_bad_answer_and_nothing_else(result):
    answer = {"retCode": 0, "retMsg": "", "result": result}
    assert {code_of(shape, answer) for shape in SHAPES} <= {None, "bad_answer", "not_found"}


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b'{"retCode":true,"retMsg":""}')
def test_any_bytes_are_an_envelope_or_a_bad_answer(body):
    assert code_of(answers.envelope, body) in {None, "bad_answer"}


def test_an_envelope_needs_a_code_and_a_message():
    assert answers.envelope(b'{"retCode":0,"retMsg":"OK"}') == {"retCode": 0, "retMsg": "OK"}
    for body in (b"{}", b'{"retCode":"0","retMsg":""}', b'{"retCode":0,"retMsg":"","time":"1"}'):
        assert code_of(answers.envelope, body) == "bad_answer"


@given(st.dictionaries(st.sampled_from("abc"), st.text(min_size=1, max_size=20), min_size=1))
@example({"a": "100%", "b": "%4", "c": "a&b=c#d +,:%"})
def test_a_query_says_what_was_given(values):
    # What is percent-encoded already goes as it is, for cursors are.
    values = {
        name: value for name, value in values.items() if not re.search(r"%[0-9a-fA-F]{2}", value)
    }
    text = fields.query(values)
    assert dict(parse_qsl(text)) == values
    assert text.isascii()


def test_a_cursor_goes_back_as_it_came_and_a_stray_percent_sign_does_not():
    assert fields.query({"a": "100%", "b": "%4g"}) == "a=100%25&b=%254g"
    assert (
        fields.query({"cursor": "a%3A1%2C2", "b": True, "limit": 5})
        == "b=true&cursor=a%3A1%2C2&limit=5"
    )


def test_nothing_is_sent_that_is_no_parameter():
    class Calls:
        async def buy(self, symbol, qty=None, *, category="linear", limit=None, raw=False):
            total_equity, price = 1_000_000, 5  # a parameter of other methods, and none of this
            limit = total_equity // 20_000 if limit is None else limit
            return fields.given(locals())

        async def nothing(self):
            symbol = "BTCUSDT"
            return fields.given(locals()), symbol

    made = Calls()
    for _ in range(2):
        assert asyncio.run(made.buy("BTCUSDT", 1e-05, raw=True)) == {
            "symbol": "BTCUSDT", "qty": "0.00001", "category": "linear", "limit": 50,
        }  # fmt: skip
    assert asyncio.run(made.buy("X", limit=1)) == {"symbol": "X", "category": "linear", "limit": 1}
    assert asyncio.run(made.nothing()) == ({}, "BTCUSDT")


# Paces


def taken(pace, count, now_s=100.0):
    return [round(pace.take(now_s) - now_s, 6) for _ in range(count)]


def test_no_second_holds_more_than_the_limit():
    pace = pacing.Pace(3)
    assert taken(pace, 7) == [0, 0, 0, 1.05, 1.05, 1.05, 2.1]
    assert taken(pacing.Pace(500, 5.0), 501)[-1] == 5.25


@given(st.integers(1, 8), st.lists(st.floats(0, 0.7), max_size=60))
def test_a_pace_holds_at_any_rhythm(limit, gaps):
    pace, now_s, times = pacing.Pace(limit), 0.0, []
    for gap_s in gaps:
        now_s += gap_s
        times.append(pace.take(now_s))
    times.sort()
    assert all(later - first > 1.0 for first, later in zip(times, times[limit:], strict=False))


@given(
    st.integers(1, 8),
    st.lists(st.tuples(st.floats(0, 0.7), st.integers(0, 3), st.integers(1, 12)), max_size=60),
)
@example(1, [(0.0, 0, 1)] * 3 + [(0.1, 3, 10)] + [(0.0, 0, 10)] * 12)
def test_no_second_holds_more_than_any_limit_that_was_told(limit, steps):
    """Places are taken, given back, and the limit is told anew while callers wait."""
    pace, now_s, times, most = pacing.Pace(limit), 0.0, [], limit
    for gap_s, step, told in steps:
        now_s += gap_s
        if step == 3:
            pace.told(now_s, {"x-bapi-limit": str(told), "x-bapi-limit-status": str(told)})
            most = max(most, told)
        elif step == 2 and times and times[-1] > now_s:
            pace.give_back(times.pop())
        else:
            times.append(pace.take(now_s))
        assert pace._uses == sorted(pace._uses)
    times.sort()
    assert all(later - first > 1.0 for first, later in zip(times, times[most:], strict=False))


def test_a_limit_that_is_raised_lets_the_next_pass_those_who_wait():
    pace = pacing.Pace(1)
    assert taken(pace, 3) == [0, 1.05, 2.1]
    pace.told(100.0, {"x-bapi-limit": "10", "x-bapi-limit-status": "9"})
    assert taken(pace, 7) == [0] * 7
    # An answer of then finds its own request among those that left, and no stranger's.
    pace.told(100.0, {"x-bapi-limit": "10", "x-bapi-limit-status": "2"})
    assert taken(pace, 1) == [1.05]


def test_a_place_that_is_too_late_is_not_taken():
    pace = pacing.Pace(10)
    for _ in range(5_000):
        pace.take(100.0, 125.0)
    assert len(pace._uses) == 240
    assert pace.take(100.0, 125.0) is None
    assert pace.take(101.1, 126.2) is not None
    assert taken(pace, 1, 126.2) == [0]


def test_a_place_that_is_given_back_is_another_s():
    pace = pacing.Pace(2)
    assert taken(pace, 4) == [0, 0, 1.05, 1.05]
    pace.give_back(101.05)
    pace.give_back(101.0)  # nobody's
    assert taken(pace, 2) == [1.05, 2.1]


def test_a_limit_that_no_account_has_is_not_believed():
    pace = pacing.Pace(10)
    pace.told(100.0, {"x-bapi-limit": "999999", "x-bapi-limit-status": "0"})
    assert (pace.limit, len(pace._uses)) == (1_000, 1_000)
    assert taken(pace, 1) == [1.05]
    pace.told(200.0, {"x-bapi-limit": "5000", "x-bapi-limit-status": "4999"})
    assert taken(pace, 1_001, 202.0)[-2:] == [0, 1.05]


def test_headers_tell_the_limit_and_the_use_of_others():
    pace = pacing.Pace(10)
    assert taken(pace, 1) == [0]
    pace.told(100.0, {"x-bapi-limit": "5", "x-bapi-limit-status": "1"})  # three are somebody else's
    assert pace.limit == 5
    assert taken(pace, 2) == [0, 1.05]
    pace.told(100.0, {"x-bapi-limit": "5", "x-bapi-limit-status": "4"})  # an older answer
    assert taken(pace, 1, 102.2) == [0]


@pytest.mark.parametrize(
    "headers", [{}, {"x-bapi-limit": "0", "x-bapi-limit-status": "0"}, {"x-bapi-limit": "x"},
                {"x-bapi-limit": "9" * 40, "x-bapi-limit-status": "1"}, {"x-bapi-limit": "-1"}],
)  # fmt: skip
def test_headers_that_make_no_sense_change_nothing(headers):
    pace = pacing.Pace(2)
    pace.told(100.0, headers)
    assert (pace.limit, taken(pace, 2)) == (2, [0, 0])


@pytest.mark.parametrize(
    ("reset", "wait_s"),
    [("1700000000250", 0.25), ("1700000060000", 5.0), ("1600000000000", 0.05), ("", 1.0), ("soon", 1.0)],
)  # fmt: skip
def test_a_passed_limit_is_waited_for_within_reason(reset, wait_s):
    headers = {"x-bapi-limit-reset-timestamp": reset}
    assert pacing.reset_in_s(headers, 1_700_000_000_000) == wait_s
    pace = pacing.Pace(5)
    pace.close(100.0 + wait_s)
    assert taken(pace, 1) == [wait_s]


# Guards


def order(**more):
    base = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "2",
            "price": "100"}  # fmt: skip
    return {name: value for name, value in {**base, **more}.items() if value is not None}


SPOT = {"category": "spot", "orderType": "Market", "price": None}
MARKET = {"orderType": "Market", "price": None}
NOTIONALS = [
    # fields, whether the price matters, dollars at a market of 150
    ({}, False, 200),
    ({"qty": "-2"}, False, 200),
    ({"side": "Sell"}, True, 300),
    ({"side": "Sell", "price": "180"}, True, 360),
    ({"bboSideType": "Queue"}, True, 300),
    ({"price": None}, True, 300),
    (MARKET, True, 300),
    ({**MARKET, "price": "1"}, True, 300),
    ({**MARKET, "triggerPrice": "170"}, True, 340),
    ({**MARKET, "triggerPrice": "10"}, True, 300),
    ({"triggerPrice": "170"}, False, 200),
    ({"side": "Sell", "triggerPrice": "170"}, True, 340),
    ({"category": "inverse", "qty": "500"}, False, 500),
    ({"category": "inverse", "qty": "500", **MARKET}, False, 500),
    (SPOT, False, 2),
    ({**SPOT, "marketUnit": "quoteCoin"}, False, 2),
    ({**SPOT, "marketUnit": "baseCoin"}, True, 300),
    ({**SPOT, "side": "Sell"}, True, 300),
    ({**SPOT, "side": "Sell", "marketUnit": "quoteCoin"}, False, 2),
    ({"category": "spot"}, False, 200),
    ({"category": "option", "price": "5"}, True, 300),
    ({"category": "option", "side": "Sell", **MARKET}, True, 300),
]


@pytest.mark.parametrize(("more", "matters", "dollars"), NOTIONALS)
def test_an_order_is_judged_by_the_most_that_it_can_come_to(more, matters, dollars):
    judged = order(**more)
    assert guards.price_matters(judged) is matters
    assert guards.notional(judged, Decimal(150) if matters else None) == dollars


@pytest.mark.parametrize(
    "more",
    [{"category": "spot", "symbol": "ETHBTC"}, {"category": "spot", "symbol": "BTCEUR"}, {"qty": "0"},
     {"qty": "0.000", **SPOT}, {"category": "inverse", "qty": "0"}],
)  # fmt: skip
def test_what_cannot_be_judged_is_not_allowed(more):
    with pytest.raises(AdapterError) as caught:
        guards.notional(order(**more), Decimal(150))
    assert (caught.value.code, str(caught.value)[:8]) == ("policy", "policy: ")


def test_a_limit_is_what_is_allowed_still():
    rules = Rules(max_order_notional=Decimal("100.5"))
    guards.check_notional(rules, Decimal("100.5"))
    guards.check_notional(Rules(), Decimal("1e30"))
    with pytest.raises(AdapterError) as caught:
        guards.check_notional(rules, Decimal("100.51"))
    assert str(caught.value) == (
        "policy: the order comes to 100.51 dollars, and one order may come to 100.50"
    )


def test_orders_are_counted_over_a_rolling_minute():
    minute = OrderMinute(2)
    minute.take(0.0)
    minute.take(50.0)
    for now_s in (50.0, 59.9):
        with pytest.raises(AdapterError):
            minute.take(now_s)
    minute.take(60.0)
    with pytest.raises(AdapterError) as caught:
        minute.take(60.0)
    assert str(caught.value) == (
        "policy: 2 orders a minute are allowed on this connection, and so many were placed; "
        "the next may come in 50 s"
    )
    for _ in range(1000):
        OrderMinute(None).take(0.0)


# Words


def test_each_code_of_the_exchange_has_one_word():
    assert len(WORDS) == len(set(WORDS)) > 90
    assert WORDS[110007] == "insufficient_balance"
    known = Refused({"retCode": 10004, "retMsg": "error sign! origin_string[1700KEY5000]"})
    assert "KEY" not in str(known)
    assert Refused({"retCode": 999, "retMsg": "x" * 9000}).code == "refused"
