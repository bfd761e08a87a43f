"""Which calls a tick made last."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from cellblock.broker.adapter import AdapterError, error_answer
from cellblock.broker.broker import Broker, Grants
from cellblock.broker.grants import METHODS, NAMESPACES
from cellblock.broker.methods import Methods
from cellblock.broker.trail import Trail, code
from cellblock.clock import HandClock
from cellblock.limits import RUN_CALLS
from cellblock.outcome import CtxCall
from cellblock.wire import messages as m


def broker(calls=100):
    clock = HandClock()

    async def get():
        clock.advance(0.25)
        return 1

    async def fail():
        clock.advance(0.25)
        raise AdapterError("no", "not_found")

    async def hang():
        await asyncio.Event().wait()

    shop = Methods("shop", {"get": get, "fail": fail, "hang": hang})
    return Broker(Grants({"shop": shop}), clock, calls, lambda _: None)


def ask(method, adapter="shop"):
    return m.AdapterCall(adapter, method, b"[[],{}]")


async def asked(one, call):
    answer = one.answer(call)
    return answer if isinstance(answer, m.Answer) else await answer


def test_every_call_of_the_wire_has_its_method():
    calls = set(get_args(m.Call)) - {m.AdapterCall}
    assert calls == set(METHODS) == set(NAMESPACES)
    for call in calls:
        assert f"`ctx.{NAMESPACES[call]}.{METHODS[call]}`" in call.__doc__


def test_calls_are_told_with_their_time_and_how_they_ended():
    async def scenario():
        one = broker(3)
        one.new_tick()
        for call in (ask("get"), ask("fail"), ask("get", "x" * 500), ask("get")):
            await asked(one, call)
        return one.trail()

    assert asyncio.run(scenario()) == (
        CtxCall("shop.get", 250.0, "ok"),
        CtxCall("shop.fail", 250.0, "not_found"),
        CtxCall("x" * 80 + ".get", 0.0, "RuntimeError"),
        CtxCall("shop.get", 0.0, "RuntimeError"),
    )


def test_the_last_are_kept_and_another_tick_begins_anew():
    async def scenario():
        one = broker()
        one.new_tick()
        await asked(one, ask("fail"))
        for _ in range(RUN_CALLS):
            await asked(one, ask("get"))
        made = one.trail()
        one.new_tick()
        return made, one.trail()

    made, none = asyncio.run(scenario())
    assert {call.result for call in made} == {"ok"}
    assert (len(made), none) == (RUN_CALLS, ())


def test_a_call_that_is_under_way_and_one_that_is_given_up():
    async def scenario():
        one = broker()
        one.new_tick()
        task = asyncio.ensure_future(asked(one, ask("hang")))
        await asyncio.sleep(0)
        under_way = one.trail()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return under_way, one.trail()

    under_way, over = asyncio.run(scenario())
    assert under_way == (CtxCall("shop.hang", 0.0, "unfinished"),)
    assert over == (CtxCall("shop.hang", 0.0, "given_up"),)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (error_answer("no", "timeout"), "timeout"),
        (error_answer("no", "c" * 500), "c" * 80),
        (b'{"error":"no"}', "error"),
        (b'{"error":"no","code":7}', "error"),
        (b'{"error":' + b"[" * 900, "error"),
        (error_answer("x" * 20_000, "timeout"), "error"),
    ],
)
def test_the_code_of_an_answer(value, said):
    assert code(m.Answer(0, value, None)) == said


LONG = "x" * 100_000


def test_of_a_long_name_little_stays():
    trail = Trail()
    for number in range(2 * RUN_CALLS):
        trail.end(ask(LONG + str(number), LONG), LONG + str(number), 0.0, "RuntimeError")
    kept = sum(len(part) for made in trail._made for part in made if isinstance(part, str))
    assert kept < RUN_CALLS * 200
    assert {made.call for made in trail.told(1.0)} == {"x" * 80 + "." + "x" * 80}


def test_of_a_call_under_way_no_argument_and_no_long_name_stays():
    trail = Trail()
    call = m.AdapterCall(LONG, LONG, LONG.encode())
    trail.begin(call, 0.0)
    assert [made.call for made in trail.told(1.0)] == ["x" * 80 + "." + "x" * 80]
    trail.end(call, LONG, 1.0, "ok")
    assert [made.result for made in trail.told(1.0)] == ["ok"]
    assert trail._open is None


def test_no_argument_stays():
    trail = Trail()
    call = m.StateSet("key", b"x" * 1000)
    trail.end(call, "state", 0.001, "ok")
    assert all(call is not part for made in trail._made for part in made)
