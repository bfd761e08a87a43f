"""ctx.llm as a worker sees it, through the jail, with a real server beside it."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from cellblock import Outcome, Sandbox
from peers import llm_server as peer
from peers.llm_server import KEY, MODEL, LlmServer, llm_server

pytestmark = pytest.mark.jail


def run(
    server: LlmServer,
    *codes: str,
    style: str = "openai",
    language: Literal["contract", "full"] = "contract",
    **values: object,
) -> list[Outcome]:
    """Run each code in a sandbox that is connected to *server*."""
    settings = {"style": style, "model": MODEL, "base_url": server.url, "api_key": KEY} | values

    async def work() -> list[Outcome]:
        connections = {"llm": settings}
        async with Sandbox(connections=connections, preload=(), language=language) as sandbox:
            return [await sandbox.run(code) for code in codes]

    return asyncio.run(asyncio.wait_for(work(), 60))


@pytest.mark.parametrize("style", ["openai", "anthropic"])
def test_a_worker_asks_and_is_answered(style):
    code = """
print(ctx.llm.ask("one two three", system="be brief", max_tokens=2))
print(ctx.llm.ask("\\N{RIGHT-TO-LEFT OVERRIDE}é")["text"] == "\\N{RIGHT-TO-LEFT OVERRIDE}é", "llm" in ctx.connected)
"""
    with llm_server() as server:
        (outcome,) = run(server, code, style=style)
    assert outcome.ok, outcome.failure
    assert outcome.output.splitlines() == [
        (
            "{'text': 'one two', 'usage': {'input_tokens': 5, 'output_tokens': 2, 'estimated': "
            f"False}}, 'model': '{MODEL}-2024', 'stop': 'length'}}"
        ),
        "True True",
    ]


def test_failures_are_answers_and_wrong_arguments_are_errors():
    code = """
for _ in range(2): print(ctx.llm.ask("a"))
print(ctx.llm.ask("a", max_tokens=10**6)["code"])
for wrong in (lambda: ctx.llm.ask(5), lambda: ctx.llm.ask(""), lambda: ctx.llm.ask("x" * 300_000), lambda: ctx.llm.ask("\\ud800"), lambda: ctx.llm.models()):
    try: print(wrong())
    except Exception as error: print(type(error).__name__)
"""
    with llm_server() as server:
        server.faults.extend([peer.resets_mid_body, peer.says(500, {"error": f"key {KEY}"})])
        (outcome,) = run(server, code)
    assert outcome.ok, outcome.failure
    first, second, *rest = outcome.output.splitlines()
    assert "'code': 'network'" in first
    assert second == ("{'error': \"the model's server answered 500: key •••\", 'code': 'server'}")
    assert rest == [
        "policy",
        "TypeError",
        "ValueError",
        "ValueError",
        "ValueError",
        "AttributeError",
    ]


def test_what_a_model_says_holds_no_key_and_no_other_worker_passes_the_cap():
    code = f"""
print(ctx.llm.ask("say {KEY[:9]}" + "{KEY[9:]}")["text"])
while "error" not in ctx.llm.ask("one two", max_tokens=10): pass
print(ctx.llm.ask("one two", max_tokens=10)["code"])
"""
    with llm_server() as server:
        caps = {"tokens_per_day": 1_300, "max_tokens": 1_000, "requests_per_minute": None}
        first, second = run(server, code, "print(ctx.llm.ask('a')['code'])", **caps)
        asked = len(server.asked)
    assert first.ok, first.failure
    assert first.output.splitlines() == ["say •••", "policy"]
    assert second.output == "policy"
    assert asked == 1 + (1_300 - 4 - 67) // 4 + 1


def test_the_deadline_of_a_tick_ends_a_call_and_its_request():
    with llm_server() as server:
        server.faults.append(peer.holds)
        settings = {"model": MODEL, "base_url": server.url, "api_key": KEY}

        async def work() -> Outcome:
            async with Sandbox(connections={"llm": settings}, preload=()) as sandbox:
                return await sandbox.run("ctx.llm.ask('a')", timeout_s=0.5)

        outcome = asyncio.run(asyncio.wait_for(work(), 60))
    assert outcome.kind.value == "timeout"


def test_no_key_is_found_in_what_a_worker_can_see():
    code = """
def walk(thing, depth=0):
    if depth > 4: return
    for name in dir(thing):
        if name.startswith("__"): continue
        value = getattr(thing, name, None)
        seen.append(repr(value))
        if not callable(value): walk(value, depth + 1)
seen = []
walk(ctx)
walk(ctx.llm)
print(any("sk-local" in text for text in seen), len(seen) > 5)
"""
    with llm_server() as server:
        (outcome,) = run(server, code, language="full")
    assert outcome.output == "False True"


def test_a_worker_that_is_not_connected_is_told_how(bench):
    assert bench.failure("ctx.llm.ask('a')").startswith(
        "RuntimeError: ctx.llm is not connected: connect it: `cellblock connect llm`, "
        "then `cellblock run` or `cellblock deploy` it with --connect llm; or Sandbox("
    )
