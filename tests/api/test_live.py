"""What is new, of all workers and of one."""

from __future__ import annotations

import asyncio
import json

import pytest

from api.services import problem
from cellblock.api import live, models_live, sights
from cellblock.intake.settings import settings
from cellblock.limits import LIVE_LINES, LIVE_ROUNDS, LIVE_RUNS, LIVE_TICKS, PAGE_ITEMS
from cellblock.names import WorkerRef
from cellblock.store.ports import Seizure, StoreFault
from cellblock.store.records import Draft
from service_samples import line, run, standing

BOT, OTHER, FAR = (
    WorkerRef("default", "bot"),
    WorkerRef("default", "other"),
    WorkerRef("far", "bot"),
)
AT = "/api/v1/workspaces/default/workers/bot"


@pytest.fixture(autouse=True)
def workers(service):
    service.make_workspace("far")
    for ref in (BOT, OTHER, FAR):
        deploy(service, ref)


def deploy(service, ref, source="x = 1", **values):
    draft = Draft(ref=ref, source=source, settings=settings(values), by="test", at=1.0)
    return service.do(service.stores.workers.deploy(draft))


def test_rows_are_as_their_models_say():
    assert live.Row.__struct_fields__ == tuple(models_live.LiveRow.model_fields)
    assert live.Last.__struct_fields__ == tuple(models_live.LastTick.model_fields)


def hear(service, *what):
    async def tell():
        for one in what:
            (service.doors.pulse.run if hasattr(one, "n") else stood)(one)

    def stood(one):
        service.doors.pulse.stood([one])

    service.do(tell())


def ask(service, client, since=None, **params):
    """Ask in the next second."""
    service.clock.advance(1.0)
    if since is not None:
        params["since"] = since
    answer = client.get("/api/v1/live", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer):
    return [(row["workspace"], row["name"]) for row in answer["workers"]]


def test_at_first_all_is_told_and_then_what_is_new(service, api):
    hear(service, standing(BOT, pid=7, version=1, next_at=100.0), run(1), run(2, duration_ms=5.25))
    first = ask(service, api)
    assert first["whole"]
    assert names(first) == [("default", "bot"), ("default", "other"), ("far", "bot")]
    row, other = first["workers"][:2]
    assert row | {"next_at": None} == {
        "workspace": "default",
        "name": "bot",
        "desired": "running",
        "state": "running",
        "reason": "",
        "since": 2.0,
        "version": 1,
        "running_version": 1,
        "schedule": "10s",
        "next_at": None,
        "errors": 0,
        "restarts": 0,
        "pid": 7,
        "quarantined": False,
        "memory_bytes": None,
        "revision": 1,
        "last": {
            "n": 2,
            "started_at": 102.0,
            "late_ms": 1.5,
            "duration_ms": 5.25,
            "outcome": "done",
            "error": None,
        },
        "recent": [[2.5, "done"], [5.25, "done"]],
    }
    assert row["next_at"] == api.get(AT).json()["next_at"] or row["next_at"] is not None
    assert (other["state"], other["last"], other["recent"]) == ("new", None, [])
    nothing = ask(service, api, first["round"])
    assert (nothing["whole"], nothing["workers"], nothing["ticks"], nothing["gone"]) == (
        *(False, [], [], []),
    )
    hear(service, run(3, memory_bytes=9, outcome="error", error="E: x"), run(4, OTHER))
    new = ask(service, api, nothing["round"])
    ticks = {tick[1]: tick for tick in new["ticks"]}
    assert set(ticks) == {"bot", "other"}
    assert ticks["bot"][:8] == ["default", "bot", 3, 103.0, 1.5, 2.5, "error", 9]
    assert new["workers"] == []


def test_what_changed_is_a_row_once(service, api):
    since = ask(service, api)["round"]
    deploy(service, BOT, "x = 2", cron="*/5 * * * *")
    hear(service, standing(OTHER, state="paused", reason="r" * 900))
    new = ask(service, api, since)
    assert sorted(names(new)) == [("default", "bot"), ("default", "other")]
    rows = {row["name"]: row for row in new["workers"]}
    assert (rows["bot"]["version"], rows["bot"]["schedule"]) == (2, "*/5 * * * *")
    assert len(rows["other"]["reason"]) == 300
    assert ask(service, api, new["round"])["workers"] == []
    hear(service, standing(BOT, next_at=100.0))
    (row,) = ask(service, api, new["round"])["workers"]
    assert row["next_at"] > service.clock.wall_s()
    assert row["next_at"] % 300 == 0


def test_a_token_of_a_workspace_hears_of_its_own_alone(service, api):
    near, far = service.of("viewer", "default"), service.of("viewer", "far")
    assert names(ask(service, near)) == [("default", "bot"), ("default", "other")]
    assert names(ask(service, far)) == [("far", "bot")]
    assert names(ask(service, api, workspace="far")) == [("far", "bot")]
    since = ask(service, far)["round"]
    other = ask(service, near)["round"]
    hear(service, run(1), run(1, FAR))
    service.do(service.stores.workers.purge(OTHER))
    new = ask(service, far, since)
    assert [tick[0] for tick in new["ticks"]] == ["far"]
    assert (new["workers"], new["gone"]) == ([], [])
    assert ask(service, near, other)["gone"] == [["default", "other"]]
    for name in ("default", "nowhere"):
        problem(far.get("/api/v1/live", params={"workspace": name}), 404, "not-found")
    problem(api.get("/api/v1/live", params={"workspace": "nowhere"}), 404, "not-found")
    problem(service.client().get("/api/v1/live"), 401, "unauthorized")


def test_a_round_of_another_workspace_or_start_or_that_is_long_gone_tells_all(service, api):
    far = service.of("viewer", "far")
    since = ask(service, api)["round"]
    assert ask(service, far, since)["whole"]
    for strange in ("", "x", "0badf00d.1", since + "0", since.replace(".", ".-"), "½.²", "é" * 50):
        assert ask(service, api, strange)["whole"]
    since = ask(service, api)["round"]
    for _ in range(LIVE_ROUNDS - 1):
        last = ask(service, api)["round"]
    assert not ask(service, api, last)["whole"]
    assert ask(service, api, since)["whole"]


def test_workers_that_went_are_named_and_one_of_that_name_is_another(service, api):
    hear(service, run(1), standing(BOT))
    since = ask(service, api)["round"]
    service.do(service.stores.workers.purge(BOT))
    gone = ask(service, api, since)
    assert (gone["gone"], gone["workers"], gone["whole"]) == ([["default", "bot"]], [], False)
    assert ["default", "bot"] not in [row[:2] for row in gone["ticks"]]
    draft = Draft(ref=BOT, source="x", settings=settings({}), by="test", at=9.0)
    service.do(service.stores.workers.deploy(draft))
    new = ask(service, api, gone["round"])
    assert (names(new), new["gone"]) == ([("default", "bot")], [])
    assert new["workers"][0]["state"] == "new"
    both = ask(service, api, since)
    assert (names(both), both["gone"]) == ([("default", "bot")], [])


def test_one_that_was_purged_and_made_anew_between_two_rounds_has_nothing_of_the_other(
    service, api
):
    hear(service, run(1), standing(BOT, state="paused"))
    since = ask(service, api)["round"]
    service.do(service.stores.workers.purge(BOT))
    draft = Draft(ref=BOT, source="x", settings=settings({}), by="test", at=9.0)
    service.do(service.stores.workers.deploy(draft))
    (row,) = ask(service, api, since)["workers"]
    assert (row["state"], row["last"], row["recent"]) == ("new", None, [])


def test_too_many_that_went_are_not_all_remembered(service, api, monkeypatch):
    monkeypatch.setattr(sights, "_GONE", 1)
    since = ask(service, api)["round"]
    for ref in (BOT, OTHER):
        service.do(service.stores.workers.purge(ref))
    answer = ask(service, api, since)
    assert answer["whole"]
    assert names(answer) == [("far", "bot")]
    assert not ask(service, api, answer["round"])["whole"]


def test_ticks_and_standings_of_before_this_start_are_read_when_somebody_asks(service, api):
    runs = [run(n, duration_ms=float(n)) for n in range(LIVE_TICKS + 5)]
    runs.append(run(99, OTHER, outcome="error", error="E: " + "x" * 900, traceback="t"))
    service.do(service.stores.chronicle.keep([], runs))
    service.do(service.stores.standings.stand([standing(BOT, state="paused", errors=5)]))
    rows = {row["name"]: row for row in ask(service, api, workspace="default")["workers"]}
    assert [one for one, _ in rows["bot"]["recent"]] == [float(n) for n in range(5, 45)]
    assert rows["bot"]["last"]["n"] == 44
    assert (rows["bot"]["state"], rows["bot"]["errors"]) == ("paused", 5)
    assert rows["other"]["recent"] == [[2.5, "error"]]
    assert len(rows["other"]["last"]["error"]) == 300


def test_the_quarantine_shows_and_its_end_too(service, api):
    version = service.do(service.stores.workers.version(BOT, 1)).hash
    seizure = Seizure(version, BOT.state_id, 1.0, "it called ptrace", "x")
    service.do(service.doors.quarantine.seize(seizure))
    hear(service, standing(BOT, state="quarantined"), standing(OTHER))
    first = ask(service, api)
    assert [row["quarantined"] for row in first["workers"]] == [True, False, True]  # one source
    service.do(service.doors.quarantine.release(version))
    new = ask(service, api, first["round"])
    assert [row["quarantined"] for row in new["workers"]] == [False, False]


def test_who_asks_within_a_second_hears_the_same_round(service, api):
    hear(service, run(1))
    first = ask(service, api)
    hear(service, run(2))
    for _ in range(3):
        again = api.get("/api/v1/live", params={"since": first["round"]}).json()
        assert (again["round"], again["ticks"], again["whole"]) == (first["round"], [], False)
    assert api.get("/api/v1/live").json()["round"] == first["round"]
    assert [tick[2] for tick in ask(service, api, first["round"])["ticks"]] == [2]


def test_many_who_ask_at_once_make_one_round(service):
    rounds, asked = service.app.state.rounds, []
    revision = service.stores.workers.revision

    async def counted():
        asked.append(None)
        return await revision()

    object.__setattr__(service.stores, "workers", Counted(service.stores.workers, counted))

    async def crowd():
        return await asyncio.gather(*(rounds.text(None, None) for _ in range(20)))

    service.clock.advance(1.0)
    texts = service.do(crowd())
    assert len(asked) == 1
    assert all(text is texts[0] for text in texts)


def test_who_asks_of_one_and_who_asks_of_all_do_not_meet(service, api):
    rounds = service.app.state.rounds
    first = ask(service, api)["round"]
    other = ask(service, api, workspace="default")["round"]
    service.do(service.stores.workers.purge(BOT))

    async def both():
        return await asyncio.gather(rounds.text(None, first), rounds.text("default", other))

    service.clock.advance(1.0)
    for text in service.do(both()):
        assert json.loads(text)["gone"] == [["default", "bot"]]


class Counted:
    """A store of workers whose revision somebody counts."""

    def __init__(self, store, revision):
        self._store = store
        self.revision = revision

    def __getattr__(self, name):
        return getattr(self._store, name)


def test_nobody_asks_nothing_is_kept(service, api):
    ask(service, api)
    rounds = service.app.state.rounds

    async def rest():
        rounds.rest()

    service.do(rest())
    assert rounds._scopes
    service.clock.advance(61.0)
    service.do(rest())
    assert not rounds._scopes
    assert not rounds._sights._sights
    assert ask(service, api)["whole"]


def test_a_store_that_cannot_be_read_is_told_and_the_next_round_is_made(service, api):
    async def broken():
        raise StoreFault("the disk is gone")

    workers = service.stores.workers
    object.__setattr__(service.stores, "workers", Counted(workers, broken))
    service.clock.advance(1.0)
    problem(api.get("/api/v1/live"), 503, "store-unavailable")
    object.__setattr__(service.stores, "workers", workers)
    assert len(ask(service, api)["workers"]) == 3


# One worker


def look(client, **params):
    answer = client.get(f"{AT}/live", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_of_one_worker_all_that_is_new_comes_in_one_answer(service, api):
    keep = service.stores.chronicle.keep
    service.do(keep([line("a"), line("b", level="warn"), line("z", OTHER)], [run(1), run(2)]))
    found = look(api)
    assert found["worker"] == api.get(AT).json()
    assert [one["message"] for one in found["lines"]] == ["a", "b"]
    assert [one["n"] for one in found["runs"]] == [1, 2]
    assert found["runs"][::-1] == api.get(f"{AT}/runs").json()["items"]
    assert found["lines"][::-1] == api.get(f"{AT}/logs").json()["items"]
    assert (found["more"], found["monitor"]) == (False, None)
    since = {"lines_after": found["lines"][-1]["id"], "runs_after": found["runs"][-1]["id"]}
    nothing = look(api, **since)
    assert (nothing["lines"], nothing["runs"], nothing["more"]) == ([], [], False)
    service.do(keep([line("c <script>", level="error")], [run(3)]))
    new = look(api, **since)
    assert [one["message"] for one in new["lines"]] == ["c <script>"]
    assert [one["n"] for one in new["runs"]] == [3]
    assert [one["message"] for one in look(api, level="warn")["lines"]] == ["b", "c <script>"]
    assert [one["message"] for one in look(api, contains="<")["lines"]] == ["c <script>"]


def test_of_much_the_newest_comes_first_and_then_piece_by_piece(service, api):
    lines = [line(str(n)) for n in range(2 * PAGE_ITEMS)]
    runs = [run(n) for n in range(2 * PAGE_ITEMS)]
    service.do(service.stores.chronicle.keep(lines, runs))
    first = look(api)
    assert [one["message"] for one in first["lines"]] == [
        str(n) for n in range(2 * PAGE_ITEMS - LIVE_LINES, 2 * PAGE_ITEMS)
    ]
    assert [one["n"] for one in first["runs"]] == [
        *range(2 * PAGE_ITEMS - LIVE_RUNS, 2 * PAGE_ITEMS)
    ]
    assert first["more"] is False
    found, since, more = [], {"lines_after": 0, "runs_after": 0}, True
    while more:
        some = look(api, **since)
        found += [one["n"] for one in some["runs"]]
        more = some["more"]
        since = {"lines_after": some["lines"][-1]["id"], "runs_after": some["runs"][-1]["id"]}
    assert found == [*range(2 * PAGE_ITEMS)]


def test_a_failed_run_tells_which_calls_it_made(service, api):
    calls = [{"call": "http.request", "ms": 30.5, "result": "timeout"}]
    failed = run(1, outcome="error", error="E: x", calls=json.dumps(calls))
    service.do(service.stores.chronicle.keep([], [failed, run(2)]))
    assert [one["calls"] for one in look(api)["runs"]] == [calls, None]
    assert [one["calls"] for one in api.get(f"{AT}/runs").json()["items"]] == [None, calls]


def test_a_picture_is_told_once(service, api):
    drawn = {"at": 12.5, "widgets": [{"kind": "text", "text": "<b>"}]}
    service.do(service.doors.pictures.draw(BOT.state_id, json.dumps(drawn).encode()))
    assert look(api)["monitor"] == drawn
    assert "monitor" not in look(api, drawn_at=12.5)
    assert look(api, drawn_at=12.25)["monitor"] == drawn


def test_one_worker_is_shown_to_those_who_see_it(service):
    far = service.of("admin", "far")
    problem(far.get(f"{AT}/live"), 404, "not-found")
    problem(service.of("viewer").get(f"{AT}x/live"), 404, "not-found")
    for params in ({"lines_after": -1}, {"runs_after": "x"}, {"drawn_at": "nan"}, {"level": "x"}):
        answer = service.admin.get(f"{AT}/live", params=params)
        problem(answer, 422, "invalid")
