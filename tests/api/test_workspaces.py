"""The addresses of workspaces."""

from __future__ import annotations

import errno

import pytest

from api.services import problem
from cellblock.intake.settings import settings
from cellblock.names import WorkerRef
from cellblock.store.ports import Kept, StoreFault
from cellblock.store.records import Draft

JSON = {"Content-Type": "application/json"}
ROOM = "/api/v1/workspaces/room"


@pytest.fixture
def room(api):
    return api.post("/api/v1/workspaces", json={"name": "room"})


def test_a_workspace_is_made_with_defaults_and_shown_with_what_it_takes(api, room):
    assert room.status_code == 201
    assert room.headers["location"] == ROOM
    shown = api.get(ROOM)
    assert shown.json() == room.json()
    assert shown.headers["etag"] == '"1"'
    assert (shown.json()["retention_days"], shown.json()["retention_bytes"]) == (14.0, 10**9)
    assert shown.json()["usage"]["lines"] == 0


def test_the_same_name_twice_is_a_conflict_and_its_tokens_stay(service, api, room):
    client = service.of("viewer", "room")
    problem(api.post("/api/v1/workspaces", json={"name": "room"}), 409, "conflict")
    assert client.get(ROOM).status_code == 200


def test_retention_is_changed_by_who_saw_it_last(api, room):
    changed = api.patch(ROOM, json={"retention_days": 3}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert (changed.json()["retention_days"], changed.json()["retention_bytes"]) == (3.0, 10**9)
    late = api.patch(ROOM, json={"retention_bytes": 5_000_000}, headers={"If-Match": '"1"'})
    problem(late, 409, "conflict")
    assert api.get(ROOM).json() == changed.json()
    same = api.patch(ROOM, json={"retention_days": 3}, headers={"If-Match": '"2"'})
    assert same.headers["etag"] == '"2"', "nothing was changed"


@pytest.mark.parametrize(
    "body",
    [
        *({"retention_days": value} for value in (0, -1, 1e9, "x", True)),
        *({"retention_bytes": value} for value in (0, 5e6 + 0.5, 2**64, "5000000")),
        {"name": "new"},
        [],
        None,
    ],
)
def test_what_cannot_be_kept_is_refused(api, room, body):
    problem(api.patch(ROOM, json=body), 422, "invalid")


def test_a_whole_number_may_be_written_with_a_point(api, room):
    changed = api.patch(ROOM, content=b'{"retention_bytes": 5e6}', headers=JSON)
    assert changed.json()["retention_bytes"] == 5_000_000


def test_a_workspace_is_removed_with_its_tokens_and_connections(service, api, room):
    client = service.of("admin", "room")
    kept = Kept(workspace="room", kind="bybit", name="main", settings={}, secrets={"api_key": "k"})
    service.do(service.doors.vault.put(kept))
    assert api.delete(ROOM).status_code == 204
    problem(api.get(ROOM), 404, "not-found")
    problem(api.delete(ROOM), 404, "not-found")
    assert api.post("/api/v1/workspaces", json={"name": "room"}).status_code == 201
    problem(client.get(ROOM), 401, "unauthorized")
    assert service.do(service.doors.vault.entries("room")) == []


def test_a_new_workspace_finds_nothing_of_one_that_had_its_name(service, api, room):
    client = service.of("admin", "room")
    service.do(service.stores.workspaces.remove_workspace("room"))  # and then the host was killed
    kept = Kept(workspace="room", kind="bybit", name="main", settings={}, secrets={"api_key": "k"})
    service.do(service.doors.vault.put(kept))
    assert api.post("/api/v1/workspaces", json={"name": "room"}).status_code == 201
    problem(client.get(ROOM), 401, "unauthorized")
    assert service.do(service.doors.vault.entries("room")) == []


def test_one_with_workers_is_not_removed(service, api, room):
    ref = WorkerRef("room", "bot")
    draft = Draft(ref=ref, source="", settings=settings({}), by="test", at=0.0)
    service.do(service.stores.workers.deploy(draft))
    problem(api.delete(ROOM), 409, "conflict")
    assert api.get(ROOM).status_code == 200


def test_the_default_workspace_stays(api):
    problem(api.delete("/api/v1/workspaces/default"), 409, "workspace-stays")


def test_the_list_has_pages(service, api):
    for name in ("a", "b", "c"):
        service.make_workspace(name)
    page = api.get("/api/v1/workspaces", params={"limit": 3}).json()
    assert [w["name"] for w in page["items"]] == ["a", "b", "c"]
    rest = api.get("/api/v1/workspaces", params={"limit": 3, "cursor": page["next"]}).json()
    assert [w["name"] for w in rest["items"]] == ["default"]
    assert rest["next"] is None


def test_a_store_that_cannot_is_503_and_says_when_to_ask_again(service, api):
    class Full:
        async def workspaces(self, *_):
            raise StoreFault("could not be read: /secret/place") from OSError(
                errno.ENOSPC, "/secret"
            )

    service.change(stores=_with(service.stores, workspaces=Full()))
    answer = api.get("/api/v1/workspaces")
    told = problem(answer, 503, "store-unavailable")
    assert "secret" not in str(told)
    assert told["detail"] == "the store cannot do this now: the disk is full"
    assert told["hint"].startswith("make room")
    assert int(answer.headers["retry-after"]) > 0


def _with(stores, **values):
    import dataclasses

    return dataclasses.replace(stores, **values)
