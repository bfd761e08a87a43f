"""Logging in and out, as a person does it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit, watched


@pytest.fixture
def stranger(browser, town):
    """The dashboard with nobody logged in."""
    with watched(browser, town.url) as page:
        yield page


def log_in(page, token):
    page.get_by_label("Token", exact=True).fill(token)
    page.get_by_role("button", name="Log in").click()


def test_a_token_lets_in_and_a_reload_keeps_the_session(stranger, town):
    log_in(stranger, town.token)
    out = stranger.get_by_role("button", name="Log out")
    expect(out).to_be_visible()
    stranger.reload()
    expect(out).to_be_visible()


def test_a_wrong_token_is_told(stranger):
    stranger.watch.expect("status of 401")
    log_in(stranger, "cb_wrong")
    expect(stranger.get_by_role("alert")).to_contain_text("wrong, expired or revoked")


def test_who_logs_out_is_out(page, town):
    page.watch.expect("status of 401")
    cookie = page.context.cookies()[0]["value"]
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    town.ask("GET", "/session", 401, headers={"Cookie": f"cellblock={cookie}", "Authorization": ""})


def test_a_session_that_ended_shows_the_login_and_then_the_same_place(page, town):
    page.watch.expect("status of 401")
    visit(page, "w/default/files")
    expect(page.get_by_role("heading", name="Files", level=1)).to_be_visible()
    page.context.clear_cookies()
    page.reload()
    log_in(page, town.token)
    expect(page.get_by_role("heading", name="Files", level=1)).to_be_visible()


def test_the_keyboard_alone_logs_in(stranger, town):
    expect(stranger.get_by_label("Token", exact=True)).to_be_focused()
    stranger.keyboard.insert_text(town.token)
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("button", name="Log out")).to_be_visible()


def test_the_theme_is_kept(page):
    page.get_by_role("button", name="Dark colours").click()
    page.reload()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_login_is_accessible(stranger, axe):
    expect(stranger.get_by_role("button", name="Log in")).to_be_visible()
    assert axe(stranger) == []
