"""Health and metrics."""

from __future__ import annotations

import asyncio

import pytest

from api.services import SYSTEM, problem
from cellblock.api.doors import Health
from cellblock.api.routes import health as routes


def test_strangers_learn_whether_the_service_is_well_and_no_more(service):
    service.rooms.health = Health(ok=False, problems=("the disk is full",), facts={"free": 0})
    answer = service.client().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})
    scoped = service.of("admin", "default").get("/health")
    assert scoped.json() == {"ok": False}
    whole = service.of("viewer").get("/health")
    assert whole.status_code == 503
    told = {"ok": False, "problems": ["the disk is full"], "facts": {"free": 0}}
    assert whole.json() == told


def test_a_wrong_token_is_not_passed_over(service):
    problem(service.client("cb_x_y").get("/health"), 401, "unauthorized")


def test_a_service_that_cannot_tell_is_not_well(service, monkeypatch):
    async def never():
        await asyncio.Event().wait()

    monkeypatch.setattr(routes, "HEALTH_S", 0.05)
    service.change(health=never)
    answer = service.admin.get("/health")
    assert answer.status_code == 503
    assert "in time" in answer.json()["problems"][0]


def test_metrics_are_for_tokens_of_all_workspaces(service):
    answer = service.of("viewer").get("/metrics")
    assert answer.text == "cellblock_workers 0\n"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    problem(service.of("admin", "default").get("/metrics"), 403, "forbidden")


@pytest.mark.parametrize("path", ["/api/openapi.json"])
def test_the_description_is_open_to_all(service, path):
    page = service.client().get(path).json()
    assert page["openapi"].startswith("3.1")
    assert page["paths"]


def test_the_system_is_shown_to_tokens_of_all_workspaces(service):
    assert service.of("viewer").get("/api/v1/system").json() == SYSTEM
    for role in ("viewer", "admin"):
        answer = service.of(role, "default").get("/api/v1/system")
        problem(answer, 403, "forbidden")
    problem(service.client().get("/api/v1/system"), 401, "unauthorized")
