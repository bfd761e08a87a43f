"""The ticks of a worker, as a person looks for what went wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

FAILING = """
def tick(ctx):
    n = ctx.tick.n
    ctx.state.set("n", n)
    print("tick number", n)
    if n == 2:
        raise ValueError("<b>no</b> \\u202e price")
    if n == 3:
        while True:
            pass
    if n == 4:
        kept = []
        while True:
            kept.append("x" * 8_000_000 + str(len(kept)))
"""


@pytest.fixture(scope="module")
def failing(town):
    """A worker whose ticks ended in more than one way."""
    town.deploy("failing", FAILING, interval_s=1, limits={"tick_timeout_s": 0.5})
    yield "w/default/workers/failing/ticks"
    town.ask("DELETE", "/workspaces/default/workers/failing")


def test_a_failed_tick_is_found_and_opened(page, failing, axe):
    visit(page, failing)
    strip = page.get_by_role("group", name="How the last ticks ended")
    expect(strip.get_by_label("timeout")).to_be_visible()
    page.get_by_label("Show").select_option("failed")
    rows = page.get_by_role("table", name="Ticks").get_by_role("row")
    expect(rows.filter(has_text="done")).to_have_count(0)
    rows.filter(has_text="ValueError").get_by_role("button", name="Open tick 2").click()
    dialog = page.get_by_role("dialog", name="Tick 2")
    expect(dialog).to_contain_text(r"ValueError: <b>no</b> \u{202e} price")
    expect(dialog.get_by_label("Traceback")).to_contain_text('raise ValueError("')
    call = dialog.get_by_role("table", name="Calls of ctx").get_by_role("row", name="ctx.state.set")
    expect(call).to_contain_text("ok")
    expect(dialog.get_by_label("Log lines of this tick")).to_contain_text("tick number 2")
    link = dialog.get_by_role("link", name="1")
    expect(link).to_have_attribute("href", "#/w/default/workers/failing/versions")
    assert dialog.locator("b").count() == 0
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_arrows_go_along_the_strip_and_enter_opens_a_tick(page, failing):
    visit(page, failing)
    strip = page.get_by_role("group", name="How the last ticks ended")
    expect(strip.get_by_label("Tick 3,")).to_be_visible()
    strip.get_by_role("button").last.focus()
    page.keyboard.press("Home")
    expect(strip.get_by_role("button").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Tick 1")).to_contain_text("It came to its end")


def test_lines_of_a_tick_that_were_not_told_are_asked_for_again(page, failing):
    page.watch.expect("status of 500")
    page.route("**/logs?*", lambda route: route.fulfill(status=500, json={}), times=1)
    visit(page, failing)
    page.get_by_label("Show").select_option("error")
    page.get_by_role("button", name="Open tick 2").click()
    dialog = page.get_by_role("dialog", name="Tick 2")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_label("Log lines of this tick")).to_contain_text("tick number 2")


def test_ticks_that_were_not_told_are_asked_for_again(page, failing):
    page.watch.expect("status of 500")
    page.route("**/runs?*", lambda route: route.fulfill(status=500, json={}), times=1)
    visit(page, f"{failing}?outcome=crash")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="No tick ended like that")).to_be_visible()


def test_what_they_tell_together_is_shown(page, failing):
    visit(page, failing)
    expect(page.get_by_role("row", name="Lateness")).to_contain_text("ms")
    expect(page.get_by_role("img", name="How long the last")).to_be_visible()
