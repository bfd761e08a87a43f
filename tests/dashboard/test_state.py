"""The state of a worker, looked at and changed by a person."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

EVIL = "evil/<b>\u202e key"
KEEPING = f"""
def tick(ctx):
    ctx.state.set("seen", [ctx.tick.n, ctx.state.get("setting", 0)])
    if ctx.tick.n == 0:
        ctx.state.set({EVIL!r}, "<script>alert(1)</script>")
        ctx.state.set("exact", 12345678901234567890)
        ctx.state.set("large", "x" * 150_000)
"""
ONE = "/workspaces/default/workers/keeping/state"


@pytest.fixture(scope="module")
def keeping(town):
    """A worker that keeps what it sees."""
    town.deploy("keeping", KEEPING, interval_s=1)
    town.ask("PUT", f"{ONE}/setting", content="1")
    yield "w/default/workers/keeping/state"
    town.ask("DELETE", "/workspaces/default/workers/keeping")


def value(page):
    return page.get_by_role("textbox", name="Value as JSON")


def write(page, text):
    value(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def test_a_worker_sees_what_a_person_wrote(page, keeping, axe):
    visit(page, f"{keeping}?key=setting")
    expect(value(page)).to_have_text("1")
    write(page, '{"side": ')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="This is no JSON")).to_be_visible()
    write(page, '{"side": "long"}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="seen").click()
    expect(value(page)).to_contain_text('"side": "long"')  # shown as the worker changes it


def test_what_somebody_else_wrote_is_compared_before_it_is_lost(page, town, keeping):
    town.ask("PUT", f"{ONE}/contested", content="1")
    visit(page, f"{keeping}?key=contested")
    expect(value(page)).to_have_text("1")
    write(page, "2")
    town.ask("PUT", f"{ONE}/contested", content="3")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="It was changed meanwhile")
    expect(dialog).to_contain_text("3")
    assert town.ask("GET", f"{ONE}/contested") == 3
    dialog.get_by_role("button", name="Overwrite it").click()
    expect(dialog).to_be_hidden()
    assert town.ask("GET", f"{ONE}/contested") == 2


def test_what_is_written_while_it_is_saved_stays(page, town, keeping):
    town.ask("PUT", f"{ONE}/slow", content="1")
    visit(page, f"{keeping}?key=slow")
    expect(value(page)).to_have_text("1")
    held = []

    def hold(route):
        held.append(route) if route.request.method == "PUT" else route.fallback()

    page.route("**/state/slow", hold)
    write(page, "2")
    with page.expect_request(lambda request: request.method == "PUT"):
        page.get_by_role("button", name="Save").click()
    write(page, "23")
    held[0].continue_()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(value(page)).to_have_text("23")
    page.unroute("**/state/slow")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert town.ask("GET", f"{ONE}/slow") == 23


def test_a_key_is_made_and_deleted(page, town, keeping):
    visit(page, keeping)
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Key", exact=True).fill("a/new one")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(value(page)).to_have_text("null")
    assert town.ask("GET", f"{ONE}/{quote('a/new one', safe='')}") is None
    page.get_by_role("button", name="Delete this key").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("button", name="a/new one")).to_be_hidden()
    town.ask("GET", f"{ONE}/{quote('a/new one', safe='')}", 404)


def test_keys_and_values_are_text_and_keep_their_digits(page, keeping):
    visit(page, keeping)
    page.get_by_label("Keys that begin with").fill("e")
    expect(page.get_by_role("button", name="seen")).to_be_hidden()
    page.get_by_role("button", name=r"evil/<b>\u{202e} key").click()
    expect(value(page)).to_have_text('"<script>alert(1)</script>"')
    page.get_by_role("button", name="exact").click()
    expect(value(page)).to_have_text("12345678901234567890")
    page.get_by_label("Keys that begin with").fill("large")
    page.get_by_role("button", name="large").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the value").click()
    assert json.loads(download.value.path().read_text()) == "x" * 150_000


def test_who_may_only_look_changes_nothing(viewer_page, keeping):
    visit(viewer_page, f"{keeping}?key=setting")
    expect(value(viewer_page)).to_be_visible()
    expect(value(viewer_page)).to_have_attribute("contenteditable", "false")
    expect(viewer_page.get_by_role("button", name="Save")).to_have_count(0)
    expect(viewer_page.get_by_role("button", name="New key")).to_have_count(0)
