"""What the page is to different people: on a phone, in another zone, while it is being read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit, watched

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DRAWN = """
def tick(ctx):
    mon = ctx.monitor
    ctx.state.set("a/rather/long/key/of/a/worker/that/keeps/much", list(range(100)))
    print("a line with an address " + "https://example.com/" + "x" * 200)
    mon.render([mon.metric("ticks", ctx.tick.n), mon.chart({"line": list(range(50))}),
                mon.table(["symbol", "price", "change", "volume", "venue"],
                          [["BTCUSDT", 97120.5, 0.1, 123456789, "bybit"]] * 5)])
"""
TABS = ("overview", "source", "log", "ticks", "state", "monitor", "versions", "settings", "proof")
PLACES = (
    *("w/default/workers", "w/default/new", "w/default/files", "w/default/connections"),
    *("w/default/alerts", "access", "access/users", "audit", "system", "account"),
    *(f"w/default/workers/narrow/{tab}" for tab in TABS),
)
JUMP = 0.1
"""What counts as good over a page's whole life; a tick that comes on top of a table moves its rows."""
JUMPS = """() => {
  window.jumps = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.jumps += one.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


@pytest.fixture(scope="module")
def narrow(town):
    """A worker that fills all tabs."""
    town.deploy("narrow", DRAWN, interval_s=1, connect=["monitor"])
    town.ask("PUT", "/workspaces/default/files/narrow/a.csv", content=b"x")
    yield "w/default/workers/narrow"
    town.ask("DELETE", "/workspaces/default/workers/narrow")


def test_no_page_is_wider_than_a_phone(browser, town, narrow):
    with watched(browser, town.url, town.cookie(town.token), **PHONE) as page:
        wide = {}
        for place in PLACES:
            visit(page, place)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_role("status", name="Loading")).to_have_count(0)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > 390:
                wide[place] = width
        assert wide == {}
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Files").click()
        expect(page.get_by_role("heading", name="Files", level=1)).to_be_visible()
        expect(page.get_by_role("button", name="Menu")).to_have_attribute("aria-expanded", "false")


def test_times_are_of_the_viewers_zone_and_tell_utc_to_the_pointer(browser, town, narrow):
    cookie = town.cookie(town.token)
    with watched(browser, town.url, cookie, timezone_id="Asia/Tokyo") as page:
        visit(page, f"{narrow}/log")
        moment = page.locator(".line time").first
        expect(moment).to_be_visible()
        at = moment.get_attribute("datetime")
        hours, rest = int(at[11:13]), at[13:19]
        assert moment.inner_text().endswith(f"{(hours + 9) % 24:02}{rest}")
        assert f"{at[:10]} {at[11:19]}" in moment.get_attribute("title")
        visit(page, "w/default/workers")
        tick = page.get_by_role("row").filter(has_text="narrow").locator("time").first
        tick.hover()
        expect(tick).to_have_attribute("title", re.compile(r"\n\d{4}-\d\d-\d\d [\d:.]+ UTC$"))


def test_nothing_jumps_while_somebody_reads(page, narrow):
    page.evaluate(JUMPS)
    for place in ("w/default/workers", f"{narrow}/overview", f"{narrow}/ticks"):
        visit(page, place)
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(500)
        page.evaluate("window.jumps = 0")
        page.wait_for_timeout(2_500)  # some rounds, and a tick or two
        assert page.evaluate("window.jumps") < JUMP, place


def test_a_tab_that_nobody_sees_asks_nothing(page, narrow):
    with page.expect_request(re.compile("/live")):
        visit(page, f"{narrow}/overview")
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.wait_for_timeout(500)  # what was under way comes to its end
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(3_000)
    assert asked == []
    with page.expect_request(re.compile("/live")):
        page.evaluate(hide, False)
