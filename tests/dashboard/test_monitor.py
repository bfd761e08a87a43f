"""What a worker shows with ctx.monitor, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

EVIL = "<img src=x onerror=alert(1)>\u202e\x1b[31m"
DRAWING = f"""
EVIL = {EVIL!r}
MD = '''# Momentum
A **bold** and *slanted* word, `code`, [a link](https://example.com/x), [bad](javascript:alert(1)).

- one
  - deeper

![](https://example.com/i.png)
'''

def tick(ctx):
    mon, n = ctx.monitor, ctx.tick.n
    mon.render([
        MD + EVIL,
        mon.metric("price", 41234.5, delta=-2),
        mon.metric("count", n),
        mon.metric(EVIL, EVIL),
        mon.status("feed", "warn"),
        mon.progress("half", 0.5),
        mon.progress("endless", None),
        mon.table(["symbol", EVIL], [["BTC", 1.5], [EVIL, None]]),
        mon.list(["first", EVIL]),
        mon.separator(),
        mon.chart({{"open": [1, None, 3], EVIL: [3, 2, 1]}}),
        mon.chart({{"named": {{"mon": 1, "tue": 2}}}}),
        mon.chart([(1795450944 + 60 * k, k) for k in range(9)]),
    ])
"""


@pytest.fixture(scope="module")
def drawing(town):
    """A worker that draws one of each, and hostile texts into all of them."""
    town.deploy("drawing", DRAWING, interval_s=1, connect=["monitor"])
    yield "w/default/workers/drawing/monitor"
    town.ask("DELETE", "/workspaces/default/workers/drawing")


def test_each_widget_is_drawn_and_follows_the_worker(page, drawing, axe):
    visit(page, drawing)
    picture = page.locator(".picture")
    tile = picture.locator(".tile")
    expect(tile.filter(has_text="price")).to_contain_text(re.compile(r"41,234\.5.*▼ 2", re.DOTALL))
    expect(tile.filter(has_text="feed")).to_contain_text("warning")
    expect(picture.get_by_role("progressbar", name="half")).to_have_attribute("aria-valuenow", "50")
    expect(picture.get_by_role("progressbar", name="endless")).to_be_visible()
    expect(picture.get_by_role("cell", name="1.5")).to_be_visible()
    expect(picture.get_by_role("listitem").filter(has_text="first")).to_be_visible()
    expect(picture.get_by_role("separator")).to_have_count(1)
    expect(picture.get_by_role("img", name="Chart of 2 lines: open")).to_be_visible()
    charts = picture.locator(".chart")
    expect(charts).to_have_count(3)
    for at in range(3):
        charts.nth(at).scroll_into_view_if_needed()  # what nobody sees is not drawn
        expect(charts.nth(at).locator("canvas")).to_be_visible()
    count = tile.filter(has_text="count").locator(".tile-value")
    before = count.inner_text()
    kept = count.element_handle()
    expect(count).not_to_have_text(before)
    assert kept.evaluate("element => element.isConnected")  # the same one, with another number
    assert axe(page) == []


def test_a_passage_is_a_small_part_of_markdown_and_nothing_else(page, drawing):
    visit(page, drawing)
    passage = page.locator(".passage")
    expect(passage.get_by_role("heading", name="Momentum")).to_be_visible()
    expect(passage.locator("strong")).to_have_text("bold")
    expect(passage.locator("li li")).to_have_text("deeper")
    link = passage.get_by_role("link", name="a link")
    expect(link).to_have_attribute("href", "https://example.com/x")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(passage).to_contain_text("[bad](javascript:alert(1))")
    expect(passage).to_contain_text(r"<img src=x onerror=alert(1)>\u{202e}\u{1b}[31m")
    assert page.locator(".picture img:not(canvas)").count() == 0


def test_a_picture_of_a_stopped_worker_is_told_to_be_old(page, drawing, town):
    visit(page, drawing)
    expect(page.locator(".drawn")).to_contain_text("Drawn")
    town.ask("POST", "/workspaces/default/workers/drawing/stop")
    expect(page.locator(".drawn")).to_contain_text("the worker is stopped, so this is how it was")
