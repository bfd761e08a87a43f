"""Connections over HTTP: what is secret comes in and never goes out."""

from __future__ import annotations

import pytest

from api.services import problem
from cellblock.broker.adapter import AdapterError
from cellblock.broker.secret import Secret

HERE = "/api/v1/workspaces/default/connections"
BYBIT = f"{HERE}/bybit/main"
KEY, SECRET = "k3y-that-is-long", "s3cret-that-is-l0ng"
BOTH = {"api_key": KEY, "api_secret": SECRET}


def put(api, at=BYBIT, **body):
    return api.put(at, json=body)


def kept(service, name="main"):
    return service.do(service.doors.vault.get("default", "bybit", name))


def test_a_connection_is_made_changed_listed_and_removed(service, api):
    made = put(api, settings={"environment": "demo"}, secrets=BOTH)
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["settings"], view["secrets"]) == (
        {"environment": "demo"},
        ["api_key", "api_secret"],
    )
    assert put(api, settings={"symbols": ["BTCUSDT"]}).status_code == 200
    assert kept(service).secrets == BOTH, "secrets that are left out stay"
    put(api, secrets={"api_key": "another-key-of-it"})
    assert kept(service).secrets == {"api_key": "another-key-of-it", "api_secret": SECRET}
    assert kept(service).settings == {"symbols": ["BTCUSDT"]}
    put(api, secrets={"api_key": None, "api_secret": None})
    assert kept(service).secrets == {}
    put(api, f"{HERE}/http/main")
    page = api.get(HERE, params={"limit": 1}).json()
    assert [(one["kind"], one["name"]) for one in page["items"]] == [("bybit", "main")]
    rest = api.get(HERE, params={"cursor": page["next"]}).json()
    assert [one["kind"] for one in rest["items"]] == ["http"]
    assert api.delete(BYBIT).status_code == 204
    problem(api.delete(BYBIT), 404, "not-found")
    problem(api.post(f"{BYBIT}/test"), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"settings": {"environment": "moon"}}, "bad-connection"),
        ({"settings": {"nonsense": 1}}, "bad-connection"),
        ({"settings": {"api_key": KEY}}, "secret-in-settings"),
        ({"secrets": {KEY: "x" * 20}}, "bad-secret"),
        ({"secrets": {"api_key": "q7", "api_secret": SECRET}}, "bad-secret"),
        ({"secrets": {"api_key": 3}}, "invalid"),
        ({"secrets": {"api_key": "\0" * 10, "api_secret": SECRET}}, "bad-secret"),
        ({"settings": {"symbols": [[[1]]]}}, "bad-connection"),
        ({"nonsense": 1}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused_whole_and_shows_no_secret(service, api, body, slug):
    put(api, secrets=BOTH)
    before = kept(service)
    answer = put(api, **body)
    problem(answer, 422, slug)
    for text in (KEY, SECRET, "q7"):
        assert text not in answer.text
    assert kept(service) == before
    assert all(KEY not in str(entry) and SECRET not in str(entry) for entry in service.audit())


def test_an_unknown_kind_is_refused_with_those_there_are(api):
    assert "telegram" in problem(put(api, f"{HERE}/nonsense/main"), 422, "no-kind")["hint"]
    problem(put(api, f"{HERE}/Bad/main"), 422, "invalid")


def test_no_answer_and_no_audit_entry_holds_a_secret(service, api):
    answers = [put(api, secrets=BOTH), api.get(HERE), put(api, settings={})]
    for answer in answers:
        assert KEY not in answer.text
        assert SECRET not in answer.text
    assert all(SECRET not in str(entry) for entry in service.audit())
    assert service.audit()[0].detail["secrets"] == ["api_key", "api_secret"]


def test_a_connection_is_tried_and_the_answer_is_cleaned(service, api):
    put(api, secrets=BOTH)
    said = {}

    async def prove(connection):
        assert connection.values["api_key"] == Secret(KEY)
        if isinstance(said["it"], Exception):
            raise said["it"]
        return said["it"]

    service.change(prove=prove)

    def test(it):
        said["it"] = it
        answer = api.post(f"{BYBIT}/test")
        assert answer.status_code == 200, answer.text
        assert KEY not in answer.text
        return answer.json()

    assert test({"time": 1, "echo": KEY})["answer"] == {"time": 1, "echo": "•••"}
    assert test(None) == {"works": True, "answer": None, "error": None, "code": None}
    refused = test(AdapterError(f"the key {KEY} is wrong", "auth"))
    assert refused == {
        "works": False,
        "answer": None,
        "error": "the key ••• is wrong",
        "code": "auth",
    }
    assert test({"error": f"no {SECRET}", "code": "x"})["error"] == "no •••"
    assert test(TimeoutError())["code"] == "timeout"
    assert test(RuntimeError(KEY))["error"] == "RuntimeError"


def test_who_may(service, api):
    put(api, secrets=BOTH)
    service.make_workspace("other")
    stranger = service.of("admin", "other")
    for answer in (stranger.get(HERE), stranger.put(BYBIT, json={}), stranger.delete(BYBIT)):
        problem(answer, 404, "not-found")
    operator, viewer = service.of("operator", "default"), service.of("viewer", "default")
    for answer in (viewer.put(BYBIT, json={}), viewer.delete(BYBIT)):
        problem(answer, 403, "forbidden")
    assert operator.put(BYBIT, json={}).status_code == 200
    assert operator.post(f"{BYBIT}/test").status_code == 200
    problem(viewer.post(f"{BYBIT}/test"), 403, "forbidden")
    assert viewer.get(HERE).json()["items"][0]["secrets"] == ["api_key", "api_secret"]


@pytest.mark.parametrize(
    ("at", "settings"),
    [
        ("http", {"private": ["169.254.169.254:80"]}),
        ("http", {"proxy": "http://127.0.0.1:3128"}),
        ("http", {"ca_file": "/etc/shadow"}),
        ("llm", {"model": "m", "base_url": "http://127.0.0.1:8420"}),
        ("bybit", {"endpoint": "http://127.0.0.1:8420"}),
        ("telegram", {"base_url": "http://127.0.0.1:8420"}),
    ],
)
def test_one_workspace_leads_the_host_nowhere(service, api, at, settings):
    secrets = {"token": "t0ken-that-is-long"} if at == "telegram" else {}
    for role in ("operator", "admin"):
        answer = put(service.of(role, "default"), f"{HERE}/{at}/main", settings=settings)
        problem(answer, 403, "forbidden")
    body = {"settings": settings, "secrets": secrets}
    assert put(api, f"{HERE}/{at}/main", **body).status_code == 201
    problem(
        put(service.of("operator", "default"), f"{HERE}/{at}/main", settings={}), 403, "forbidden"
    )
    # What an administrator chose does not keep them from the rest of it.
    assert put(service.of("operator", "default"), f"{HERE}/{at}/main", **body).status_code == 200


def test_secrets_are_not_sent_to_another_address_unseen(service, api):
    put(api, settings={}, secrets=BOTH)
    elsewhere = {"endpoint": "https://far.example"}
    for secrets in ({}, {"api_key": KEY}):
        problem(put(api, settings=elsewhere, secrets=secrets), 422, "secrets-anew")
    assert kept(service).settings == {}
    assert put(api, settings=elsewhere, secrets=BOTH).status_code == 200
    assert put(api, settings={**elsewhere, "read_only": True}).status_code == 200
    taken = {"api_key": None, "api_secret": None}
    assert put(api, settings={}, secrets=taken).status_code == 200
