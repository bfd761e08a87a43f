from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellblock.broker.adapter import AdapterError
from cellblock.broker.llm.settings import LlmSettings
from cellblock.broker.llm.shapes import Question, asked, complaint, listed, read
from cellblock.broker.secret import Secret

HI = Question("hi", None, 5)


def settings(base_url: str = "", **values: Any) -> LlmSettings:
    return LlmSettings(model="m", base_url=base_url, **values)


def chat(**more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    message = {"role": "assistant", "content": "yes"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"model": "m-1", "choices": [choice], "usage": usage} | more


def choice(content: Any, reason: Any = "stop", **more: Any) -> dict[str, Any]:
    return chat(choices=[{"message": {"content": content, **more}, "finish_reason": reason}])


def message(**more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 3, "output_tokens": 2}
    content = [{"type": "text", "text": "yes"}]
    return {"model": "m-1", "content": content, "stop_reason": "end_turn", "usage": usage} | more


def said(style: str, body: Any) -> Any:
    return read(style, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("style", "base_url", "url"),
    [
        ("openai", "", "https://api.openai.com/v1/chat/completions"),
        ("openai", "http://h:1", "http://h:1/v1/chat/completions"),
        ("openai", "http://h:1/", "http://h:1/v1/chat/completions"),
        ("openai", "http://h:1/v1/", "http://h:1/v1/chat/completions"),
        ("openai", "http://h:1/api/v4", "http://h:1/api/v4/chat/completions"),
        ("openai", "http://h:1/v1/chat/completions", "http://h:1/v1/chat/completions"),
        ("anthropic", "", "https://api.anthropic.com/v1/messages"),
        ("anthropic", "http://h:1", "http://h:1/v1/messages"),
        ("anthropic", "http://h:1/v1", "http://h:1/v1/messages"),
        ("anthropic", "http://h:1/proxy/", "http://h:1/proxy/v1/messages"),
        ("anthropic", "http://h:1/v1/messages", "http://h:1/v1/messages"),
    ],
)
def test_a_base_url_is_taken_as_the_official_clients_take_theirs(style, base_url, url):
    assert str(asked(settings(base_url, style=style), HI).url) == url


def test_keys_and_versions_go_into_the_headers_of_their_style():
    key = Secret("sk-hunter2")
    made = asked(settings(api_key=key), HI)
    assert made.headers["authorization"] == "Bearer sk-hunter2"
    made = asked(settings(style="anthropic", api_key=key), HI)
    assert made.headers["x-api-key"] == "sk-hunter2"
    assert made.headers["anthropic-version"] == "2026-10-21"
    made = asked(settings("http://h:1", style="anthropic"), HI)
    assert made.headers["anthropic-version"] == "2023-06-01"
    assert "x-api-key" not in made.headers
    assert "authorization" not in asked(settings("http://h:1"), HI).headers


@pytest.mark.parametrize("style", ["openai", "anthropic"])
def test_without_a_system_text_none_is_sent(style):
    for system in (None, ""):
        made = asked(settings("http://h:1", style=style), Question("hi", system, 5))
        assert json.loads(made.content) == {
            "model": "m",
            "max_tokens": 5,
            "messages": [{"role": "user", "content": "hi"}],
        }


@pytest.mark.parametrize(
    ("body", "text", "stop"),
    [
        (chat(), "yes", "end"),
        (choice("", "length"), "", "length"),
        (choice(None, "length"), "", "length"),
        (choice(None, "stop", refusal="I will not"), "I will not", "filtered"),
        (choice("no", "content_filter"), "no", "filtered"),
        (choice("x", None), "x", "other"),
        (choice("x", "tool_calls"), "x", "other"),
        (choice([{"type": "text", "text": "a"}, {"type": "image"}, {"text": "b"}]), "ab", "end"),
        (choice("\u202e<b>\0\x1b[0m"), "\u202e<b>\0\x1b[0m", "end"),
    ],
)
def test_what_a_chat_says(body, text, stop):
    found = said("openai", body)
    assert (found.text, found.stop, found.usage, found.model) == (text, stop, (3, 2), "m-1")


@pytest.mark.parametrize(
    ("body", "text", "stop", "usage"),
    [
        (message(), "yes", "end", (3, 2)),
        (message(content=[]), "", "end", (3, 2)),
        (message(stop_reason="max_tokens"), "yes", "length", (3, 2)),
        (message(stop_reason="model_context_window_exceeded"), "yes", "length", (3, 2)),
        (message(stop_reason="refusal"), "yes", "filtered", (3, 2)),
        (message(stop_reason="stop_sequence"), "yes", "end", (3, 2)),
        (message(stop_reason="pause_turn"), "yes", "other", (3, 2)),
        (message(stop_reason=None), "yes", "other", (3, 2)),
        (
            message(
                usage={
                    "input_tokens": 3,
                    "output_tokens": 2,
                    "cache_creation_input_tokens": 10,
                    "cache_read_input_tokens": None,
                }
            ),
            "yes",
            "end",
            (13, 2),
        ),
        (
            message(
                content=[{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "b"}]
            ),
            "b",
            "end",
            (3, 2),
        ),
    ],
)
def test_what_a_message_says(body, text, stop, usage):
    found = said("anthropic", body)
    assert (found.text, found.stop, found.usage) == (text, stop, usage)


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("openai", chat(usage=None)),
        ("openai", chat(usage={})),
        ("openai", chat(usage={"prompt_tokens": 3})),
        ("anthropic", message(usage=None)),
        ("anthropic", message(usage={"output_tokens": 3})),
    ],
)
def test_a_usage_that_is_not_told_is_none(style, body):
    assert said(style, body).usage is None


@pytest.mark.parametrize("tokens", [-1, 10**10, 10**30, 1.5, "3", True, [3], {}])
def test_a_usage_that_cannot_be_is_a_bad_answer(tokens):
    for style, body in (
        ("openai", chat(usage={"prompt_tokens": tokens, "completion_tokens": 1})),
        ("openai", chat(usage={"prompt_tokens": 1, "completion_tokens": tokens})),
        ("anthropic", message(usage={"input_tokens": tokens, "output_tokens": 1})),
        ("anthropic", message(usage={"input_tokens": 1, "output_tokens": tokens})),
    ):
        with pytest.raises(AdapterError) as caught:
            said(style, body)
        assert caught.value.code == "bad_answer"
        assert len(str(caught.value)) <= 300


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("openai", b'{"choices": [' + b'{"message": {}},' * 1_000 + b"{}, what"),
        ("openai", b'{"choices": [' + b'{"message": {}},' * 1_000 + b'{"message": {}}]}'),
        (
            "openai",
            b'{"choices": [{"message": {"content": [' + b"{}," * 1_000 + b"{}]}}]}",
        ),
        ("anthropic", b'{"content": [' + b"{}," * 1_000 + b"{}]}"),
    ],
)
def test_more_parts_or_choices_than_any_answer_has_are_a_bad_answer(style, body):
    with pytest.raises(AdapterError) as caught:
        said(style, body)
    assert caught.value.code == "bad_answer"
    if not body.endswith(b"what"):
        assert "of at most length 1000" in str(caught.value)


def test_as_many_parts_as_are_read_are_read():
    parts = [{"type": "text", "text": "a"}] * 1_000
    assert said("openai", choice(parts)).text == "a" * 1_000
    assert said("anthropic", message(content=parts)).text == "a" * 1_000


def test_a_list_of_models_is_read_as_far_as_there_is_room():
    def body(count):
        return json.dumps({"data": [{"id": f"m-{n}"} for n in range(count)]}).encode()

    assert len(listed(body(5_000))) == 5_000
    for text in (body(5_001), b'{"data": 5}', b"{}", b"["):
        with pytest.raises(AdapterError) as caught:
            listed(text)
        assert caught.value.code == "bad_answer"


def test_a_cache_below_nothing_is_a_bad_answer():
    usage = {"input_tokens": 5, "output_tokens": 1, "cache_read_input_tokens": -100}
    with pytest.raises(AdapterError, match="less than nothing"):
        said("anthropic", message(usage=usage))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>",
        b"\xff\xfe",
        b'{"choices": []}',
        b'{"choices": [{}], "content": [{"type": 5}]}',
        b'{"choices": [{"message": {"content": "\\ud800"}}], "content": "yes"}',
        b'{"choices": [{"message": {"content": {}}}], "content": [[]]}',
        b"[" * 100_000,
        b'{"choices":' * 10_000,
        b'{"choices": [{"message": {"content": NaN}}]}',
    ],
)
def test_what_fits_no_shape_is_a_bad_answer_in_a_bounded_sentence(body):
    for style in ("openai", "anthropic"):
        with pytest.raises(AdapterError) as caught:
            read(style, body)
        assert caught.value.code == "bad_answer"
        assert len(str(caught.value)) <= 300


def test_an_error_in_the_place_of_an_answer_is_the_servers():
    for style in ("openai", "anthropic"):
        with pytest.raises(
            AdapterError, match="the model's server failed: out of memory"
        ) as caught:
            said(style, {"error": {"message": "out of memory", "code": 502}})
        assert caught.value.code == "server"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "no"}}, "no"),
        ({"error": "no"}, "no"),
        ({"type": "error", "error": {"type": "x", "message": "no"}}, "no"),
        ({"message": "no"}, "no"),
        ({"detail": "no"}, "no"),
        ({"detail": [{"msg": "no"}]}, ""),
        ({"error": None}, ""),
        ({}, ""),
        ([], ""),
        ("no", "no"),
        (5, ""),
    ],
)
def test_the_sentence_of_an_error_is_found_where_servers_put_it(body, words):
    assert complaint(json.dumps(body).encode()) == words


def test_a_body_without_a_sentence_has_none():
    for body in (b"", b"<html>", b"\xff", b"[" * 50_000, b'"' + b"x" * 200_000 + b'"'):
        assert complaint(body) == ""


@given(st.text(), st.text() | st.none())
def test_a_question_is_bounded_by_its_bytes_for_a_token_is_one_at_least(prompt, system):
    most = Question(prompt, system, 1).most_input_tokens
    assert most > len(prompt.encode()) + len((system or "").encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = ["choices", "message", "content", "usage", "model", "type", "text", "stop_reason", "error"]


@given(
    st.binary()
    | st.dictionaries(st.sampled_from(NAMES), JSON).map(lambda v: json.dumps(v).encode())
)
def test_whatever_comes_is_said_or_an_adapter_error(body):
    for style in ("openai", "anthropic"):
        try:
            found = read(style, body)
        except AdapterError:
            continue
        assert isinstance(found.text, str)
