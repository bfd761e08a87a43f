"""ctx.bybit from a worker in its jail, and what its page says."""

from __future__ import annotations

import inspect
import json
import logging
import re
from pathlib import Path

import msgspec
import pytest

from cellblock.broker.adapters.bybit import Bybit, BybitSettings
from cellblock.broker.bybit.faults import WORDS
from cellblock.broker.methods import method_names
from conftest import open_bench
from peers.exchange import Exchange

PAGE = (Path(__file__).parents[2] / "docs" / "ctx" / "bybit.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def exchange():
    with Exchange() as running:
        yield running


@pytest.fixture(scope="module")
def trading(exchange):
    keys = {"api_key": exchange.key, "api_secret": exchange.secret}
    connections = {
        "bybit": {"endpoint": exchange.url, **keys},
        "bybit=guarded": {"endpoint": exchange.url, **keys, "max_order_notional": 100},
    }
    yield from open_bench(connections=connections, preload=())


# The page


def test_the_page_has_every_method_and_its_parameters():
    for name in method_names(Bybit):
        found = re.search(rf"`ctx\.bybit\.{name}\((.*?)\)` \|", PAGE)
        assert found, name
        parameters = inspect.signature(getattr(Bybit, name)).parameters
        known = [known for known in parameters if known not in {"self", "raw"}]
        written = [
            part.partition("=")[0] for part in found[1].split(", ") if part not in {"*", "…", ""}
        ]
        assert written == known[: len(written)], name
        assert written == known or found[1].endswith("…"), name


def test_the_page_has_every_code_and_every_setting():
    for word in {*WORDS.values(), "policy", "uncertain", "refused", "timeout", "blocked"}:
        assert re.search(rf"^\| .*`{word}`.* \|", PAGE, re.MULTILINE), word
    for field in msgspec.structs.fields(BybitSettings):
        assert re.search(rf"^\| .*`{field.name}`.* \|", PAGE, re.MULTILINE), field.name


@pytest.mark.jail
def test_the_programs_of_the_page_run(exchange, trading):
    [outcome] = trading.ticks(BLOCKS[0])
    assert outcome.ok, outcome.failure
    assert re.fullmatch(r"60000\.0 stands [+-]\d\.\d\d% from its mean", outcome.logs[0].message)
    [outcome] = trading.ticks(BLOCKS[2])
    assert outcome.ok, outcome.failure
    assert outcome.logs[0].message == "New 0.008 at 59900.0"
    assert (
        trading.output(
            "print(ctx.bybit.place_order('BTCUSDT', 'Buy', 'Market', 0.01)['reconciled'])"
        )
        == "False"
    )
    assert trading.output(BLOCKS[1]) == "1 fills"
    assert len(BLOCKS) == 3


# A worker

WORKER = """
def tick(ctx):
    held = ctx.bybit.get_positions("ETHUSDT")["list"][0]
    if held["side"] is None:
        order = ctx.bybit.place_order("ETHUSDT", "Buy", "Market", qty=0.1)
    else:
        order = ctx.bybit.place_order("ETHUSDT", "Sell", "Market", held["size"], reduce_only=True)
    ctx.state.set("order", order["order_id"])
    print(order["order_link_id"], held["size"])
"""


@pytest.mark.jail
def test_a_worker_trades_tick_by_tick(exchange, trading):
    outcomes = trading.ticks(WORKER, 3)
    assert [outcome.kind.value for outcome in outcomes] == ["done"] * 3
    printed = [outcome.output.split() for outcome in outcomes]
    assert [size for _, size in printed] == ["0.0", "0.1", "0.0"]
    with_ids = {order.link: order for order in exchange.venue.orders}
    assert [with_ids[link].fields["side"] for link, _ in printed] == ["Buy", "Sell", "Buy"]


@pytest.mark.jail
def test_a_wrong_argument_raises_in_the_worker_and_names_the_call(trading):
    failure = trading.failure("ctx.bybit.place_order('BTCUSDT', 'Buy', 'Market', [1])")
    assert failure.startswith("TypeError: ctx.bybit.place_order: qty: Expected")
    failure = trading.failure("ctx.bybit.place_order('BTCUSDT', 'Buy', 'Market', 'much')")
    assert failure == "ValueError: qty: 'much' is no number"
    failure = trading.failure("ctx.bybit.withdraw('BTC')")
    assert failure.startswith("AttributeError")


@pytest.mark.jail
def test_a_worker_of_another_connection_has_its_guards(trading):
    code = "print(ctx.bybit.place_order('BTCUSDT', 'Buy', 'Market', 0.01)['error'])"
    assert trading.output(code, connect=("bybit=guarded",)) == (
        "policy: the order comes to 600.00 dollars, and one order may come to 100.00"
    )
    code = "try:\n    ctx.bybit.get_positions('BTCUSDT')\nexcept RuntimeError as error:\n    print(error)"
    assert "not connected" in trading.output(code, connect=())


@pytest.mark.jail
def test_an_order_whose_answer_is_lost_is_placed_once(exchange, trading):
    before = len(exchange.venue.orders)
    exchange.fail("/v5/order/create", "reset", after=True)
    code = "print(ctx.bybit.place_order('XRPUSDT', 'Buy', 'Limit', 100, 0.4)['order_id'])"
    found = trading.output(code)
    assert [order.order_id for order in exchange.venue.orders[before:]] == [found]


@pytest.mark.jail
def test_no_secret_reaches_a_worker_or_the_log(exchange, trading, caplog):
    caplog.set_level(logging.DEBUG)
    echo = {"retCode": 77, "retMsg": f"{exchange.key} {exchange.secret}", "result": {}, "time": 1}
    body = json.dumps(echo).encode()
    exchange.fail("/v5/position/list", status=200, body=body, kind="application/json")
    code = """
text = repr([ctx.bybit.get_positions("BTCUSDT"), ctx.bybit.get_wallet_balance(raw=True)])
print(text)
"""
    said = trading.output(code) + caplog.text
    assert "bybit: ••• ••• (77)" in said
    for secret in (exchange.key, exchange.secret):
        assert secret not in said
