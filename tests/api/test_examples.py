"""Workers to begin with, as those who make one are given them."""

from __future__ import annotations

from api.services import EXAMPLE, problem


def test_any_token_is_told_the_examples(service, api):
    for client in (api, service.of("viewer", "default")):
        answer = client.get("/api/v1/examples")
        assert answer.status_code == 200
        assert answer.json() == {"items": [EXAMPLE]}


def test_nobody_else_is(service):
    problem(service.client().get("/api/v1/examples"), 401, "unauthorized")


def test_an_example_is_deployed_as_it_is_told(api):
    (example,) = api.get("/api/v1/examples").json()["items"]
    sent = {"source": example["source"], "settings": example["settings"]}
    answer = api.put("/api/v1/workspaces/default/workers/begun", json=sent)
    assert answer.status_code == 201
    assert answer.json()["worker"]["settings"]["config"] == {"greeting": "Hi"}
