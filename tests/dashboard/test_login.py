"""Logging in and out, as a person does it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import COOKIE, Town, visit, watched
from redis_server import free_port

PASSWORD = "a password of bob"
LIVE = re.compile("/api/v1/live")


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
    visit(page, "w/default/connections")
    log_in(page, town.token)
    expect(page.get_by_role("heading", name="Connections", level=1)).to_be_visible()


def test_a_late_refusal_of_an_ended_session_does_not_end_the_next_one(page, town):
    page.watch.expect("status of 401")
    held = []

    def hold(route):
        held.append(route) if not held else route.fallback()

    page.route("**/default/alerts*", hold)
    with page.expect_request("**/default/alerts*"):
        visit(page, "w/default/alerts")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    log_in(page, town.token)
    out = page.get_by_role("button", name="Log out")
    expect(out).to_be_visible()
    with page.expect_response(lambda response: response.status == 401):
        held[0].fulfill(status=401, json={"slug": "unauthorized"})
    page.wait_for_timeout(100)
    expect(out).to_be_visible()


def test_the_workspaces_are_those_of_who_is_here_and_asked_for_until_they_are_told(
    page, town, viewer_token
):
    page.watch.expect("status of (401|503)")
    town.api("POST", "/workspaces", json={"name": "not-for-viewers"})
    asked = re.compile(r"/api/v1/workspaces\?")
    answers = [503]
    page.route(asked, lambda route: (
        route.fulfill(status=answers.pop(), json={}) if answers else route.fallback()
    ))  # fmt: skip
    page.reload()
    rooms = page.get_by_label("Workspace").get_by_role("option")
    expect(rooms.filter(has_text="not-for-viewers")).to_have_count(1)
    page.get_by_role("button", name="Log out").click()
    page.route(asked, lambda _: None)
    log_in(page, viewer_token)
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    expect(rooms).to_have_text(["default"])


def test_a_name_and_a_password_let_in_and_a_wrong_one_is_told(stranger, town):
    stranger.watch.expect("status of 401")
    user = {"name": "bob", "role": "viewer", "workspace": "default", "password": PASSWORD}
    town.api("POST", "/users", json=user)
    stranger.get_by_role("radio", name="Password").click()
    stranger.get_by_label("Name").fill("bob")
    stranger.get_by_label("Password", exact=True).last.fill("not the password")
    stranger.get_by_role("button", name="Log in").click()
    expect(stranger.get_by_role("alert")).to_be_visible()
    stranger.get_by_label("Password", exact=True).last.fill(PASSWORD)
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("link", name="bob viewer")).to_be_visible()


def test_a_ticket_lets_in_once(browser, town):
    ticket = town.api("POST", "/session/tickets")["ticket"]
    with watched(browser, town.url) as page:
        expect(page.get_by_role("button", name="Log in")).to_be_visible()  # it shows already
        page.goto(f"{town.url}/#/login?ticket={ticket}")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        assert ticket not in page.url
    with watched(browser, town.url) as page:
        page.watch.expect("status of 401")
        page.goto(f"{town.url}/#/login?ticket={ticket}")
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_tab_hears_that_another_one_logged_in_as_somebody_else(page, town, viewer_token):
    page.get_by_role("button", name="Log out").wait_for()
    cookie = {"name": COOKIE, "value": town.cookie(viewer_token), "url": town.url}
    page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Strict"}])
    page.watch.expect("status of 403")
    page.get_by_role("button", name="Log out").click()  # the proof it has is of the other session
    expect(page.get_by_role("link", name="test-viewer viewer")).to_be_visible()


def test_a_viewer_is_not_shown_what_only_others_may(viewer_page, town):
    expect(viewer_page.get_by_role("link", name="Alerts")).to_be_visible()
    expect(viewer_page.get_by_role("link", name="Audit log")).to_have_count(0)
    expect(viewer_page.get_by_role("link", name="Access")).to_have_count(0)
    viewer_page.watch.expect("status of 403")
    assert viewer_page.evaluate("async () => (await fetch('/api/v1/audit')).status") == 403


@pytest.fixture
def mortal(tmp_path):
    """A service that comes again at the address that it had."""
    town = Town(tmp_path / "data", "--port", str(free_port()))
    town.data.mkdir(mode=0o700)
    town.start()
    yield town
    town.close()


def test_a_service_that_went_and_came_again_is_told_and_found_by_itself(browser, mortal):
    with watched(browser, mortal.url, mortal.cookie(mortal.token)) as page:
        page.watch.expect("ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|status of 503")
        visit(page, "w/default/files")
        expect(page.get_by_role("heading", name="No files yet")).to_be_visible()
        mortal.stop()
        banner = page.get_by_text("The service cannot be reached.")
        expect(banner).to_be_visible(timeout=20_000)
        mortal.start()
        mortal.api("PUT", "/workspaces/default/files/new.txt", content=b"new")
        expect(banner).to_be_hidden(timeout=30_000)
        expect(page.get_by_role("row", name="new.txt")).to_be_visible()


def test_a_service_that_does_not_answer_is_told_and_asked_again(browser, town):
    with watched(browser, town.url, town.cookie(town.token)) as page:
        visit(page, "system")  # which does not ask for the workers
        expect(page.get_by_role("heading", name="System", exact=True)).to_be_visible()
        page.clock.install()
        page.route(LIVE, lambda _: None)
        with page.expect_request(LIVE):
            visit(page, "w/default/workers")
        page.clock.run_for(31_000)
        banner = page.get_by_text("The service cannot be reached.")
        expect(banner).to_be_visible()
        with page.expect_response(LIVE):
            page.unroute(LIVE)
        expect(banner).to_be_hidden()


def test_the_keyboard_alone_logs_in(stranger, town):
    expect(stranger.get_by_label("Token", exact=True)).to_be_focused()
    stranger.keyboard.insert_text(town.token)
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("button", name="Log out")).to_be_visible()


def test_the_arrow_keys_choose_how_to_log_in(stranger):
    token, password = (stranger.get_by_role("radio", name=name) for name in ("Token", "Password"))
    expect(stranger.get_by_label("Token", exact=True)).to_be_focused()
    stranger.keyboard.press("Shift+Tab")
    expect(token).to_be_focused()
    stranger.keyboard.press("ArrowRight")
    expect(password).to_be_focused()
    expect(password).to_be_checked()
    expect(stranger.get_by_label("Name")).to_be_visible()
    stranger.keyboard.press("Shift+Tab")
    expect(token).not_to_be_focused()


def test_the_theme_follows_the_system_until_one_is_chosen(page):
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name="Light colours").click()
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_role("button", name="Dark colours")).to_be_visible()


def test_the_theme_is_kept(page):
    page.get_by_role("button", name="Dark colours").click()
    page.reload()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_login_is_accessible(stranger, axe):
    expect(stranger.get_by_role("button", name="Log in")).to_be_visible()
    assert axe(stranger) == []
