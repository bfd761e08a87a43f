"""The page of a worker: how it stands, what can be done with it, and what is wrong."""

from __future__ import annotations

import asyncio
import re
import threading
import time

import pytest
from playwright.sync_api import expect

from cellblock.compose.states import open_state
from cellblock.names import WorkerRef
from cellblock.store.ports import Seizure
from dashboard.browser import visit
from dashboard.test_source import GOOD

FAILS = "def tick(ctx):\n    raise ValueError('<img src=x onerror=alert(1)>\\u202egnp')\n"


@pytest.fixture
def deploy(page, town, request):
    """Deploy a worker, and look at it; gives its name and its path."""

    def deploy(source=GOOD, **settings):
        name = re.sub(r"[^a-z0-9]+", "-", request.node.name)[:50].strip("-")
        town.deploy(name, source, **settings)
        visit(page, f"w/default/workers/{name}")
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        return name, f"/workspaces/default/workers/{name}"

    return deploy


def badge(page):
    return page.locator(".page-title .badge")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_worker_is_paused_resumed_stopped_and_started(page, deploy):
    deploy(interval_s=60)
    expect(badge(page)).to_have_text("running")
    press(page, "Tick now")
    expect(page.get_by_text("A tick was asked for.")).to_be_visible()
    press(page, "Pause")
    expect(badge(page)).to_have_text("held")
    press(page, "Resume")
    expect(badge(page)).to_have_text("running")
    press(page, "Stop")
    press(page, "Stop it")
    expect(badge(page)).to_have_text("stopped")
    expect(page.get_by_role("button", name="Tick now")).to_have_count(0)
    press(page, "Start")
    expect(badge(page)).to_have_text("running")


def test_one_that_failed_too_often_says_why_as_text_and_is_started_again(page, deploy):
    deploy(FAILS, interval_s=1, limits={"max_errors": 1})
    panel = page.get_by_role("region", name="Paused after 1 error in a row")
    expect(panel).to_contain_text("ValueError: <img src=x onerror=alert(1)>")
    expect(panel).not_to_contain_text("\u202e")
    expect(page.locator("img[src=x]")).to_have_count(0)
    press(page, "Start")
    expect(page.get_by_text("It is started.")).to_be_visible()


def test_one_in_quarantine_says_so_and_is_released_before_it_is_started(page, deploy, town):
    name, path = deploy("x = 'quarantine'\n" + GOOD, interval_s=60)
    press(page, "Stop")
    press(page, "Stop it")
    expect(badge(page)).to_have_text("stopped")
    version = town.api("GET", path)["version"]["hash"]
    seize(town, Seizure(version, WorkerRef("default", name).state_id, time.time(), "chroot", ""))
    panel = page.get_by_role("region", name="Version 1 is in quarantine")
    expect(panel).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    town.api("POST", f"{path}/start")
    expect(badge(page)).to_have_text("quarantined")
    expect(panel).to_contain_text("chroot")
    panel.get_by_role("button", name="Release it").click()
    page.get_by_role("dialog").get_by_role("button", name="Release it").click()
    expect(page.get_by_role("region", name="Its version is released")).to_be_visible()
    press(page, "Start")
    expect(badge(page)).to_have_text("running")


def seize(town, seizure):
    """Put a version into quarantine, as a breach does; beside the browser's own event loop."""

    async def work():
        store = await open_state(f"sqlite:///{town.data}/state.db")
        await store.seize(seizure)
        await store.close()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    thread.join(20)


def test_one_that_is_not_there_is_explained(page):
    page.watch.expect("status of 404")
    visit(page, "w/default/workers/no-such-one")
    expect(page.get_by_role("heading", name="There is no such worker")).to_be_visible()
    page.get_by_role("link", name="See the workers that are there").click()
    expect(page.get_by_role("heading", name="Workers", level=1)).to_be_visible()
