"""The audit log: bounded, and seen by administrators."""

from __future__ import annotations

from api.services import problem
from cellblock.api import audit as ledger
from cellblock.api.proofs import mint

AUDIT = "/api/v1/audit"


def test_the_audit_log_is_listed_in_pages_the_newest_first(api):
    for number in range(5):
        api.post("/api/v1/workspaces", json={"name": f"room-{number}"})
    found, params = [], {"limit": 2}
    while params is not None:
        page = api.get(AUDIT, params=params).json()
        found += page["items"]
        params = {"limit": 2, "cursor": page["next"]} if page["next"] else None
    assert [entry["action"] for entry in found] == ["workspace.create"] * 5
    assert [entry["target"] for entry in found] == [f"room-{number}" for number in range(4, -1, -1)]
    assert [entry["id"] for entry in found] == sorted((e["id"] for e in found), reverse=True)


def test_each_sees_what_was_done_in_their_workspace(service, api):
    service.make_workspace("room")
    service.make_workspace("other")
    for name in ("room", "other"):
        api.patch(f"/api/v1/workspaces/{name}", json={"retention_days": 2})
    chief = service.of("admin", "room")
    assert {e["workspace"] for e in chief.get(AUDIT).json()["items"]} == {"room"}
    problem(chief.get(AUDIT, params={"workspace": "other"}), 404, "not-found")
    problem(service.of("operator").get(AUDIT), 403, "forbidden")
    seen = api.get(AUDIT, params={"workspace": "other"}).json()["items"]
    assert [e["workspace"] for e in seen] == ["other"]


def test_a_flood_of_refusals_is_summed_up(service):
    wrong = service.client(mint()[1])
    for _ in range(30):
        wrong.get("/api/v1/workspaces")
    keeper = next(
        middleware.kwargs["ledger"]
        for middleware in service.app.user_middleware
        if "ledger" in middleware.kwargs
    )
    before = service.audit()
    assert len(before) == 2 * ledger.REFUSED_AT_ONCE, "ten of 401 and ten of 429"
    service.do(keeper.sum_up())
    summed = service.audit()[len(before) :]
    assert [(e.status, e.detail) for e in summed] == [(429, {"times": 10})]
    service.do(keeper.sum_up())
    assert len(service.audit()) == len(before) + 1


def test_who_shows_nothing_and_changes_nothing_is_not_noted(service):
    stranger = service.client()
    for path in ("/api/v1/session", "/api/v1/workspaces"):
        assert stranger.get(path).status_code == 401
        assert stranger.head(path).status_code == 401
    assert service.audit() == []
    assert stranger.post("/api/v1/workspaces", json={"name": "x"}).status_code == 401
    stale = service.client(headers={"Cookie": "cellblock=cs_" + "a" * 52})
    assert stale.get("/api/v1/session").status_code == 401
    noted = [(one.action, one.status) for one in service.audit()]
    assert noted == [("access.refused", 401)] * 2


def test_many_addresses_are_one_entry(service):
    from cellblock.api.audit import MOST_COUNTED, Ledger
    from cellblock.api.visit import Visit

    fresh = Ledger(service.stores.audit, service.clock)
    for number in range(MOST_COUNTED + 20):
        visit = Visit(id="x", address=f"192.0.2.{number}", body=None)
        service.do(fresh.refused(visit, 401))
    assert len(service.audit()) == MOST_COUNTED
    service.do(fresh.sum_up())
    last = service.audit()[-1]
    assert len(service.audit()) == MOST_COUNTED + 1
    assert (last.actor, last.detail) == ("others", {"times": 20})


def test_a_source_that_is_read_and_not_kept_is_not_noted(service, api):
    # The dashboard's editor asks with every word that is typed; a deploy is another matter.
    for number in range(3):
        assert api.post("/api/v1/check", json={"source": f"x = {number}"}).status_code == 200
    assert api.get(AUDIT).json()["items"] == []
    refused = service.client(mint()[1]).post("/api/v1/check", json={"source": ""})
    assert refused.status_code == 401
    assert [e["action"] for e in api.get(AUDIT).json()["items"]] == ["access.refused"]
