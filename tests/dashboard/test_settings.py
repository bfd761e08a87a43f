"""The settings of a worker, its hooks and its end, as a person changes them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit
from dashboard.test_source import GOOD, PASTE


class Settings:
    """The tab of the settings, as a person sees it."""

    def __init__(self, page, town, name):
        self.page, self.town, self.name = page, town, name
        self.path = f"/workspaces/default/workers/{name}"
        settings = {"interval_s": 60, "config": {"a": 1}}
        town.api("PUT", self.path, json={"source": GOOD, "settings": settings, "start": False})
        visit(page, f"w/default/workers/{name}/settings")
        self.save = page.get_by_role("button", name="Save", exact=True)
        expect(page.get_by_role("textbox", name="Config")).to_be_visible()

    def now(self):
        """Give the settings that are wanted."""
        return self.town.api("GET", self.path)["settings"]

    def config(self, text):
        """Replace the config by pasting."""
        field = self.page.get_by_role("textbox", name="Config")
        field.click()
        self.page.keyboard.press("Control+a")
        field.evaluate(PASTE, text)

    def saved(self, version):
        """Save, and wait for the version."""
        self.save.click()
        expect(self.page.get_by_text(f"are those of version {version} now")).to_be_visible()


@pytest.fixture
def settings(page, town, request):
    return Settings(page, town, re.sub(r"[^a-z0-9]+", "-", request.node.name)[:50].strip("-"))


def test_what_is_changed_is_saved_and_nothing_else(settings):
    page = settings.page
    expect(settings.save).to_be_disabled()
    page.get_by_label("Seconds between ticks").fill("7200")
    expect(page.get_by_text("for less often, take a cron line")).to_be_visible()
    expect(settings.save).to_be_disabled()
    page.get_by_label("Seconds between ticks").fill("120")
    page.get_by_label("Memory, MB").fill("200.5")
    settings.saved(2)
    now = settings.now()
    assert (now["interval_s"], now["config"]) == (120, {"a": 1})
    assert now["limits"]["memory_bytes"] == 200_500_000
    assert now["connect"] is None
    page.get_by_label("Memory, MB").fill("")
    settings.saved(3)
    assert settings.now()["limits"]["memory_bytes"] is None


def test_what_is_changed_while_it_is_saved_stays(settings):
    page = settings.page
    held = []

    def hold(route):
        held.append(route) if not held and route.request.method == "PATCH" else route.fallback()

    page.route(f"**{settings.path}", hold)
    page.get_by_label("Seconds between ticks").fill("120")
    with page.expect_request(lambda request: request.method == "PATCH"):
        settings.save.click()
    page.get_by_label("Memory, MB").fill("200")
    held[0].continue_()
    expect(page.get_by_text("are those of version 2 now")).to_be_visible()
    expect(page.get_by_label("Memory, MB")).to_have_value("200")
    settings.saved(3)
    now = settings.now()
    assert (now["interval_s"], now["limits"]["memory_bytes"]) == (120, 200_000_000)


def test_what_the_service_refuses_is_said_at_its_field(settings):
    page = settings.page
    page.watch.expect("status of 422")
    page.get_by_label("Memory, MB").fill("1")
    settings.save.click()
    expect(page.get_by_text("a worker cannot live in 1,000,000 bytes")).to_be_visible()
    assert settings.now()["limits"]["memory_bytes"] is None


def test_a_cron_line_shows_when_it_comes_due(settings):
    page = settings.page
    page.watch.expect("status of 422")
    page.get_by_role("button", name="Cron line").click()
    page.get_by_label("Cron line").fill("61 * * * *")
    expect(page.get_by_text("is no cron line")).to_be_visible()
    page.get_by_label("Cron line").fill("30 9 * * *")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    slots = page.get_by_role("list", name="The next ticks").get_by_role("listitem")
    expect(slots).to_have_count(5)
    expect(slots.first).to_contain_text("09:30 in Asia/Tokyo")
    settings.saved(2)
    now = settings.now()
    assert (now["cron"], now["timezone"], now["interval_s"]) == ("30 9 * * *", "Asia/Tokyo", None)


def test_a_config_that_is_no_object_is_told_at_its_line(settings):
    settings.config('{\n  "a": 1,\n  "b" 2\n}')
    expect(settings.page.get_by_text("Line 3: It is no JSON")).to_be_visible()
    expect(settings.save).to_be_disabled()
    settings.config('{"b": [1, {"c": null}]}')
    settings.saved(2)
    assert settings.now()["config"] == {"b": [1, {"c": None}]}


def test_connections_are_chosen_one_of_each_kind(settings):
    page = settings.page
    path = "/workspaces/default/connections/http/shop"
    settings.town.api("PUT", path, json={"settings": {}})
    page.reload()
    page.get_by_role("button", name="Chosen ones").click()
    page.get_by_label("http", exact=True).select_option("shop")
    page.get_by_label("bybit", exact=True).select_option("not granted")
    settings.saved(2)
    assert settings.now()["connect"] == ["http=shop", "monitor"]


def test_what_others_changed_meanwhile_stays(settings):
    page = settings.page
    page.get_by_label("Seconds between ticks").fill("90")
    settings.town.api(
        "PATCH", settings.path, json={"settings": {"config": {"theirs": True}}, "note": "x"}
    )
    expect(page.get_by_role("alert")).to_contain_text("Version 2 was deployed meanwhile")
    page.get_by_role("button", name="Keep mine").click()
    settings.saved(3)
    now = settings.now()
    assert (now["interval_s"], now["config"]) == (90, {"theirs": True})


def test_a_hook_shows_its_address_once(settings):
    page, town = settings.page, settings.town
    page.get_by_label("Name of a new hook").fill("orders")
    page.get_by_role("checkbox", name="Events must be signed").check()
    page.get_by_role("button", name="Make the hook").click()
    made = page.get_by_role("status").filter(has_text="The hook orders is made.")
    address = made.get_by_label("Its address; who knows it may send events")
    expect(address).to_have_value(re.compile(f"^{re.escape(town.url)}/hooks/"))
    expect(page.get_by_role("table", name="Hooks")).to_contain_text("signed")
    page.reload()
    expect(page.get_by_role("table", name="Hooks")).to_contain_text("orders")
    expect(made).to_have_count(0)
    page.get_by_role("button", name="Remove the hook orders").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    assert town.api("GET", f"{settings.path}/hooks")["items"] == []


def test_a_worker_is_deleted_and_restored(settings):
    page = settings.page
    page.get_by_role("button", name=f"Delete {settings.name}").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", name="This worker is deleted")).to_be_visible()
    assert settings.town.api("GET", settings.path)["desired"] == "deleted"
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("textbox", name="Config")).to_be_visible()
    assert settings.town.api("GET", settings.path)["desired"] == "stopped"


def test_the_tabs_are_accessible(settings, axe):
    page = settings.page
    assert axe(page) == []
    for tab in ("source", "versions", "versions?show=1"):
        visit(page, f"w/default/workers/{settings.name}/{tab}")
        expect(page.locator(".loading")).to_have_count(0)
        assert axe(page) == [], tab
