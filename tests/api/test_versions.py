"""Versions and runs over HTTP."""

from __future__ import annotations

import pytest

from api.services import problem
from cellblock.names import WorkerRef
from cellblock.store.records import Run

AT = "/api/v1/workspaces/default/workers/bot"


def deploy(api, source, **body):
    done = api.put(AT, json={"source": source, **body})
    assert done.status_code in {200, 201}, done.text
    return done.json()["worker"]["version"]


def test_versions_are_listed_and_shown_by_number_and_by_hash(service, api):
    made = [deploy(api, f"n = {n}\n", note=f"note {n}") for n in range(5)]
    seen, cursor = [], None
    while True:
        page = api.get(
            f"{AT}/versions", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        seen += page.json()["items"]
        if (cursor := page.json()["next"]) is None:
            break
    assert [line["number"] for line in seen] == [5, 4, 3, 2, 1]
    assert (seen[0]["note"], seen[0]["source_bytes"]) == ("note 4", 6)
    assert seen[0]["created_by"].startswith("admin-")
    assert "source" not in seen[0]
    for version in made:
        by_number = api.get(f"{AT}/versions/{version['number']}").json()
        assert by_number == api.get(f"{AT}/versions/{version['hash']}").json()
        assert by_number["source"] == f"n = {version['number'] - 1}\n"
    for name in ("6", "99999999999", "ffffffffffff"):
        problem(api.get(f"{AT}/versions/{name}"), 404, "not-found")
    for name in ("0", "x", "-1", "1" * 13):
        problem(api.get(f"{AT}/versions/{name}"), 422, "invalid")


def test_the_difference_of_two_versions(service, api):
    deploy(api, "a = 1\nb = 2\n", settings={"interval_s": 5, "config": {"x": 1}})
    deploy(api, "a = 1\nb = 3\n", settings={"interval_s": 5, "config": {"x": 2, "y": 3}})
    found = api.get(f"{AT}/diff", params={"from": 1, "to": 2}).json()
    assert found == {
        "from": 1,
        "to": 2,
        "source": "--- bot.py (version 1)\n+++ bot.py (version 2)\n@@ -1,2 +1,2 @@\n a = 1\n"
        "-b = 2\n+b = 3\n",
        "settings": [
            {"path": "config.x", "from": 1, "to": 2},
            {"path": "config.y", "from": None, "to": 3},
        ],
    }
    hashes = {"from": api.get(f"{AT}/versions/1").json()["hash"], "to": 2}
    assert api.get(f"{AT}/diff", params=hashes).json() == found
    assert api.get(f"{AT}/diff", params={"from": 2, "to": 2}).json()["source"] == ""
    problem(api.get(f"{AT}/diff", params={"from": 1, "to": 3}), 404, "not-found")
    problem(api.get(f"{AT}/diff", params={"from": 1}), 422, "invalid")
    problem(api.get(f"{AT}/diff", params={"from": 0, "to": 1}), 422, "invalid")


def runs(service, *outcomes, worker="bot"):
    made = [
        Run(
            ref=WorkerRef("default", worker), n=n, version=1, cause="schedule",
            planned_at=100.0 + n, started_at=100.0 + n, late_ms=float(n), duration_ms=2.0 * n,
            outcome=outcome, skipped=1, ctx_calls=2, cpu_ms=1.0, memory_bytes=5,
        )
        for n, outcome in enumerate(outcomes)
    ]  # fmt: skip
    service.do(service.stores.chronicle.keep([], made))


def test_runs_are_listed_the_newest_first(service, api):
    deploy(api, "x = 1")
    runs(service, "done", "error", "done", "timeout")
    runs(service, "crash", worker="other")

    def found(path=f"{AT}/runs", **params):
        numbers, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = api.get(path, params={"limit": 2, **params, **more}).json()
            numbers += [(run["worker"], run["n"]) for run in page["items"]]
            if (cursor := page["next"]) is None:
                return numbers

    assert found() == [("bot", 3), ("bot", 2), ("bot", 1), ("bot", 0)]
    assert found(outcome="failed") == [("bot", 3), ("bot", 1)]
    assert found(outcome="done", since=101) == [("bot", 2)]
    assert found(until=101.5) == [("bot", 1), ("bot", 0)]
    everywhere = found("/api/v1/workspaces/default/runs")
    assert everywhere[0] == ("other", 0)
    assert len(everywhere) == 5
    problem(api.get(f"{AT}/runs", params={"outcome": "nice"}), 422, "invalid")


def test_runs_are_summed_up(service, api):
    deploy(api, "x = 1")
    empty = api.get(f"{AT}/runs/statistics").json()
    assert (empty["runs"], empty["late_ms_p50"]) == (0, None)
    runs(service, "done", "error", "done", "timeout")
    found = api.get(f"{AT}/runs/statistics").json()
    assert (found["runs"], found["skipped"], found["ctx_calls"]) == (4, 4, 8)
    assert found["by_outcome"] == {"done": 2, "error": 1, "timeout": 1}
    assert api.get(f"{AT}/runs/statistics", params={"outcome": "done"}).json()["runs"] == 2
    assert found["duration_ms_p99"] == pytest.approx(6.0)
