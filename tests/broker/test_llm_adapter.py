"""ctx.llm against a real server on the loopback device, in order and misbehaving."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import pytest

from cellblock.broker.adapter import CallRefused
from cellblock.broker.adapters.llm import KIND
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.methods import Methods
from cellblock.broker.secret import HIDDEN, Scrubber, Secret
from cellblock.broker.web import Web
from cellblock.clock import HandClock
from cellblock.limits import LLM_ANSWER_BYTES, LLM_ATTEMPTS, LLM_TIMEOUT_S
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.wire.messages import AdapterCall
from peers import llm_server as peer
from peers.llm_server import KEY, MODEL, LlmServer, llm_server, says

STYLES = ["openai", "anthropic"]
START = 1_700_000_000.0


class Desk:
    """Workers of one connection, and the server that it leads to."""

    def __init__(self, server: LlmServer, known: Connections, scrub: Scrubber) -> None:
        self.server = server
        self.known = known
        self.scrub = scrub
        self.adapter = self.another()

    def another(self) -> Methods:
        guest = Guest(WorkerId("bot"), Turn(), None, MemoryRenders())
        adapter = self.known.adapter("llm", "main", guest)
        assert isinstance(adapter, Methods)
        return adapter

    async def ask(self, *arguments: Any, **named: Any) -> Any:
        """Ask as a worker does."""
        text = json.dumps([arguments, named]).encode()
        answer = await self.adapter.answer(AdapterCall("llm", "ask", text))
        assert answer is not None
        return json.loads(answer)

    async def fails(self, code: str, *arguments: Any, **named: Any) -> str:
        """Ask what must be answered with an error."""
        answer = await self.ask(*(arguments or ("one two",)), **named)
        assert set(answer) == {"error", "code"}, answer
        assert answer["code"] == code, answer
        assert len(answer["error"]) <= 500
        return str(answer["error"])

    async def left(self) -> int:
        """Give how many tokens of the day are left, by asking for more than there are."""
        error = await self.fails("policy", "x" * 200_000)
        return int(error.split()[1].replace(",", ""))


def play(
    scenario: Callable[[Desk], Awaitable[None]],
    style: str = "openai",
    *,
    clock: HandClock | None = None,
    path: str = "",
    **values: Any,
) -> None:
    """Run a scenario; everything it used is closed at its end."""

    async def run(server: LlmServer) -> None:
        scrub = Scrubber()
        web = Web()
        surroundings = Surroundings(clock=clock or HandClock(START), scrub=scrub, web=web)
        settings = {
            "style": style,
            "model": MODEL,
            "base_url": server.url + path,
            "api_key": KEY,
            "max_tokens": 100,
            "tokens_per_day": 100_000,
            "timeout_s": 20.0,
        } | values
        known = Connections({"llm": KIND}, [Connection("llm", "main", settings)], surroundings)
        try:
            await scenario(Desk(server, known, scrub))
        finally:
            await known.close()
            await web.close()

    with llm_server() as server:
        asyncio.run(asyncio.wait_for(run(server), 60))


def test_the_settings_go_with_the_limit_of_time():
    assert LLM_TIMEOUT_S == 28.0
    with pytest.raises(Exception, match="timeout_s"):
        play(lambda _desk: asyncio.sleep(0), timeout_s=LLM_TIMEOUT_S + 0.1)


# In order


@pytest.mark.parametrize("style", STYLES)
def test_a_question_is_asked_and_answered_in_either_shape(style):
    async def scenario(desk):
        assert await desk.ask("one two three") == {
            "text": "one two three",
            "usage": {"input_tokens": 3, "output_tokens": 3, "estimated": False},
            "model": f"{MODEL}-2024",
            "stop": "end",
        }
        answer = await desk.ask("é \u202e \0 <b>", "be brief", 2)
        assert (answer["text"], answer["stop"]) == ("é \u202e", "length")
        assert answer["usage"] == {"input_tokens": 6, "output_tokens": 2, "estimated": False}
        assert (await desk.ask(prompt="a b", system=None, max_tokens=None))["text"] == "a b"

    play(scenario, style)


@pytest.mark.parametrize("style", STYLES)
def test_a_server_without_a_key_is_sent_none(style):
    async def scenario(desk):
        desk.server.key = None
        assert (await desk.ask("a"))["text"] == "a"
        headers = desk.server.asked[0].headers
        assert not {"authorization", "x-api-key"} & set(headers)
        assert (headers["user-agent"], headers["host"]) == (
            "cellblock",
            f"127.0.0.1:{desk.server.port}",
        )

    play(scenario, style, api_key=None)


def test_workers_share_the_connections_to_the_server():
    async def scenario(desk):
        for adapter in (desk.adapter, desk.another(), desk.another()):
            desk.adapter = adapter
            await desk.ask("a")
            await adapter.close()
        assert len(desk.server.connections) == 1
        assert len(desk.server.asked) == 3

    play(scenario)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"prompt": ""}, "ValueError", "prompt is empty"),
        ({"prompt": " \n"}, "ValueError", "prompt is empty"),
        ({"prompt": 5}, "TypeError", "ctx.llm.ask: prompt: Expected `str`, got `int`"),
        ({}, "TypeError", "missing a required argument: 'prompt'"),
        ({"prompt": "a", "max_tokens": 0}, "ValueError", "max_tokens must be at least 1"),
        ({"prompt": "a", "max_tokens": -5}, "ValueError", "max_tokens must be at least 1"),
        ({"prompt": "a", "max_tokens": True}, "TypeError", "max_tokens: Expected"),
        ({"prompt": "a", "max_tokens": 1.5}, "TypeError", "max_tokens: Expected"),
        ({"prompt": "a", "system": ["x"]}, "TypeError", "system: Expected"),
        ({"prompt": "a", "model": "other"}, "TypeError", "unexpected keyword argument 'model'"),
        ({"prompt": "a", "base_url": "http://x"}, "TypeError", "unexpected keyword argument"),
    ],
)
def test_wrong_arguments_raise_and_ask_nobody(arguments, kind, words):
    async def scenario(desk):
        with pytest.raises(CallRefused) as caught:
            await desk.ask(**arguments)
        assert caught.value.kind == kind
        assert words in str(caught.value)
        assert desk.server.asked == []

    play(scenario)


# Caps


def test_an_answer_is_capped_and_a_longer_one_is_refused():
    async def scenario(desk):
        assert (await desk.ask("a b c", max_tokens=100))["text"] == "a b c"
        assert await desk.fails("policy", "a", max_tokens=101) == (
            "policy: an answer has 100 tokens at most on this connection, not 101"
        )
        await desk.ask("a")
        assert [asked.body["max_tokens"] for asked in desk.server.asked] == [100, 100]

    play(scenario)


def test_the_day_is_counted_by_what_the_server_says_for_all_workers_together():
    async def scenario(desk):
        assert await desk.left() == 1_000
        await desk.ask("one two three")
        assert await desk.left() == 1_000 - 6
        desk.adapter = desk.another()
        await desk.ask("one two", "be brief", 1)
        assert await desk.left() == 1_000 - 6 - 5
        assert "policy: 989 of 1,000 tokens a day are left" in await desk.fails("policy", "x" * 840)
        assert len(desk.server.asked) == 2

    play(scenario, tokens_per_day=1_000)


def test_the_cost_of_a_day_is_capped():
    async def scenario(desk):
        await desk.ask("one two three")
        error = await desk.fails("policy", "x" * 20_000)
        assert error.startswith("policy: 0.9940 of 1 a day is left, and the call may cost 20.")

    prices = {"price_per_million_input": 1_000.0, "price_per_million_output": 1_000.0}
    play(scenario, cost_per_day=1.0, **prices)


def test_calls_at_the_same_time_cannot_together_pass_the_cap():
    async def scenario(desk):
        desk.server.faults.extend([peer.holds] * 3)
        first = [asyncio.create_task(desk.ask("a", max_tokens=10)) for _ in range(3)]
        while len(desk.server.asked) < 3:
            await asyncio.sleep(0.01)
        await desk.fails("policy", "a", max_tokens=10)
        desk.server.released.set()
        await asyncio.gather(*first)

    play(scenario, tokens_per_day=3 * 61)


def test_requests_of_a_minute_are_capped():
    async def scenario(desk):
        for _ in range(2):
            await desk.ask("a")
        assert "asked 2 times a minute at most; ask again in 30 s" in await desk.fails(
            "policy", "a"
        )
        assert len(desk.server.asked) == 2

    play(scenario, requests_per_minute=2)


# The server says no


@pytest.mark.parametrize("style", STYLES)
def test_a_wrong_key_is_denied_and_no_part_of_it_is_told(style):
    async def scenario(desk):
        error = await desk.fails("denied")
        assert error == (
            "the model's server refused the key or its account (401); the operator can replace it: "
            "`cellblock connect llm --ask`"
        )
        assert await desk.left() == 100_000

    play(scenario, style, api_key="sk-wrong-hunter2-hunter2")


@pytest.mark.parametrize("style", STYLES)
def test_an_unknown_model_is_a_bad_request_in_the_servers_words(style):
    async def scenario(desk):
        assert await desk.fails("bad_request") == (
            "the model's server answered 404: The model `parrot-9` does not exist"
        )

    play(scenario, style, model="parrot-9")


def test_a_wrong_path_is_told():
    async def scenario(desk):
        error = await desk.fails("bad_request")
        assert error == "the model's server answered 404: there is nothing at /v2/chat/completions"

    play(scenario, path="/v2")


WORST = 7 + 50 + 40
"""What "one two" may take with 40 tokens of answer."""


@pytest.mark.parametrize(
    ("status", "code", "cost"),
    [
        (307, "bad_answer", WORST),
        (400, "bad_request", 0),
        (402, "denied", 0),
        (403, "denied", 0),
        (408, "timeout", WORST),
        (409, "bad_request", 0),
        (413, "too_large", 0),
        (422, "bad_request", 0),
        (429, "rate_limited", 0),
        (499, "bad_request", WORST),
        (500, "server", WORST),
        (502, "server", WORST),
        (503, "server", WORST),
        (504, "server", WORST),
        (524, "server", WORST),
        (529, "server", WORST),
    ],
)
def test_each_status_has_its_code_and_its_cost(status, code, cost):
    async def scenario(desk):
        desk.server.faults.append(says(status, {"error": {"message": "no"}}))
        assert str(status) in await desk.fails(code, "one two", max_tokens=40)
        assert await desk.left() == 100_000 - cost
        assert len(desk.server.asked) == 1

    play(scenario)


def test_where_overloaded_means_not_begun_it_costs_nothing():
    async def scenario(desk):
        for status, cost in ((529, 0), (503, WORST)):
            desk.server.faults.append(says(status, {"error": {"message": "no"}}))
            await desk.fails("server", "one two", max_tokens=40)
            assert await desk.left() == 100_000 - cost

    play(scenario, "anthropic")


def test_a_gateway_that_gives_up_each_time_fills_the_cap():
    async def scenario(desk):
        desk.server.faults.extend([says(504, b"gateway timeout", "text/plain")] * 50)
        codes = [(await desk.ask("one two", max_tokens=40))["code"] for _ in range(50)]
        assert codes == ["server"] * 5 + ["policy"] * 45
        assert len(desk.server.asked) == 5

    play(scenario, tokens_per_day=5 * WORST + 20)


def test_the_servers_words_are_cut_and_hold_no_secret():
    async def scenario(desk):
        desk.server.faults.append(says(400, {"error": {"message": "x" * 290 + KEY + "y" * 9_999}}))
        error = await desk.fails("bad_request")
        assert len(error) < 400
        assert "sk-" not in error
        desk.server.faults.append(says(400, {"error": f"the key {KEY} is fine"}))
        assert await desk.fails("bad_request") == (
            f"the model's server answered 400: the key {HIDDEN} is fine"
        )

    play(scenario)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Bad gateway</html>", b"\xff\xfe", b"[" * 90_000, {"error": {"message": 5}}],
)
def test_an_error_without_words_is_told_all_the_same(body):
    async def scenario(desk):
        desk.server.faults.append(says(500, body, "text/html"))
        assert await desk.fails("server") == "the model's server answered 500"

    play(scenario)


def test_a_redirect_is_not_followed():
    async def scenario(desk):
        to = f"{desk.server.url}/v1/chat/completions"
        desk.server.faults.append(says(307, {}, Location=to))
        assert "answered 307; is base_url where its API is?" in await desk.fails("bad_answer")
        assert len(desk.server.asked) == 1

    play(scenario)


# Busy


@pytest.mark.parametrize(
    ("style", "status", "cost"),
    [
        ("openai", 429, 0),
        ("openai", 503, WORST),
        ("openai", 529, WORST),
        ("anthropic", 429, 0),
        ("anthropic", 503, WORST),
        ("anthropic", 529, 0),
    ],
)
def test_a_busy_server_is_asked_again_when_it_says_and_each_time_counts(style, status, cost):
    async def scenario(desk):
        later = says(status, {"error": {"message": "slow down"}}, Retry_After="0.01")
        desk.server.faults.extend([later] * (LLM_ATTEMPTS - 1))
        assert (await desk.ask("one two", max_tokens=40))["text"] == "one two"
        assert len(desk.server.asked) == LLM_ATTEMPTS
        assert await desk.left() == 100_000 - 4 - (LLM_ATTEMPTS - 1) * cost

    play(scenario, style)


@pytest.mark.parametrize(
    "caps",
    [{"tokens_per_day": 2 * WORST - 1}, {"requests_per_minute": 1}],
    ids=lambda caps: [*caps],
)
def test_a_busy_server_is_not_asked_again_beyond_the_caps(caps):
    async def scenario(desk):
        desk.server.faults.extend([says(503, {"error": "later"}, Retry_After="0")] * 9)
        error = await desk.fails("server", "one two", max_tokens=40)
        assert error == "the model's server answered 503: later"
        assert len(desk.server.asked) == 1

    play(scenario, **caps)


def test_a_server_that_stays_busy_is_asked_so_often_and_no_more():
    async def scenario(desk):
        desk.server.faults.extend([says(429, {"error": "later"}, Retry_After="0")] * 9)
        error = await desk.fails("rate_limited")
        assert error == "the model's server answered 429: later; ask again in 0 s"
        assert len(desk.server.asked) == LLM_ATTEMPTS

    play(scenario)


def test_a_busy_server_is_not_asked_again_when_the_hosts_clock_leaves_no_time():
    class Hurried(HandClock):
        def monotonic_s(self) -> float:
            self.advance(12.0)
            return super().monotonic_s()

    async def scenario(desk):
        desk.server.faults.extend([says(429, {"error": "later"}, Retry_After="0")] * 9)
        await desk.fails("rate_limited")
        assert len(desk.server.asked) == 1

    play(scenario, clock=Hurried(START))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("3600", "; ask again in 3600 s"),
        ("20.5", "; ask again in 20 s"),
        (formatdate(START + 60, usegmt=True), "; ask again in 60 s"),
        ("nan", ""),
        ("inf", ""),
        ("1e300", ""),
        ("soon", ""),
        ("Thu, 99 Xyz 2023 99:99:99 GMT", ""),
        ("9" * 500, ""),
    ],
)
def test_a_wait_that_is_too_long_or_none_at_all_is_left_to_the_worker(header, words):
    async def scenario(desk):
        desk.server.faults.append(says(429, {"error": "later"}, Retry_After=header))
        error = await desk.fails("rate_limited")
        assert error == "the model's server answered 429: later" + words
        assert len(desk.server.asked) == 1

    play(scenario)


def test_a_date_in_the_past_is_no_wait():
    async def scenario(desk):
        past = formatdate(START - 60, usegmt=True)
        desk.server.faults.append(says(429, {"error": "later"}, Retry_After=past))
        assert (await desk.ask("a"))["text"] == "a"

    play(scenario)


# The server misbehaves


def test_nobody_at_home():
    async def scenario(desk):
        error = await desk.fails("network")
        assert "the connection failed" in error
        assert await desk.left() == 100_000

    play(scenario, base_url=f"http://127.0.0.1:{peer.free_port()}")


def test_a_name_that_is_no_host():
    async def scenario(desk):
        await desk.fails("network")
        assert await desk.left() == 100_000

    play(scenario, base_url="http://nobody.invalid:8000/v1")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (peer.resets, "network"),
        (peer.closes, "network"),
        (peer.resets_mid_body, "network"),
        (peer.closes_mid_body, "network"),
        (peer.garbles, "bad_answer"),
        (peer.floods, "too_large"),
        (says(200, b""), "bad_answer"),
        (says(200, b"{"), "bad_answer"),
        (says(200, b"\xff\xff"), "bad_answer"),
        (says(200, {"hello": "world"}), "bad_answer"),
        (says(200, {"error": {"message": "overloaded"}}), "server"),
        (says(200, "<html>welcome</html>", "text/html"), "bad_answer"),
        (says(200, b"data: {}\n\n", "text/event-stream"), "bad_answer"),
        (says(200, {}, None), "bad_answer"),
        (says(200, b"[" * 100_000), "bad_answer"),
        (says(200, b" " * (LLM_ANSWER_BYTES + 1)), "too_large"),
        (says(200, b"not packed", Content_Encoding="gzip"), "bad_answer"),
    ],
)
def test_what_a_misbehaving_server_may_have_worked_for_is_counted_at_its_worst(style, fault, code):
    async def scenario(desk):
        desk.server.faults.append(fault)
        error = await desk.fails(code, "one two", max_tokens=40)
        assert KEY not in error
        assert await desk.left() == 100_000 - 7 - 50 - 40
        answer = await desk.ask("one two")  # and the next question is answered
        assert answer["text"] == "one two"

    play(scenario, style)


@pytest.mark.parametrize("fault", [peer.holds, peer.drips])
def test_a_slow_server_is_given_up_within_the_connections_time(fault):
    async def scenario(desk):
        desk.server.faults.append(fault)
        assert await desk.fails("timeout", "one two", max_tokens=40) == (
            "no whole answer within 0.3 s; ask for fewer max_tokens"
        )
        assert await desk.left() == 100_000 - 7 - 50 - 40

    play(scenario, timeout_s=0.3)


def test_a_call_that_is_given_up_is_counted_at_its_worst_and_ends_its_request():
    async def scenario(desk):
        desk.server.faults.append(peer.holds)
        asking = asyncio.create_task(desk.ask("one two", max_tokens=40))
        while not desk.server.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled()
        assert await desk.left() == 100_000 - 7 - 50 - 40
        assert (await desk.ask("one two"))["text"] == "one two"

    play(scenario)


@pytest.mark.parametrize("style", STYLES)
def test_a_usage_that_is_not_told_is_estimated_at_the_worst(style):
    def edit(body):
        return {key: value for key, value in body.items() if key not in {"usage", "model"}}

    async def scenario(desk):
        desk.server.edit = edit
        answer = await desk.ask("one two", max_tokens=40)
        assert answer["usage"] == {"input_tokens": 57, "output_tokens": 40, "estimated": True}
        assert answer["model"] == MODEL
        assert await desk.left() == 100_000 - 97

    play(scenario, style)


@pytest.mark.parametrize("tokens", [-5, 10**12, "many", None])
def test_a_usage_that_cannot_be_spoils_the_answer_and_counts_the_worst(tokens):
    def edit(body):
        return body | {"usage": {"prompt_tokens": tokens, "completion_tokens": -1}}

    async def scenario(desk):
        desk.server.edit = edit
        if tokens is None:
            desk.server.edit = lambda body: body | {"usage": {"prompt_tokens": [], "x": 1}}
        await desk.fails("bad_answer", "one two", max_tokens=40)
        assert await desk.left() == 100_000 - 97

    play(scenario)


def test_an_error_in_the_place_of_an_answer_is_cut_and_holds_no_secret():
    async def scenario(desk):
        words = "x" * 240 + KEY + "y" * 9_999
        desk.server.faults.append(says(200, {"error": {"message": words}}))
        error = await desk.fails("server")
        assert len(error) <= 300
        assert KEY[:6] not in error

    play(scenario)


def test_what_is_a_secret_elsewhere_is_not_told_by_being_struck_out():
    async def scenario(desk):
        desk.scrub.add(Secret("another-connections-key"))
        for status in (400, 200):
            desk.server.faults.append(says(status, {"error": "no another-connections-key"}))
            answer = await desk.ask("one two")
            assert answer["error"].endswith("no another-connections-key")

    play(scenario)


def test_a_long_name_of_a_model_is_cut():
    async def scenario(desk):
        desk.server.edit = lambda body: body | {"model": "m" * 9_999}
        assert len((await desk.ask("a"))["model"]) == 200

    play(scenario)


def test_neither_questions_nor_keys_reach_the_log(caplog):
    caplog.set_level(logging.DEBUG)

    async def scenario(desk):
        await desk.ask("the secret plan")
        desk.server.faults.extend([peer.resets_mid_body, says(500, {"error": KEY})])
        await desk.fails("network", "the secret plan")
        await desk.fails("server", "the secret plan")

    play(scenario)
    assert "secret plan" not in caplog.text
    assert KEY not in caplog.text
