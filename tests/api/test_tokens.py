"""The addresses of tokens."""

from __future__ import annotations

import pytest

from api.services import problem

TOKENS = "/api/v1/tokens"


def _make(client, **values):
    return client.post(TOKENS, json={"name": "ci", "role": "operator", **values})


def test_a_token_is_shown_once_and_opens_what_it_is_for(service, api):
    service.make_workspace("room")
    answer = _make(api, workspace="room")
    assert answer.status_code == 201
    made = answer.json()
    token = made.pop("token")
    assert answer.headers["cache-control"] == "no-store"
    assert made["created_by"].startswith("admin-1 (")
    mine = service.client(token).get(f"{TOKENS}/self").json()
    assert mine == made
    assert token not in api.get(TOKENS).text
    assert made in api.get(TOKENS).json()["items"]


def test_an_administrator_of_a_workspace_sees_and_makes_tokens_of_it_alone(service, api):
    service.make_workspace("room")
    service.make_workspace("other")
    theirs = _make(api, workspace="other").json()
    chief = service.of("admin", "room")
    mine = _make(chief, name="mine", workspace="room").json()
    problem(_make(chief, name="all"), 403, "forbidden")
    problem(_make(chief, name="theirs", workspace="other"), 404, "not-found")
    seen = chief.get(TOKENS).json()["items"]
    assert {token["workspace"] for token in seen} == {"room"}
    assert mine["id"] in {token["id"] for token in seen}
    problem(chief.get(TOKENS, params={"workspace": "other"}), 404, "not-found")
    problem(chief.delete(f"{TOKENS}/{theirs['id']}"), 404, "not-found")
    assert chief.delete(f"{TOKENS}/{mine['id']}").status_code == 204


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_no_tokens_make_none_and_may_give_up_their_own(service, role):
    client = service.of(role)
    problem(client.get(TOKENS), 403, "forbidden")
    problem(_make(client, role="viewer"), 403, "forbidden")
    problem(client.delete(f"{TOKENS}/nobody"), 403, "forbidden")
    assert client.delete(f"{TOKENS}/self").status_code == 204
    problem(client.get(f"{TOKENS}/self"), 401, "unauthorized")


def test_a_token_that_cannot_be_is_refused(service, api):
    now = service.clock.wall_s()
    problem(_make(api, expires_at=now), 422, "expired-already")
    problem(_make(api, workspace="nowhere"), 404, "not-found")
    for values in ({"role": "root"}, {"name": "A B"}, {"expires_at": 1e300}, {"more": 1}):
        wrong = problem(_make(api, **values), 422, "invalid")
        assert wrong["errors"][0]["where"] == f"body.{next(iter(values))}"


def test_a_name_that_is_taken_is_a_conflict(api):
    assert _make(api).status_code == 201
    problem(_make(api), 409, "conflict")


def test_the_list_has_pages(service, api):
    for _ in range(5):
        service.make_token("viewer")
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = api.get(TOKENS, params=params).json()
        found += [token["id"] for token in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 2
    assert len(found) == len(set(found)) == 6
