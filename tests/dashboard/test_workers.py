"""The table of workers, as a person sees it and acts on it; and the flow that makes a new one."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

QUIET = "def tick(ctx): ...\n"
BROKEN = "def tick(ctx):\n    raise ValueError('<b>no</b>')\n"
SETTINGS = {"interval_s": 3600}
FLEET = 1_000
SCRIPT_MS = 40.0
"""Bound for one update of 1,000 rows, in time of the page's own thread. It takes some 8 ms; were all
rows drawn, it would be hundreds."""


@pytest.fixture
def room(town, request):
    """A workspace of its own for one test."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_"))[:50].strip("-")
    town.api("POST", "/workspaces", json={"name": name})
    return name


def deploy(town, room, name, source=QUIET, settings=SETTINGS, start=False):
    body = {"source": source, "settings": settings, "start": start}
    town.api("PUT", f"/workspaces/{room}/workers/{name}", json=body)


def row(page, name):
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def names(page):
    return page.locator("a.worker-name").all_inner_texts()


def test_an_empty_workspace_teaches_the_first_step(page, room, axe):
    visit(page, f"w/{room}/workers")
    expect(page.get_by_role("heading", name="No worker runs here yet")).to_be_visible()
    expect(page.get_by_text("cellblock deploy hello.py")).to_be_visible()
    assert not axe(page)
    page.get_by_role("link", name="New worker").click()
    expect(page.get_by_role("heading", name="New worker")).to_be_visible()


def test_a_viewer_sees_the_table_and_no_way_to_act(viewer_page, town):
    deploy(town, "default", "looked-at")
    visit(viewer_page, "w/default/workers?q=looked-at")
    expect(row(viewer_page, "looked-at")).to_contain_text("stopped")
    expect(viewer_page.get_by_role("link", name="New worker")).to_have_count(0)
    expect(viewer_page.get_by_role("checkbox")).to_have_count(0)
    viewer_page.get_by_role("button", name="Actions for looked-at").click()
    expect(viewer_page.get_by_role("menuitem")).to_have_text(["Open"])


def test_filter_search_and_sort_stand_in_the_address(page, town, room):
    for name in ("alpha", "beta", "gamma"):
        deploy(town, room, name, settings={"interval_s": 60 if name == "beta" else 5})
    deploy(
        town,
        room,
        "bad",
        BROKEN,
        settings={"interval_s": 1, "limits": {"max_errors": 1}},
        start=True,
    )
    visit(page, f"w/{room}/workers")
    expect(row(page, "bad")).to_contain_text("paused")
    states = page.get_by_role("group", name="Show workers by state")
    states.get_by_role("button", name="stopped 3").click()
    expect(row(page, "bad")).to_have_count(0)
    page.get_by_role("button", name="Schedule").click()
    page.get_by_role("button", name="Schedule").click()
    assert names(page)[0] == "beta"
    page.get_by_role("searchbox").fill("a")
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("a")
    expect(page.get_by_role("columnheader", name="Schedule")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert names(page)[0] == "beta"
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button", name="Show all").click()
    expect(row(page, "bad")).to_be_visible()


def test_many_are_acted_on_at_once_and_what_failed_is_told(page, town, room, axe):
    for n in range(8):
        deploy(town, room, f"one-{n}")
    visit(page, f"w/{room}/workers")
    page.get_by_role("checkbox", name="Select all rows").check()
    expect(page.get_by_text("8 workers selected")).to_be_visible()
    assert not axe(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("8 workers started.")).to_be_visible()
    expect(page.get_by_role("button", name="running 8")).to_be_visible()
    page.route("**/one-3/pause", lambda route: route.fulfill(
        status=409, json={"slug": "conflict", "detail": "it is <b>busy</b>", "hint": "wait"}
    ))  # fmt: skip
    page.watch.expect("status of 409")
    page.get_by_role("checkbox", name="Select all rows").check()
    page.get_by_role("button", name="Pause", exact=True).click()
    failures = page.get_by_role("dialog", name="1 worker could not be paused")
    expect(failures).to_contain_text("one-3")
    expect(failures).to_contain_text("it is <b>busy</b>; wait")
    failures.get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("button", name="held 7")).to_be_visible()


def test_a_row_is_deleted_by_its_menu_and_brought_back(page, town, room):
    deploy(town, room, "gone")
    deploy(town, room, "stays")
    visit(page, f"w/{room}/workers")
    page.get_by_role("button", name="Actions for gone").press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(page, "gone")).to_have_count(0)
    page.get_by_role("button", name="deleted 1").click()
    page.get_by_role("button", name="Actions for gone").click()
    page.get_by_role("menuitem", name="Restore").click()
    page.get_by_role("button", name="all 2").click()
    expect(row(page, "gone")).to_contain_text("stopped")


def test_a_menu_stays_as_it_was_opened(page, town, room):
    deploy(town, room, "busy", settings={"interval_s": 600}, start=True)
    visit(page, f"w/{room}/workers")
    expect(row(page, "busy")).to_contain_text("running")
    page.get_by_role("button", name="Actions for busy").click()
    items = page.get_by_role("menuitem")
    expect(items.filter(has_text="Pause")).to_be_visible()
    there = items.all_inner_texts()
    town.api("POST", f"/workspaces/{room}/workers/busy/pause")
    expect(row(page, "busy")).to_contain_text("held")
    assert items.all_inner_texts() == there
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Actions for busy").click()
    expect(items.filter(has_text="Resume")).to_be_visible()


def fleet(at, n):
    """Rows of the live API."""
    done = [[0.4 + k % 7, "done"] for k in range(40)]
    return [
        {"workspace": "default", "name": f"w{k:04}", "desired": "running", "state": "running",
         "reason": "", "since": at, "version": 1, "running_version": 1, "schedule": "1s",
         "next_at": at + 1, "errors": 0, "restarts": 0, "pid": 9, "quarantined": False,
         "memory_bytes": 30_000_000 + k, "revision": 1, "recent": done,
         "last": {"n": 5, "started_at": at, "late_ms": float(k), "duration_ms": 1.0,
                  "outcome": "done", "error": None}}
        for k in range(n)
    ]  # fmt: skip


def test_a_thousand_rows_stay_smooth_and_hold_still_under_the_pointer(page):
    turn = 0

    def live(route):
        nonlocal turn
        turn += 1
        at = time.time()
        whole = "since=" not in route.request.url  # the page that was left may have asked as well
        body = {"at": at, "round": f"x.{turn}", "whole": whole, "gone": [], "ticks": []}
        body["workers"] = fleet(at, FLEET) if whole else []
        if not whole:  # each ticks, and the last is the first by its lateness in the next round
            body["ticks"] = [
                [
                    "default",
                    f"w{k:04}",
                    5 + turn,
                    at,
                    float((k * 7919 + turn * 104729) % FLEET),
                    1.0,
                    "done",
                    30_000_000,
                    at + 1,
                ]
                for k in range(FLEET)
            ]
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/api/v1/live?*", live)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    visit(page, "w/default/workers?sort=late&down=1")
    expect(page.get_by_role("button", name="running 1,000")).to_be_visible()
    assert page.get_by_role("row").count() < 60
    expect(page.locator(".workers-summary")).to_contain_text(
        re.compile(r"[1-9][\d,.]+ ticks a second")
    )
    page.get_by_role("button", name="Name", exact=True).click()
    before, begun = _script_ms(tools), turn
    page.wait_for_timeout(4_000)  # some rounds
    updates = turn - begun
    assert updates >= 2
    assert (_script_ms(tools) - before) / updates < SCRIPT_MS
    page.get_by_role("button", name="Late", exact=True).click()
    page.get_by_role("table").hover(position={"x": 200, "y": 200})
    expect(page.get_by_text("The order is held while you are here")).to_be_visible()
    held, begun = names(page), turn
    page.wait_for_timeout(2_500)  # two rounds, in which nothing may move
    assert turn > begun
    assert names(page) == held


def _script_ms(tools):
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return next(one["value"] * 1000 for one in metrics if one["name"] == "ScriptDuration")
