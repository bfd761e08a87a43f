from __future__ import annotations

from typing import Any

import pytest

from cellblock.broker.adapters.llm import KIND
from cellblock.broker.connections import settings_of
from cellblock.broker.llm.settings import LlmSettings
from cellblock.errors import OperatorFault


def settings(**values: Any) -> LlmSettings:
    return settings_of(KIND, "main", {"model": "m", **values})


def fault(**values: Any) -> str:
    with pytest.raises(OperatorFault) as caught:
        settings(**values)
    assert caught.value.slug == "bad-connection"
    return str(caught.value)


def test_a_model_is_all_that_is_needed():
    found = settings()
    assert (found.style, found.place, found.at_vendor) == ("openai", "api.openai.com:443", True)
    assert settings(style="anthropic").place == "api.anthropic.com:443"
    with pytest.raises(OperatorFault, match="missing required field `model`"):
        settings_of(KIND, "main", {})


@pytest.mark.parametrize(
    ("base_url", "place"),
    [
        ("http://localhost:11434/v1", "localhost:11434"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("https://models.example/openai/", "models.example:443"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("http://LAN.example", "lan.example:80"),
    ],
)
def test_the_endpoint_is_the_one_place_that_is_reached(base_url, place):
    assert settings(base_url=base_url).place == place
    assert not settings(base_url=base_url).at_vendor


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"base_url": "localhost:11434"}, "base_url: 'localhost:11434' is no URL"),
        ({"base_url": "ftp://host/"}, "must begin with http:// or https://"),
        ({"base_url": "https://key@host/v1"}, "it holds a user name"),
        ({"base_url": "https://host/v1?key=1"}, "base_url: it has a query"),
        ({"base_url": "http://"}, "base_url: "),
        ({"model": ""}, "length >= 1"),
        ({"style": "gemini"}, "Invalid enum value 'gemini'"),
        ({"max_tokens": 0}, ">= 1"),
        ({"max_tokens": True}, "Expected `int`"),
        ({"timeout_s": 29}, "<= 28"),
        ({"timeout_s": 0}, "> 0"),
        ({"tokens_per_day": 0}, ">= 1"),
        ({"requests_per_minute": 0}, ">= 1"),
        ({"price_per_million_input": -1}, ">= 0"),
        ({"cost_per_day": 5}, "cost_per_day needs price_per_million_input and"),
        ({"cost_per_day": 5, "price_per_million_input": 1}, "and price_per_million_output"),
        ({"cost_per_day": 5, "price_per_million_output": 1}, "needs price_per_million_input"),
        ({"cost_per_day": 0, "price_per_million_input": 1}, "> 0"),
        ({"api_key": ""}, "api_key: it is empty, or holds what no header carries"),
        ({"api_key": "sk-hunter2\n"}, "holds what no header carries"),
        ({"api_key": "sk-hunter2 "}, "holds what no header carries"),
        ({"api_key": "sk-hünter2"}, "holds what no header carries"),
        ({"temperature": 1}, "unknown field `temperature`"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_the_key_is_not_told(values, words):
    said = fault(**values)
    assert words in said
    assert "nter2" not in said


def test_the_key_is_sealed():
    assert "hunter2" not in repr(settings(api_key="sk-hunter2"))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "max_completion_tokens"),
        ({"base_url": "http://localhost:1/v1"}, "max_tokens"),
        ({"base_url": "http://localhost:1", "style": "anthropic"}, "max_tokens"),
        ({"style": "anthropic"}, "max_tokens"),
        ({"max_tokens_field": "max_tokens"}, "max_tokens"),
        (
            {"base_url": "http://localhost:1", "max_tokens_field": "max_completion_tokens"},
            "max_completion_tokens",
        ),
    ],
)
def test_the_longest_answer_is_called_as_the_endpoint_calls_it(values, name):
    assert settings(**values).tokens_field == name
