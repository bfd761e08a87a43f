"""Connections, alerts, access, audit and system, as their people use them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit, watched

SECRET = "123456:s3cret-of-a-b0t-nobody-sees"
PASSWORD = "correct horse battery"
RULES = {"light": None, "dark": ["color-contrast"]}
"""Of the second scheme the colours alone are looked at, for all else is the same."""


@pytest.fixture
def room(town, request):
    """A workspace that is this test's own."""
    name = f"ground-{abs(hash(request.node.name)) % 10**8}"
    town.api("POST", "/workspaces", json={"name": name})
    return name


def connect(town, room, kind="telegram", **body):
    town.api("PUT", f"/workspaces/{room}/connections/{kind}/main", json=body)


def connections(town, room):
    return town.api("GET", f"/workspaces/{room}/connections")["items"]


def test_a_connection_is_made_changed_tested_and_deleted(page, town, room):
    visit(page, f"w/{room}/connections")
    page.get_by_role("button", name="bybit").click()
    page.get_by_label("api_key").fill("a-key-that-is-long")
    page.get_by_label("api_secret").fill(SECRET)
    page.get_by_label("environment").select_option("demo")
    page.get_by_label("symbols").fill("BTCUSDT\nETHUSDT")
    page.get_by_label("max_order_notional").fill("50")
    page.get_by_role("button", name="Connect", exact=True).last.click()
    expect(page.get_by_text("api_secret is set")).to_be_visible()
    (made,) = connections(town, room)
    wanted = {"environment": "demo", "symbols": ["BTCUSDT", "ETHUSDT"], "max_order_notional": 50}
    assert made["settings"] == wanted
    page.get_by_role("button", name="Edit bybit=main").click()
    expect(page.get_by_label("symbols")).to_have_value("BTCUSDT\nETHUSDT")
    page.get_by_label("api_secret is set").select_option("Take it away")
    page.get_by_label("api_key is set").select_option("Take it away")
    page.get_by_label("symbols").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("none set")).to_be_visible()
    (changed,) = connections(town, room)
    assert (changed["secrets"], "symbols" in changed["settings"]) == ([], False)
    assert SECRET not in page.content()
    page.get_by_role("button", name="Delete bybit=main").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing is connected yet")).to_be_visible()


def test_what_cannot_be_is_told_in_the_form(page, town, room):
    page.watch.expect("status of 422")
    visit(page, f"w/{room}/connections")
    page.get_by_role("button", name="telegram").click()
    page.get_by_label("token", exact=True).fill(SECRET)
    page.get_by_label("chat_id").fill("@x")
    page.get_by_role("button", name="Connect", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("names no chat")


def test_a_number_is_never_read_as_another_one(page, room):
    visit(page, f"w/{room}/connections")
    page.get_by_role("button", name="bybit").click()
    page.get_by_label("max_order_notional").fill("0,5")
    page.get_by_role("button", name="Connect", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("max_order_notional: write a number")
    page.get_by_label("max_order_notional").fill("1,000.5")
    page.get_by_role("button", name="Connect", exact=True).last.click()
    expect(page.get_by_text("max_order_notional = 1000.5")).to_be_visible()


def test_kinds_that_were_not_told_are_asked_for_again(page, room):
    page.watch.expect("status of 500")
    page.route("**/api/v1/kinds", lambda route: route.fulfill(status=500, json={}), times=1)
    visit(page, f"w/{room}/connections")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="bybit")).to_be_visible()


def test_a_connection_that_fails_its_test_says_why(page, town, room):
    settings = {"base_url": "http://127.0.0.1:9"}
    connect(town, room, settings=settings, secrets={"token": SECRET})
    visit(page, f"w/{room}/connections")
    page.get_by_role("button", name="Test telegram=main").click()
    expect(page.get_by_text("does not work")).to_be_visible()


def test_who_operates_one_workspace_is_told_what_is_not_theirs(browser, town, room):
    connect(town, room, settings={"chat_id": 5}, secrets={"token": SECRET})
    cookie = town.cookie(town.token_of("operator", room))
    with watched(browser, town.url, cookie) as page:
        visit(page, f"w/{room}/connections")
        edit = page.get_by_role("button", name="Edit telegram=main")
        edit.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Where the host goes").click()
        expect(page.get_by_label("base_url")).to_be_disabled()
        expect(page.get_by_text("A token of all workspaces alone may change this.")).to_be_visible()
        page.get_by_label("chat_id").fill("@changed")
        page.keyboard.press("Enter")
        expect(page.get_by_text('chat_id = "@changed"')).to_be_visible()
        expect(edit).to_be_focused()
        (kept,) = connections(town, room)
        assert kept["secrets"] == ["token"]


def test_a_rule_is_made_changed_and_deleted(page, town, room):
    visit(page, f"w/{room}/alerts")
    page.get_by_role("button", name="New rule").click()
    page.get_by_label("Name").fill("ops")
    page.get_by_label("late", exact=True).check()
    page.get_by_label("By").select_option("webhook")
    page.get_by_label("Address").fill("https://ops.example/hook?key=a&b=<i>")
    page.get_by_label("So many in a row").fill("7")
    page.get_by_role("button", name="Make the rule").click()
    secret = page.get_by_label("Secret").input_value()
    page.get_by_role("button", name="I have kept it").click()
    (rule,) = town.api("GET", f"/workspaces/{room}/alerts")["items"]
    assert len(secret) >= 32
    assert rule["on"] == ["paused", "recovered", "quarantined", "late"]
    assert rule["settings"]["late_ticks"] == 7
    expect(page.get_by_text("https://ops.example/hook?key=a&b=<i>")).to_be_visible()
    switch = page.get_by_role("switch", name="The rule ops is enabled")
    switch.click()
    expect(switch).not_to_be_checked()
    page.get_by_role("button", name="Edit ops").click()
    page.get_by_label("Workers").fill("one, two")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("of one, two")).to_be_visible()
    page.get_by_role("button", name="Delete ops").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Nobody is told of anything yet")).to_be_visible()


def test_a_token_is_shown_once_and_opens_until_it_is_revoked(page, town):
    visit(page, "access")
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name").fill("robot")
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("Token", exact=True).input_value()
    page.get_by_role("button", name="I have kept it").click()
    mine = {"headers": {"Authorization": f"Bearer {token}"}}
    assert town.api("GET", "/tokens/self", **mine)["role"] == "viewer"
    assert token not in page.content()
    page.get_by_role("button", name="Revoke robot").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("row", name="robot")).to_have_count(0)
    town.api("GET", "/tokens/self", 401, **mine)
    page.get_by_label("Show also those").check()
    expect(page.get_by_role("row", name="robot")).to_contain_text("revoked")


def test_a_user_is_added_logs_in_changes_the_password_and_is_removed(page, browser, town):
    visit(page, "access/users")
    page.get_by_role("button", name="New user").click()
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill("short")
    expect(page.get_by_text("7 more characters are needed")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_role("row", name="ann")).to_contain_text("operator")
    with watched(browser, town.url) as other:
        log_in(other, "ann", PASSWORD)
        expect(other.get_by_role("link", name="Access")).to_have_count(0)
        visit(other, "account")
        other.get_by_label("The one of now").fill(PASSWORD)
        other.get_by_label("The new one", exact=True).fill(PASSWORD[::-1])
        other.get_by_label("The new one again").fill(PASSWORD[::-1])
        other.get_by_role("button", name="Change it").click()
        expect(other.get_by_text("The password is changed.")).to_be_visible()
        page.get_by_role("button", name="Remove ann").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_role("row", name="ann")).to_have_count(0)
        other.watch.expect("status of 401")
        other.reload()
        expect(other.get_by_role("button", name="Log in")).to_be_visible()


def log_in(page, name, password):
    page.get_by_role("radio", name="Password").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).last.fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_the_audit_log_tells_who_did_what_and_goes_on(page, town, room):
    for n in range(101):
        town.api("PATCH", f"/workspaces/{room}", json={"retention_days": n + 1})
    visit(page, f"audit?workspace={room}")
    expect(page.get_by_role("row")).to_have_count(101)
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("row")).to_have_count(102)
    page.get_by_role("button", name="Details of entry").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("workspace.change")


def test_the_system_tells_its_layers_and_workspaces_are_made_and_removed(page, town):
    visit(page, "system")
    expect(page.get_by_role("row", name="seccomp")).to_contain_text("on")
    expect(page.get_by_role("row", name="journal")).to_contain_text("journal.db")
    page.get_by_role("link", name="Workspaces").click()
    page.get_by_role("button", name="New workspace").click()
    page.get_by_label("Name").fill("for-a-while")
    page.get_by_label("Days").fill("3")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("row", name="for-a-while")).to_contain_text("3 days, up to 1.0 GB")
    page.get_by_role("button", name="Change how long for-a-while").click()
    page.get_by_label("Megabytes").fill("50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="for-a-while")).to_contain_text("up to 50 MB")
    page.get_by_role("button", name="Remove for-a-while").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("row", name="for-a-while")).to_have_count(0)


def test_a_viewer_is_shown_no_way_to_change_anything(viewer_page, town):
    for where, word in (("connections", "Connect"), ("alerts", "New rule")):
        visit(viewer_page, f"w/default/{where}")
        heading = viewer_page.get_by_role("heading", level=2).or_(viewer_page.get_by_role("table"))
        expect(heading.first).to_be_visible()
        expect(viewer_page.get_by_role("button", name=word)).to_have_count(0)
    expect(viewer_page.get_by_role("link", name="Access")).to_have_count(0)
    expect(viewer_page.get_by_role("link", name="System")).to_have_count(0)
    visit(viewer_page, "access")
    expect(viewer_page.get_by_text("This needs the role admin.")).to_be_visible()


@pytest.mark.parametrize("scheme", RULES)
def test_the_pages_are_accessible(browser, town, axe, room, scheme):
    town.api("PUT", f"/workspaces/{room}/files/folder/a.txt", content=b"a")
    town.api("PUT", f"/workspaces/{room}/files/b.txt", content=b"a")
    connect(town, room, settings={}, secrets={"token": SECRET})
    rule = {"name": "ops", "on": ["paused", "late"], "channel": "log"}
    town.api("POST", f"/workspaces/{room}/alerts", json=rule)
    places = (
        *(f"w/{room}/files", f"w/{room}/connections", f"w/{room}/alerts", "w/default/alerts"),
        *("access", "access/users", "audit", "system", "system/workspaces", "account"),
    )
    found = []
    with watched(browser, town.url, town.cookie(town.token), color_scheme=scheme) as page:
        for where in places:
            visit(page, where)
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
            ready = page.locator("main .table, main .empty, main .card")
            expect(ready.first).to_be_visible()
            found += [f"{where}: {one}" for one in axe(page, RULES[scheme])]
        for where, button in ((f"w/{room}/alerts", "Edit ops"), (f"w/{room}/connections", "Edit")):
            visit(page, where)
            page.get_by_role("button", name=button).click()
            found += [f"{where}, its form: {one}" for one in axe(page, RULES[scheme])]
            page.keyboard.press("Escape")
    assert found == []
