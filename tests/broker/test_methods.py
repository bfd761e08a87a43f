from __future__ import annotations

import asyncio
import gc
import json
from typing import Any, Literal

import pytest

from cellblock.broker.adapter import AdapterError, CallRefused
from cellblock.broker.methods import Methods
from cellblock.broker.secret import Scrubber, Secret
from cellblock.limits import (
    ADAPTER_ARGUMENTS_BYTES,
    ADAPTER_ERROR_CHARACTERS,
    ADAPTER_VALUE_BYTES,
)
from cellblock.wire.messages import AdapterCall


async def add(a: int, b: int = 10) -> int:
    return a + b


async def give(value: Any) -> Any:
    return value


async def give_set() -> Any:
    return {object()}


async def give_much(size: int) -> str:
    return "x" * size


async def sold_out() -> None:
    raise AdapterError("there is no more", "sold_out")


async def fail() -> None:
    raise KeyError("the password is hunter2")


async def time_out() -> None:
    raise TimeoutError


METHODS = {f.__name__: f for f in (add, give, give_set, give_much, sold_out, fail, time_out)}


def answer(method: str, arguments: bytes) -> Any:
    adapter = Methods("shop", METHODS)
    text = asyncio.run(adapter.answer(AdapterCall("shop", method, arguments)))
    assert text is not None
    return json.loads(text)


@pytest.mark.parametrize(
    ("method", "arguments", "value"),
    [
        ("add", b"[[1], {}]", 11),
        ("add", b"[[1, 2], {}]", 3),
        ("add", b'[[], {"b": 2, "a": 1}]', 3),
        ("give", b"[[null], {}]", None),
        ("give", '[["é\\u0000"], {}]'.encode(), "é\0"),
        ("give", b'[[{"a": [1, 2.5, true, {"b": null}]}], {}]', {"a": [1, 2.5, True, {"b": None}]}),
    ],
)
def test_arguments_and_answers_are_json(method, arguments, value):
    assert answer(method, arguments) == value


@pytest.mark.parametrize(
    ("method", "arguments", "error", "code"),
    [
        ("sold_out", b"[[], {}]", "there is no more", "sold_out"),
        ("fail", b"[[], {}]", "ctx.shop.fail failed: KeyError", "adapter"),
        ("time_out", b"[[], {}]", "ctx.shop.time_out failed: TimeoutError", "adapter"),
        ("give_set", b"[[], {}]", "ctx.shop.give_set answered what is not JSON", "adapter"),
        (
            "give_much",
            b"[[5000000], {}]",
            "ctx.shop.give_much answered 5,000,002 bytes of JSON",
            "too_large",
        ),
    ],
)
def test_what_fails_at_the_far_side_is_answered_with_error_and_code(method, arguments, error, code):
    assert answer(method, arguments) == {"error": error, "code": code}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (b"[[], {}]", "ctx.shop.add: missing a required argument: 'a'"),
        (b'[[1], {"no": 1}]', "ctx.shop.add: got an unexpected keyword argument 'no'"),
    ],
)
def test_arguments_that_the_function_does_not_take_raise_in_the_worker(arguments, message):
    with pytest.raises(CallRefused) as caught:
        answer("add", arguments)
    assert (str(caught.value), caught.value.kind) == (message, "TypeError")


def test_an_answer_of_exactly_the_limit_passes():
    assert len(answer("give_much", b"[[4999998], {}]")) == ADAPTER_VALUE_BYTES - 2


def test_the_operator_reads_what_the_worker_must_not(caplog):
    assert "hunter2" not in str(answer("fail", b"[[], {}]"))
    assert "hunter2" in caplog.text


@pytest.mark.parametrize(
    "arguments",
    [
        b"",
        b"[",
        b"{}",
        b"[]",
        b"[[]]",
        b"[[], {}, 1]",
        b"[{}, []]",
        b'[[], {"a"}]',
        b'[["\xff"], {}]',
        b"[[" + b"[" * 100_000,
    ],
)
def test_arguments_that_are_not_json_raise_a_type_error_in_the_worker(arguments):
    with pytest.raises(CallRefused) as caught:
        answer("give", arguments)
    assert caught.value.kind == "TypeError"
    assert str(caught.value) == "ctx.shop.give got arguments that are not JSON"


def test_arguments_over_the_limit_raise_a_value_error_in_the_worker():
    with pytest.raises(CallRefused) as caught:
        answer("give", b" " * (ADAPTER_ARGUMENTS_BYTES + 1))
    assert caught.value.kind == "ValueError"
    assert str(caught.value) == "ctx.shop.give takes at most 256,000 bytes"


def test_the_collector_rests_while_a_workers_lists_are_built():
    lists = ADAPTER_ARGUMENTS_BYTES // 4
    runs = []

    def count(phase, _facts):
        runs.append(phase)

    async def look(_value: Any) -> int:
        return len(runs)

    async def scenario():
        adapter = Methods("shop", {"look": look})
        call = AdapterCall("shop", "look", b"[[[" + b"[]," * lists + b"0]], {}]")
        gc.callbacks.append(count)
        try:
            return await adapter.answer(call)
        finally:
            gc.callbacks.remove(count)

    assert gc.isenabled()
    # Building them with it would make it run each time that some hundred more are there.
    assert int(asyncio.run(scenario()) or b"") < lists / gc.get_threshold()[0] / 10
    assert gc.isenabled()


@pytest.mark.parametrize("arguments", [b"[[", b"[[1], {}]"])
def test_a_collector_that_the_program_stopped_stays_stopped(arguments):
    gc.disable()
    try:
        if arguments == b"[[":
            with pytest.raises(CallRefused):
                answer("give", arguments)
        else:
            assert answer("give", arguments) == 1
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_collector_runs_again_after_arguments_that_are_none():
    with pytest.raises(CallRefused):
        answer("give", b"[[")
    assert gc.isenabled()


def test_a_long_error_is_cut_once_secrets_are_taken_out_of_it():
    secret = "key-" + "0123456789abcdef" * 4
    scrub = Scrubber()
    scrub.add(Secret(secret))

    for before in range(ADAPTER_ERROR_CHARACTERS - 100, ADAPTER_ERROR_CHARACTERS + 5):

        async def fail(length: int = before) -> None:
            raise AdapterError("x" * length + secret + "y" * 5_000, "far")

        adapter = Methods("shop", {"fail": fail}, own=scrub)
        call = AdapterCall("shop", "fail", b"[[], {}]")
        found = json.loads(asyncio.run(adapter.answer(call)))
        assert found["code"] == "far"
        assert len(found["error"]) == ADAPTER_ERROR_CHARACTERS
        assert "key-" not in found["error"]
        assert found["error"].endswith(" characters]")


async def take_some(side: Literal["buy", "sell"], **more: int) -> None:
    raise CallRefused(side * 10_000, "ValueError")


@pytest.mark.parametrize(
    "arguments",
    [
        {"side": "buy", "x" * 100_000: "1"},
        {"side": "x" * 100_000},
        {"x" * 100_000: 1},
        {"side": {"x" * 100_000: 1}},
        {"side": "buy"},
    ],
)
def test_of_a_workers_own_words_an_error_says_a_few_again(arguments):
    for method, longest in ((take_some, ADAPTER_ERROR_CHARACTERS), (add, 230)):
        adapter = Methods("shop", {"f": method})
        text = json.dumps([[], arguments]).encode()
        with pytest.raises(CallRefused) as caught:
            asyncio.run(adapter.answer(AdapterCall("shop", "f", text)))
        said = str(caught.value)
        assert "x" * 201 not in said
        assert len(said) <= longest


def test_so_much_of_an_error_is_searched_and_no_more():
    searched = []

    class Watched(Scrubber):
        def text(self, text: str) -> str:
            searched.append(len(text))
            return super().text(text)

    async def fail() -> None:
        raise AdapterError("x" * 5_000_000, "far")

    call = AdapterCall("shop", "fail", b"[[], {}]")
    found = json.loads(asyncio.run(Methods("shop", {"fail": fail}, own=Watched()).answer(call)))
    assert len(found["error"]) == ADAPTER_ERROR_CHARACTERS
    assert max(searched) <= 100 * ADAPTER_ERROR_CHARACTERS
