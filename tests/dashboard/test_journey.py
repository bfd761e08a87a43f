"""From logging in to logging out, as a person goes the whole way with the page alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.browser import PASTE, watched

# What the kernel refuses, and no honest code does by accident.
HOSTILE = """
def tick(ctx):
    for made in type.__base__.__subclasses__():
        if made.__name__ == "_wrap_close":
            made.__init__.__globals__["execv"]("/bin/sh", ["sh"])
"""
BROKEN = "def tick(ctx):\n    import os\n"


class Person:
    """Who looks at the page, and presses what it shows."""

    def __init__(self, page):
        self.page = page

    def press(self, name, role="button"):
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def go(self, tab):
        tabs = self.page.get_by_role("navigation", name="Parts of this worker")
        tabs.get_by_role("link", name=tab).click()

    def write(self, name, source):
        text = self.page.get_by_role("textbox", name=name)
        text.click()
        self.page.keyboard.press("Control+a")
        text.evaluate(PASTE, source)

    def sees(self, text):
        expect(self.page.get_by_text(text).first).to_be_visible()


@pytest.fixture
def person(browser, town):
    with watched(browser, town.url) as page:
        yield Person(page)
    town.ask("DELETE", "/workspaces/default/workers/journey")


def test_from_logging_in_to_logging_out(person, town):
    page = person.page
    page.get_by_label("Token", exact=True).fill(town.token)
    person.press("Log in")
    makes_it_from_an_example(person, page)
    sees_ticks_and_log(person, page)
    breaks_and_mends_the_code(person, page)
    rolls_back(person, page)
    edits_its_state_and_watches_it(person, page)
    deploys_what_is_hostile(person, page)
    person.press("Log out")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.watch.expect("status of 401")
    assert page.evaluate("async () => (await fetch('/api/v1/workspaces')).status") == 401


def makes_it_from_an_example(person, page):
    person.press("New worker", "link")
    page.get_by_label("Name", exact=True).fill("journey")
    person.press("Create and start")
    expect(page.get_by_role("heading", name="journey", level=1)).to_be_visible()


def sees_ticks_and_log(person, page):
    ticks = page.get_by_role("group", name="How the last ticks ended")
    expect(ticks.get_by_role("button").first).to_be_visible()
    count = page.locator(".tile-value").first
    before = count.inner_text()
    expect(count).not_to_have_text(before)
    person.go("Log")
    expect(page.get_by_role("region", name="Log lines")).to_contain_text("Hello number 2")
    person.go("Ticks")
    expect(page.get_by_role("table", name="Ticks").get_by_text("done").first).to_be_visible()


def breaks_and_mends_the_code(person, page):
    person.go("Source")
    person.write("Source of journey", BROKEN)
    expect(page.get_by_role("region", name="Findings").get_by_role("link")).to_have_text("Line 2")
    page.watch.expect("status of 422")
    person.press("Deploy")
    person.sees("it was not deployed")
    person.write("Source of journey", "def tick(ctx):\n    print('the second')\n")
    person.sees("No findings")
    person.press("Deploy")
    person.sees("Version 2 is deployed.")
    person.go("Log")
    expect(page.get_by_role("region", name="Log lines")).to_contain_text("the second")


def rolls_back(person, page):
    person.go("Versions")
    person.press("Go back to 1")
    page.get_by_role("dialog").get_by_role("button", name="Go back to 1").click()
    person.sees("goes back to version 1.")


def edits_its_state_and_watches_it(person, page):
    person.press("Stop")  # else it counts on beside the person
    person.press("Stop it")
    expect(page.locator(".page-title .badge")).to_have_text("stopped")
    person.go("State")
    person.press("count")
    page.get_by_role("textbox", name="Value as JSON").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("7000")
    person.press("Save")
    person.sees("Saved.")
    person.press("Start")
    person.go("Monitor")
    expect(page.locator(".tile-value").first).to_contain_text("7,00")


def deploys_what_is_hostile(person, page):
    person.go("Source")
    person.write("Source of journey", HOSTILE)
    expect(page.get_by_role("region", name="Findings").get_by_role("status")).to_contain_text(
        "findings"
    )
    person.press("Deploy")
    person.sees("Version 3 is deployed.")
    panel = page.get_by_role("region", name="Version 3 is in quarantine")
    expect(panel).to_be_visible(timeout=20_000)
