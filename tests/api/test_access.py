"""Who may come in, and what each may do."""

from __future__ import annotations

import hashlib

import pytest

from api.services import problem
from cellblock.api.proofs import digest_of, mint
from cellblock.limits import AUTH_FAILURE_S, AUTH_FAILURES

SELF = "/api/v1/tokens/self"


def test_a_token_has_256_bits_of_chance_and_its_digest_is_of_all_of_it():
    identity, text = mint()
    prefix, middle, secret = text.split("_")
    assert (prefix, middle) == ("cb", identity)
    assert len(secret) * 5 >= 256
    assert len({mint()[1] for _ in range(100)}) == 100
    assert digest_of(text) == hashlib.sha256(text.encode()).digest()


def test_the_files_of_the_service_hold_no_token(service, tmp_path):
    made = service.admin.post("/api/v1/tokens", json={"name": "x", "role": "viewer"}).json()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert made["id"].encode() in kept
    for text in (made["token"], service.token):
        assert text.rpartition("_")[2].encode() not in kept


@pytest.mark.parametrize("path", [SELF, "/api/v1/workspaces", "/api/v1/nothing", "/metrics"])
def test_without_a_token_nothing_is_told(service, path):
    answer = service.client().get(path)
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic {0}", "{0}", "Bearer {0}x", ""])
def test_what_is_no_token_is_refused(service, header):
    client = service.client()
    answer = client.get(SELF, headers={"Authorization": header.format(service.token)})
    problem(answer, 401, "unauthorized")


def test_two_tokens_at_once_are_none(service):
    headers = [("Authorization", f"Bearer {service.token}")] * 2
    problem(service.client().get(SELF, headers=headers), 401, "unauthorized")


def test_the_scheme_is_read_in_any_case(service):
    answer = service.client().get(SELF, headers={"Authorization": f"bEARER  {service.token}"})
    assert answer.json()["role"] == "admin"


def test_a_token_ends_when_it_expires(service):
    token = service.make_token("viewer", expires_at=service.clock.wall_s() + 60)
    client = service.client(token)
    assert client.get(SELF).status_code == 200
    service.clock.advance(60)
    problem(client.get(SELF), 401, "unauthorized")


def test_a_token_ends_at_once_when_it_is_revoked(service, api):
    client = service.of("viewer")
    mine = client.get(SELF).json()
    assert api.delete(f"/api/v1/tokens/{mine['id']}").status_code == 204
    problem(client.get(SELF), 401, "unauthorized")
    problem(api.delete(f"/api/v1/tokens/{mine['id']}"), 404, "not-found")


def test_another_workspace_is_not_there_and_a_higher_role_is_forbidden(service):
    service.make_workspace("mine")
    service.make_workspace("other")
    client = service.of("operator", "mine")
    assert client.get("/api/v1/workspaces/mine").status_code == 200
    other = problem(client.get("/api/v1/workspaces/other"), 404, "not-found")
    nowhere = problem(client.get("/api/v1/workspaces/nowhere"), 404, "not-found")
    nowhere["detail"] = nowhere["detail"].replace("nowhere", "other")
    assert other == nowhere, "nobody learns which workspaces there are"
    change = {"json": {"retention_days": 3}}
    problem(client.patch("/api/v1/workspaces/mine", **change), 403, "forbidden")
    problem(client.patch("/api/v1/workspaces/other", **change), 404, "not-found")
    problem(client.post("/api/v1/workspaces", json={"name": "new"}), 403, "forbidden")
    problem(client.delete("/api/v1/workspaces/mine"), 403, "forbidden")
    assert [w["name"] for w in client.get("/api/v1/workspaces").json()["items"]] == ["mine"]


def test_too_many_wrong_tokens_are_told_to_wait_and_a_right_one_passes(service):
    wrong = service.client(mint()[1])
    for _ in range(AUTH_FAILURES):
        problem(wrong.get(SELF), 401, "unauthorized")
    answer = wrong.get(SELF)
    problem(answer, 429, "too-many-failures")
    assert int(answer.headers["retry-after"]) == AUTH_FAILURE_S + 1
    assert service.admin.get(SELF).status_code == 200
    service.clock.advance(AUTH_FAILURE_S)
    problem(wrong.get(SELF), 401, "unauthorized")
    problem(wrong.get(SELF), 429, "too-many-failures")


def test_no_token_at_all_is_not_counted(service):
    client = service.client()
    assert {client.get(SELF).status_code for _ in range(AUTH_FAILURES * 2)} == {401}


def test_the_last_use_is_written_down_now_and_then(service, api):
    gate = service.app.state.gate
    client = service.of("viewer")
    mine = client.get(SELF).json()
    assert mine["last_used_at"] is None
    service.do(gate.keep_used())
    assert client.get(SELF).json()["last_used_at"] == service.clock.wall_s()
    service.clock.advance(30)
    first = service.clock.wall_s() - 30
    assert client.get(SELF).json()["last_used_at"] == first, "not by each request"
