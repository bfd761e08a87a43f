"""What holds for every address."""

from __future__ import annotations

import gc
import inspect
import logging
import re
import weakref
from pathlib import Path

import pytest

from api.services import Service, problem
from api.trials import ERRORS, PLANTED
from cellblock.api.app import Options
from cellblock.api.problems import _OURS
from cellblock.api.router import Route
from cellblock.api.routes import ROUTERS
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.limits import API_BODY_BYTES

SELF = "/api/v1/tokens/self"


def test_every_answer_has_its_headers(service, api):
    for answer in (api.get(SELF), api.get("/nowhere"), service.client().get(SELF)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
        assert "server" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_address_that_is_not_there_and_a_method_that_it_does_not_take(api):
    problem(api.get("/nowhere"), 404, "not-found")
    problem(api.get("/api/v1/workspaces/"), 404, "not-found")
    answer = api.put("/api/v1/workspaces/default")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


def test_nothing_that_most_requests_depend_on_is_called_in_a_thread():
    """The framework does that for every function that is no coroutine, at a ms each."""
    waiting = [route.dependant for router in ROUTERS for route in router.routes]
    seen = set()
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        seen.add(dependant.call)
    plain = {one for one in seen if not inspect.iscoroutinefunction(one)}
    assert {one.__name__ for one in plain} <= {"Wanted", "Asked", "Begin"}


def test_head_and_options(service, api):
    whole = api.get("/api/v1/workspaces/default")
    head = api.head("/api/v1/workspaces/default")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type"):
        assert head.headers[name] == whole.headers[name]
    assert api.head("/nowhere").status_code == 404
    options = service.client().options("/api/v1/workspaces")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert "access-control-allow-origin" not in options.headers
    assert service.client().options("/nowhere").status_code == 404


def test_head_of_a_stream_ends(trial):
    assert trial.admin.head("/api/v1/trial/stream").content == b""


@pytest.mark.parametrize("which", ERRORS)
def test_what_a_route_raises_is_a_problem_document_and_no_secret_is_logged(trial, caplog, which):
    error, status, slug = ERRORS[which]
    with caplog.at_level(logging.DEBUG):
        answer = trial.admin.post(f"/api/v1/trial/raise/{which}")
        document = problem(answer, status, slug)
    assert PLANTED not in str(document)
    assert PLANTED not in caplog.text
    if status == 500:
        assert type(error).__name__ in caplog.text
        assert "trials.py" in caplog.text, "where it came from is there"
        request = re.search("request ([0-9a-f]{16})", caplog.text)
        assert request
        assert request[1] in document["hint"]
    elif isinstance(error, WorkerFault | OperatorFault):
        assert ("retry-after" in answer.headers) == (status == 503)
        assert document["detail"] == error.message
        assert document.get("hint", "") == error.hint


def test_a_stream_that_fails_on_its_way_is_cut_and_no_secret_is_logged(trial, caplog):
    with pytest.raises(Exception, match=r"peer closed|incomplete"):
        trial.admin.get("/api/v1/trial/half")
    assert PLANTED not in caplog.text
    assert trial.admin.get(SELF).status_code == 200


def test_a_body_that_is_too_long_is_413_with_a_length_and_without(trial):
    size = API_BODY_BYTES + 1

    def chunks():
        for _ in range(size // 100_000 + 1):
            yield b"x" * 100_000

    for content in (b"x" * size, chunks()):
        answer = trial.admin.post("/api/v1/trial/body", content=content)
        problem(answer, 413, "too-large")
    assert trial.admin.put("/api/v1/trial/upload", content=b"x" * size).json() == {"bytes": size}
    twice = b"x" * (2 * API_BODY_BYTES + 1)
    problem(trial.admin.put("/api/v1/trial/upload", content=twice), 413, "too-large")


def test_nobody_without_a_token_has_a_body_read(trial):
    answer = trial.client().post("/api/v1/trial/body", content=b"x" * (API_BODY_BYTES + 1))
    problem(answer, 401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"", b"null", b"[1]", b'["\\ud800"]', b"\xff", b"[" * 9000),
        *(b"[NaN]", b"[Infinity]", b"[1e999]", b'["\xed\xa0\x80"]'),
    ],
)
def test_a_body_that_cannot_be_read_is_422_and_is_not_said_again(trial, body):
    headers = {"Content-Type": "application/json"}
    answer = trial.admin.post("/api/v1/trial/body", content=body, headers=headers)
    document = problem(answer, 422, "invalid")
    assert document["errors"][0]["where"].startswith("body")
    assert "ud800" not in answer.text


def test_changing_requests_are_noted_also_those_that_are_refused(trial):
    trial.admin.post("/api/v1/trial/note/lamp")
    trial.admin.get(SELF)
    trial.admin.post("/api/v1/trial/raise/bug")
    trial.of("viewer", "default").post("/api/v1/workspaces", json={"name": "new"})
    trial.admin.patch("/api/v1/workspaces/default", json={"retention_days": 0})
    trial.admin.put("/api/v1/workspaces/default")
    trial.client().post("/api/v1/trial/note/lamp")
    noted = [(e.action, e.workspace, e.target, e.status, e.detail) for e in trial.audit()]
    assert noted == [
        ("trial.note", None, "lamp", 200, {"colour": "blue"}),
        ("trial.raise", None, "bug", 500, {}),
        ("workspace.create", None, "", 403, {}),
        ("workspace.change", "default", "", 422, {}),
        ("access.refused", None, "", 401, {}),
    ]
    actors = [entry.actor for entry in trial.audit()]
    assert actors[0].startswith("admin-1 (")
    assert actors[-1] == "address 127.0.0.1"


def test_a_stream_ends_with_its_token(trial):
    client = trial.of("viewer")
    mine = client.get(SELF).json()
    with client.stream("GET", "/api/v1/trial/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": hello"
        trial.admin.delete(f"/api/v1/tokens/{mine['id']}")
        assert set(lines) <= {"", ": still here"}


def test_each_request_is_measured_by_its_pattern(trial):
    trial.admin.post("/api/v1/trial/note/lamp")
    trial.admin.get("/nowhere/planted")
    trial.admin.request("BREW", "/api/v1/trial/note/lamp")
    told = [measured[:3] for measured in trial.measured]
    assert told == [
        ("POST", "/api/v1/trial/note/{thing}", 200),
        ("GET", "none", 404),
        ("other", "/api/v1/trial/note/{thing}", 405),
    ]
    assert all(0 <= measured[3] < 10 for measured in trial.measured)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example"])
def test_a_name_that_is_not_ours_is_refused_before_anything_else(service, host):
    answer = service.client().get("/health", headers={"Host": host})
    problem(answer, 421, "wrong-host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]"])
def test_names_of_the_loopback_are_ours(service, host):
    assert service.client().get("/health", headers={"Host": host}).json() == {"ok": True}


def test_any_name_will_do_where_none_are_given(tmp_path):
    with Service(tmp_path, options=Options()) as service:
        answer = service.client().get("/health", headers={"Host": "evil.example"})
        assert answer.json() == {"ok": True}


def test_every_changing_route_has_a_name_for_the_audit_log():
    for router in ROUTERS:
        for route in router.routes:
            assert re.fullmatch(r"[a-z]+\.[a-z-]+", route.name), route.path
            assert isinstance(route, Route), f"{route.path}: make its router with `Router`"
    names = [route.name for router in ROUTERS for route in router.routes]
    assert len(names) == len(set(names))


def test_every_slug_of_the_api_stands_on_a_page():
    root = Path(__file__).parents[2]
    sources = "".join(path.read_text() for path in (root / "src/cellblock/api").rglob("*.py"))
    slugs = set(re.findall(r'Problem\(\s*\d{3},\s*"([a-z-]+)"', sources))
    pages = "".join(path.read_text() for path in (root / "docs").glob("*.md"))
    assert {slug for slug in slugs if f"`{slug}`" not in pages} == set()
    assert len(slugs) > 15


def test_every_fault_of_the_machine_is_raised_somewhere():
    root = Path(__file__).parents[2] / "src/cellblock"
    text = "".join(
        path.read_text() for path in root.rglob("*.py") if path.relative_to(root).parts[0] != "api"
    )
    assert {slug for slug in _OURS if f'"{slug}"' not in text} == set()


def test_nothing_keeps_an_application_whose_service_has_ended(tmp_path):
    with Service(tmp_path) as service:
        for path in ("/api/openapi.json", SELF, "/health"):
            assert service.admin.get(path).status_code == 200
        left = weakref.ref(service.app)
    del service
    gc.collect()
    assert left() is None
