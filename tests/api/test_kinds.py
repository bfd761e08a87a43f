"""The kinds that can be connected, as a form needs them."""

from __future__ import annotations

import msgspec
import pytest

from api.services import problem
from cellblock.broker.schema import schema_of
from cellblock.broker.secret import Secret


class Odd:
    pass


class Part(msgspec.Struct):
    key: Secret
    odd: Odd


class Settings(msgspec.Struct):
    part: Part


@pytest.fixture
def kinds(api):
    return {one["kind"]: one for one in api.get("/api/v1/kinds").json()["items"]}


def test_each_kind_tells_its_settings_and_the_names_of_its_secrets(kinds):
    assert {"bybit", "http", "llm", "monitor", "telegram"} <= kinds.keys()
    bybit = kinds["bybit"]
    assert bybit["secrets"] == ["api_key", "api_secret"]
    assert bybit["owners_only"] == ["endpoint"]
    assert bybit["keyless"]
    settings = bybit["settings"]["properties"]
    assert settings["environment"]["enum"] == ["demo", "mainnet", "testnet"]
    assert settings["recv_window_ms"]["maximum"] == 60_000
    assert settings["read_only"]["description"] == "Let no worker change anything."
    assert kinds["telegram"]["settings"]["required"] == ["token"]


def test_what_is_secret_is_written_only(kinds):
    for kind in kinds.values():
        settings = kind["settings"].get("properties", {})
        marked = {name for name, one in settings.items() if one.get("writeOnly")}
        assert marked == set(kind["secrets"])


def test_a_schema_of_anybodys_types_is_one():
    schema = schema_of(Settings)
    assert schema["properties"]["part"] == {"$ref": "#/$defs/Part"}
    assert schema["$defs"]["Part"]["properties"]["odd"] == {"title": "Odd"}


def test_any_token_may_look_and_nobody_else(service, api):
    assert service.of("viewer").get("/api/v1/kinds").status_code == 200
    assert problem(service.client().get("/api/v1/kinds"), 401, "unauthorized")
