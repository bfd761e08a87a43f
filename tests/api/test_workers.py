"""Workers over HTTP: deploying, what is wanted of them, and who may."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from api.services import problem
from cellblock.errors import OperatorFault, WorkerFault
from cellblock.intake.settings import LimitSettings
from cellblock.limits import DELETE_GRACE_S
from cellblock.names import WorkerRef
from cellblock.store.ports import Seizure
from cellblock.store.records import Run, Standing
from cellblock.wire.messages import Diagnostic

BOT = WorkerRef("default", "bot")
AT = "/api/v1/workspaces/default/workers/bot"
SOURCE = "def tick(ctx):\n    pass\n"


def deploy(api, source=SOURCE, at=AT, **body):
    return api.put(at, json={"source": source, **body})


def stand(service, ref=BOT, **fields):
    fields = {"state": "running", "since": service.clock.wall_s(), "version": 1} | fields
    service.do(service.stores.standings.stand([Standing(ref=ref, **fields)]))


def wanted(service, ref=BOT):
    return service.do(service.stores.workers.worker(ref))


def test_a_deploy_makes_a_worker_a_second_a_version_and_the_same_again_nothing(service, api):
    first = deploy(api, settings={"interval_s": 5, "config": {"a": None}}, note="first")
    assert first.status_code == 201, first.text
    assert first.headers["etag"] == '"1"'
    body = first.json()
    assert body["changed"] is True
    worker = body["worker"]
    assert (worker["workspace"], worker["name"], worker["desired"]) == ("default", "bot", "running")
    assert worker["version"]["number"] == 1
    assert worker["settings"] == {
        "interval_s": 5.0,
        "cron": None,
        "timezone": "UTC",
        "config": {"a": None},
        "connect": None,
        "limits": dict.fromkeys(LimitSettings.__struct_fields__),
    }
    assert service.rooms.woken == 1
    again = deploy(api)
    assert (again.status_code, again.json()["changed"]) == (200, False), "settings stay"
    second = deploy(api, source=SOURCE + "\n# two\n")
    assert (second.status_code, second.json()["changed"]) == (200, True)
    assert second.json()["worker"]["version"]["number"] == 2
    assert second.json()["worker"]["settings"]["interval_s"] == 5.0
    assert api.get(AT).json() == second.json()["worker"]
    noted = [entry for entry in service.audit() if entry.action == "worker.deploy"]
    assert [entry.detail["changed"] for entry in noted] == [True, False, True]
    assert noted[0].target == "bot"


def test_a_worker_is_shown_as_it_stands_with_its_last_run(service, api):
    deploy(api)
    assert api.get(AT).json()["state"] == "new"
    stand(service, pid=7, reason="it began", restarts=2, errors=1, next_at=5.0)
    run = Run(
        ref=BOT, n=3, version=1, cause="schedule", planned_at=1.0, started_at=1.5, late_ms=500.0,
        duration_ms=2.0, outcome="error", skipped=0, ctx_calls=1, cpu_ms=1.0, memory_bytes=None,
        error="ValueError: <b>", traceback="line 1",
    )  # fmt: skip
    service.do(service.stores.chronicle.keep([], [run]))
    shown = api.get(AT).json()
    assert (shown["state"], shown["pid"], shown["reason"]) == ("running", 7, "it began")
    assert (shown["running_version"], shown["restarts"], shown["errors"]) == (1, 2, 1)
    assert shown["last_run"]["n"] == 3
    assert shown["last_run"]["error"] == "ValueError: <b>"
    assert shown["quarantined"] is False
    assert shown["next_at"] == service.clock.wall_s() + 5, "a slot of the ten seconds after 5.0"
    stand(service, state="paused", next_at=5.0)
    assert api.get(AT).json()["next_at"] is None


@pytest.mark.parametrize(
    "settings",
    [
        {"interval_s": 5, "cron": "* * * * *"},
        {"config": {"deep": msgspec.json.decode("[" * 120 + "]" * 120)}},
        {"config": {"big": "x" * 300_000}},
    ],
)
def test_settings_that_cannot_be_are_refused_and_nothing_is_kept(service, api, settings):
    problem(deploy(api, settings=settings), 422, "bad-settings")
    assert wanted(service) is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"source": 3},
        {"source": SOURCE, "nonsense": 1},
        {"source": SOURCE, "settings": {"interval_s": 0}},
        {"source": SOURCE, "settings": {"limits": {"memory_bytes": 2**70}}},
        {"source": SOURCE, "settings": {"limits": {"nonsense": 1}}},
        {"source": "x" * 1_000_001},
        [],
        None,
    ],
)
def test_bodies_that_are_not_as_they_must_be_are_422(service, api, body):
    document = problem(api.put(AT, json=body), 422, "invalid")
    assert document["errors"]
    assert wanted(service) is None


def test_a_name_that_cannot_be_is_422(api):
    for name in ("Bot", "-x", "a" * 64, "a.b"):
        at = f"/api/v1/workspaces/default/workers/{name}"
        told = problem(deploy(api, at=at), 422, "invalid")
        assert "use 1 to 63 characters of a-z" in told["detail"]
        assert "pattern" not in told["detail"]


def test_a_source_with_errors_is_refused_with_their_lines(service, api):
    findings = (
        Diagnostic("error", 3, 5, "syntax", "invalid syntax", "look at it"),
        Diagnostic("warning", 1, 1, "name", "eval is blocked", ""),
    )
    asked = []

    async def check(source, filename):
        asked.append(filename)
        return findings

    service.change(check=check)
    document = problem(deploy(api), 422, "bad-source")
    assert document["errors"] == [
        {"where": "source", "message": "invalid syntax; look at it", "line": 3, "column": 5}
    ]
    assert "line 3" in document["detail"]
    assert wanted(service) is None
    findings = findings[1:]
    done = deploy(api)
    assert done.status_code == 201
    assert done.json()["findings"][0]["message"] == "eval is blocked"
    assert asked == ["bot.py", "bot.py"]
    assert api.put(AT, json={"source": "x = 1"}, params={"check": "false"}).status_code == 200
    assert len(asked) == 2


def test_a_source_that_the_parser_does_not_survive_and_one_not_admitted_are_422(service, api):
    async def dies(*_):
        raise WorkerFault("unreadable-source", "bot.py cannot be read", "it is hostile")

    service.change(check=dies)
    assert problem(deploy(api), 422, "unreadable-source")["hint"] == "it is hostile"

    async def refuses(workspace, source, settings):
        raise OperatorFault("no-connection", "there is no x connection main", "make it")

    service.change(admit=refuses)
    problem(deploy(api), 422, "no-connection")
    problem(api.post("/api/v1/check", json={"source": SOURCE}), 422, "unreadable-source")
    assert wanted(service) is None


def test_a_change_of_settings_makes_a_version_with_the_same_source(service, api):
    deploy(api, settings={"interval_s": 5, "limits": {"max_errors": 3, "memory_bytes": 10**8}})
    body = {"settings": {"cron": "* * * * *", "limits": {"max_errors": None}}, "note": "hourly"}
    done = api.patch(AT, json=body)
    assert done.status_code == 200, done.text
    settings = done.json()["worker"]["settings"]
    assert (settings["interval_s"], settings["cron"]) == (None, "* * * * *")
    assert settings["limits"]["max_errors"] is None
    assert settings["limits"]["memory_bytes"] == 10**8
    assert done.json()["worker"]["version"]["number"] == 2
    assert api.get(f"{AT}/versions/2").json()["source"] == SOURCE
    assert api.patch(AT, json={"settings": {}}).json()["changed"] is False
    problem(api.patch(AT, json={"settings": {"nonsense": 1}}), 422, "invalid")
    problem(api.patch(f"{AT}-x", json={"settings": {}}), 404, "not-found")


def test_who_comes_with_an_old_revision_is_told(service, api):
    problem(api.put(AT, json={"source": SOURCE}, headers={"If-Match": '"1"'}), 409, "conflict")
    new = {"If-None-Match": "*"}
    assert api.put(AT, json={"source": SOURCE}, headers=new).status_code == 201
    problem(api.put(AT, json={"source": SOURCE}, headers=new), 409, "conflict")
    assert api.post(f"{AT}/stop", headers={"If-Match": '"1"'}).headers["etag"] == '"2"'
    old = {"If-Match": '"1"'}
    problem(api.put(AT, json={"source": "new = 1"}, headers=old), 409, "conflict")
    problem(api.patch(AT, json={"settings": {"cron": "* * * * *"}}, headers=old), 409, "conflict")
    problem(api.delete(AT, headers=old), 409, "conflict")
    for verb in ("start", "pause", "restart", "tick", "rollback"):
        problem(api.post(f"{AT}/{verb}", headers=old), 409, "conflict")
    assert wanted(service).revision == 2


def test_two_deploys_at_once_both_become_versions_or_one_is_told(service):
    clients = [service.of("operator", "default") for _ in range(8)]
    answers = []
    gate = threading.Barrier(8)

    def go(number, client):
        gate.wait(10)
        answers.append(deploy(client, source=f"n = {number}").status_code)

    threads = [threading.Thread(target=go, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 8
    assert set(answers) <= {200, 201, 409}
    assert answers.count(201) == 1
    made = len(service.admin.get(f"{AT}/versions").json()["items"])
    assert made == sum(status < 300 for status in answers)


def test_what_is_wanted_is_written_down_and_the_supervisor_woken(service, api):
    deploy(api)
    woken = service.rooms.woken

    def ask(verb, status=200, **body):
        answer = api.post(f"{AT}/{verb}", **({"json": body} if body else {}))
        assert answer.status_code == status, answer.text
        return wanted(service)

    assert ask("start").restarts_asked == 0, "one that runs is left alone"
    assert ask("pause").desired == "paused"
    assert api.post(f"{AT}/tick").json()["hint"] == "resume it"
    assert ask("resume").desired == "running"
    assert ask("stop").desired == "stopped"
    problem(api.post(f"{AT}/pause"), 409, "not-running")
    problem(api.post(f"{AT}/resume"), 409, "not-paused")
    problem(api.post(f"{AT}/tick"), 409, "not-running")
    after = ask("restart")
    assert (after.desired, after.restarts_asked) == ("running", 1)
    assert ask("tick", 202).ticks_asked == 1
    assert ask("tick", 202).ticks_asked == 2
    assert service.rooms.woken >= woken + 7


def test_a_tick_of_a_held_worker_is_refused_in_the_word_of_its_state(api):
    deploy(api)
    assert api.post(f"{AT}/pause").status_code == 200
    told = problem(api.post(f"{AT}/tick"), 409, "not-running")
    assert told["detail"].endswith(" is held")
    assert told["hint"] == "resume it"


def test_a_worker_that_was_given_up_takes_no_tick_until_a_fresh_process_is_asked_for(service, api):
    deploy(api)
    stand(service, state="paused")
    answer = api.post(f"{AT}/tick")
    problem(answer, 409, "not-running")
    assert "is paused" in answer.json()["detail"]
    assert wanted(service).ticks_asked == 0
    assert api.post(f"{AT}/start").status_code == 200
    assert api.post(f"{AT}/tick").status_code == 202


@pytest.mark.parametrize("state", ["paused", "quarantined", "stopped"])
@pytest.mark.parametrize("verb", ["start", "resume"])
def test_a_worker_that_gave_up_is_started_in_a_fresh_process(service, api, state, verb):
    deploy(api)
    stand(service, state=state, reason="5 errors in a row")
    assert api.post(f"{AT}/{verb}").status_code == 200
    assert (wanted(service).desired, wanted(service).restarts_asked) == ("running", 1)


def test_a_rollback_wants_an_older_version_again(service, api):
    problem(api.post(f"{AT}/rollback"), 404, "not-found")
    deploy(api)
    problem(api.post(f"{AT}/rollback"), 409, "no-version")
    deploy(api, source="two = 2")
    deploy(api, source="three = 3")
    assert api.post(f"{AT}/rollback").json()["version"]["number"] == 2
    assert api.post(f"{AT}/rollback").json()["version"]["number"] == 1
    assert api.post(f"{AT}/rollback", json={"version": 3}).json()["version"]["number"] == 3
    first = api.get(f"{AT}/versions/1").json()["hash"]
    assert api.post(f"{AT}/rollback", json={"version": first}).json()["version"]["number"] == 1
    assert api.post(f"{AT}/rollback", json={"version": "3"}).json()["version"]["number"] == 3
    assert api.post(f"{AT}/rollback", json={"version": 3.0}).json()["version"]["number"] == 3
    for unknown in (4, 10**11, "4", "ffffffffffff"):
        problem(api.post(f"{AT}/rollback", json={"version": unknown}), 422, "no-version")
    for wrong in (0, -1, 1.5, 10**12, "0", "x", first[:7], True):
        problem(api.post(f"{AT}/rollback", json={"version": wrong}), 422, "invalid")
    assert len(api.get(f"{AT}/versions").json()["items"]) == 3


def test_a_worker_is_deleted_with_a_grace_period_and_restored(service, api):
    deploy(api)
    assert api.delete(AT).json()["purge_at"] == service.clock.wall_s() + DELETE_GRACE_S
    gone = api.delete(AT, params={"grace_s": 60}).json()
    assert (gone["desired"], gone["purge_at"]) == ("deleted", service.clock.wall_s() + 60)
    for verb in ("start", "stop", "pause", "resume", "restart", "tick", "rollback", "release"):
        assert api.post(f"{AT}/{verb}").status_code == 409, verb
    for told in (
        problem(deploy(api), 409, "conflict"),
        problem(api.patch(AT, json={"settings": {}}), 409, "deleted"),
    ):
        assert told["hint"] == "`cellblock restore bot` brings it back, stopped"
    problem(api.put(f"{AT}/state/k", json=1), 409, "deleted")
    assert api.delete(AT, params={"grace_s": 0}).json()["purge_at"] == service.clock.wall_s()
    problem(api.post(f"{AT}/restore"), 409, "deleted")
    api.delete(AT, params={"grace_s": 60})
    problem(api.post(f"{AT}/restore"), 409, "deleted")
    service.do(service.stores.workers.change(BOT, {"purge_at": service.clock.wall_s() + 60}))
    back = api.post(f"{AT}/restore").json()
    assert (back["desired"], back["purge_at"]) == ("stopped", None)
    problem(api.post(f"{AT}/restore"), 409, "not-deleted")
    for grace in ("-1", "nan", "inf", "1e99"):
        problem(api.delete(AT, params={"grace_s": grace}), 422, "invalid")


def test_a_quarantined_version_is_released(service, api):
    name = deploy(api).json()["worker"]["version"]["hash"]
    problem(api.post(f"{AT}/release"), 409, "not-quarantined")
    seizure = Seizure(version=name, worker=BOT.state_id, at=1.0, what="ptrace", source=SOURCE)
    service.do(service.doors.quarantine.seize(seizure))
    assert api.get(AT).json()["quarantined"] is True
    assert api.post(f"{AT}/release").json()["quarantined"] is False


def test_lists_have_pages_and_filters(service, api):
    service.make_workspace("other")
    for name in ("a", "b", "c", "d", "e"):
        deploy(api, at=f"/api/v1/workspaces/default/workers/{name}")
    deploy(api, at="/api/v1/workspaces/other/workers/a")
    stand(service, WorkerRef("default", "c"), state="paused")
    api.post("/api/v1/workspaces/default/workers/b/stop")

    def names(path, **params):
        found, cursor = [], None
        while True:
            page = api.get(path, params=params | ({"cursor": cursor} if cursor else {})).json()
            found += [f"{one['workspace']}/{one['name']}" for one in page["items"]]
            assert len(page["items"]) <= params.get("limit", 100)
            if (cursor := page["next"]) is None:
                return found

    here = "/api/v1/workspaces/default/workers"
    for limit in (1, 2, 4, 5, 6):
        assert names(here, limit=limit) == [f"default/{name}" for name in "abcde"]
    assert names("/api/v1/workers", limit=2) == [f"default/{name}" for name in "abcde"] + [
        "other/a"
    ]
    assert names(here, state="paused", limit=1) == ["default/c"]
    assert names(here, state="new", limit=1) == [f"default/{name}" for name in "abde"]
    assert names(here, desired="stopped") == ["default/b"]
    assert names("/api/v1/workers", desired="running", state="new", limit=2) == [
        "default/a", "default/d", "default/e", "other/a",
    ]  # fmt: skip
    problem(api.get(here, params={"cursor": "%%%"}), 422, "bad-cursor")
    problem(api.get(here, params={"limit": 501}), 422, "invalid")
    seen = service.of("viewer", "other").get("/api/v1/workers").json()["items"]
    assert [one["workspace"] for one in seen] == ["other"]


ROUTES = [
    ("GET", ""), ("PUT", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/versions"),
    ("GET", "/versions/1"), ("GET", "/diff?from=1&to=1"), ("GET", "/runs"),
    ("GET", "/runs/statistics"), ("GET", "/logs"), ("GET", "/logs/stream"), ("GET", "/state"),
    ("GET", "/state/k"), ("PUT", "/state/k"), ("DELETE", "/state/k"), ("GET", "/state-export"),
    ("PUT", "/state-import"), ("GET", "/monitor"), ("GET", "/enforcement"),
    *(("POST", f"/{verb}") for verb in
      ("start", "stop", "pause", "resume", "restart", "restore", "tick", "rollback", "release")),
]  # fmt: skip
_BODIES = {"PUT": {"source": SOURCE}, "PATCH": {"settings": {}}}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_who_may_not_see_gets_404_and_who_may_not_do_403(service, api, method, path):
    deploy(api)
    body = {"json": _BODIES[method]} if method in _BODIES else {}
    before = wanted(service)
    service.make_workspace("other")
    stranger = service.of("admin", "other").request(method, AT + path, **body)
    problem(stranger, 404, "not-found")
    problem(service.client().request(method, AT + path, **body), 401, "unauthorized")
    if method != "GET":
        problem(service.of("viewer").request(method, AT + path, **body), 403, "forbidden")
    missing = api.request(method, AT + "-not-there" + path, **body)
    if (method, path) != ("PUT", ""):
        problem(missing, 404, "not-found")
    nowhere = AT.replace("default", "nowhere") + path
    problem(api.request(method, nowhere, **body), 404, "not-found")
    assert wanted(service) == before


def test_the_proof_of_the_jail_and_the_picture_are_shown(service, api):
    deploy(api)
    assert api.get(f"{AT}/enforcement").json() == {
        "workspace": "default", "worker": "bot", "version": None, "pid": None, "enforcement": None,
    }  # fmt: skip
    stand(service, pid=5, enforcement={"seccomp": 2})
    shown = api.get(f"{AT}/enforcement").json()
    assert (shown["pid"], shown["enforcement"]) == (5, {"seccomp": 2})
    assert api.get(f"{AT}/monitor").json()["picture"] is None
    service.do(service.doors.pictures.draw(BOT.state_id, b'{"widgets":["</script>"]}'))
    answer = api.get(f"{AT}/monitor")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "workspace": "default", "worker": "bot", "picture": {"widgets": ["</script>"]},
    }  # fmt: skip


def test_a_source_is_checked_without_deploying_it(service, api):
    finding = Diagnostic("warning", 2, 1, "code", "message", "hint")

    async def check(source, filename):
        assert (source, filename) == (SOURCE, "w.py")
        return (finding,)

    service.change(check=check)
    answer = service.of("viewer", "default").post(
        "/api/v1/check", json={"source": SOURCE, "filename": "w.py"}
    )
    assert answer.json() == {"findings": [msgspec.to_builtins(finding)]}
    assert wanted(service) is None


def test_a_cron_line_tells_when_it_comes_due_next(service):
    viewer = service.of("viewer", "default")
    ask = {"cron": "30 9 * * *", "timezone": "Europe/Berlin"}
    told = viewer.get("/api/v1/slots", params=ask).json()
    assert told["at"] == service.clock.wall_s()
    assert len(told["slots"]) == 5
    zone = ZoneInfo("Europe/Berlin")
    due = [datetime.fromtimestamp(at, zone) for at in told["slots"]]
    assert {(moment.hour, moment.minute) for moment in due} == {(9, 30)}
    assert told["at"] < told["slots"][0] <= told["at"] + 86_400 + 3_600
    assert told["slots"] == sorted(told["slots"])
    for wrong, slug in (("61 * * * *", "bad-cron"), ("* * *", "bad-cron")):
        problem(viewer.get("/api/v1/slots", params={"cron": wrong}), 422, slug)
    far = {"cron": "* * * * *", "timezone": "Nowhere/Land"}
    problem(viewer.get("/api/v1/slots", params=far), 422, "bad-timezone")


def test_few_sources_are_read_at_a_time(service):
    running, most = 0, 0

    async def check(source, filename):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        return ()

    service.change(check=check)
    clients = [service.of("viewer") for _ in range(6)]
    threads = [
        threading.Thread(
            target=client.post, args=("/api/v1/check",), kwargs={"json": {"source": "x"}}
        )
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 2


def test_a_body_that_is_not_called_json_is_told_how_to_be_sent(api):
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # as curl -d has it
    answer = api.put(AT, content=b'{"source": "def tick(ctx): pass"}', headers=form)
    problem(answer, 422, "invalid")
    assert "Content-Type: application/json" in answer.json()["hint"]
