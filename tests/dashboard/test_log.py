"""The log of a worker, as a person reads it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

EVIL = "\x1b[31mred <img src=x onerror=alert(1)> \u202etxt.exe"
CHATTY = f"""
def tick(ctx):
    for k in range(60):
        print(f"tick {{ctx.tick.n}} line {{k}}")
    ctx.log.warn("the spread is wide")
    ctx.log.error({EVIL!r})
    ctx.log.info("x" * 3_900)
"""


@pytest.fixture(scope="module")
def chatty(town):
    """A worker that said more than a page shows, and goes on."""
    town.deploy("chatty", CHATTY, interval_s=1)
    yield "w/default/workers/chatty/log"
    town.ask("DELETE", "/workspaces/default/workers/chatty")


def lines(page):
    return page.get_by_role("region", name="Log lines")


def test_lines_come_by_themselves_and_a_reader_is_left_where_they_are(page, chatty):
    visit(page, chatty)
    box = lines(page)
    expect(box).to_contain_text("tick 2 line 59")
    expect(box).to_contain_text("tick 4 line 59")  # the end stays in view
    box.hover()
    page.mouse.wheel(0, -700)
    fresh = page.get_by_role("button", name=re.compile("new line"))
    expect(fresh).to_be_visible()
    place = box.evaluate("box => box.scrollTop")
    before = fresh.inner_text()
    expect(fresh).not_to_have_text(before)
    assert abs(box.evaluate("box => box.scrollTop") - place) < 2
    fresh.click()
    expect(fresh).to_be_hidden()
    assert box.evaluate("box => box.scrollHeight - box.clientHeight - box.scrollTop") < 30


def test_scrolled_to_the_top_it_reads_the_older_ones(page, town, chatty):
    visit(page, chatty)
    expect(lines(page)).to_contain_text("the spread is wide")
    page.get_by_role("button", name="Freeze").click()
    for _ in range(40):
        lines(page).evaluate("box => { box.scrollTop = 0; }")
        if lines(page).get_by_text("tick 0 line 0", exact=True).count():
            break
        page.wait_for_timeout(50)
    expect(lines(page).get_by_text("tick 0 line 0", exact=True)).to_be_visible()
    assert page.locator(".line").count() < 300  # not all that is there


def test_level_and_text_choose_the_lines(page, chatty):
    visit(page, chatty)
    expect(lines(page)).to_contain_text(re.compile(r"line \d"))
    page.get_by_label("Level").select_option("warn")
    expect(page.locator(".line.info")).to_have_count(0)
    expect(page.locator(".line.warn").last).to_contain_text("the spread is wide")
    page.get_by_label("Text").fill("spread")
    expect(page.locator(".line.error")).to_have_count(0)
    expect(page.locator(".line mark").last).to_have_text("spread")
    page.get_by_label("Text").fill("no line says this")
    expect(page.get_by_role("heading", name="No line is like that")).to_be_visible()


def test_what_a_worker_says_is_text(page, chatty, axe):
    visit(page, chatty)
    page.get_by_label("Level").select_option("error")
    said = page.locator(".line.error .said").last
    expect(said).to_have_text(r"\u{1b}[31mred <img src=x onerror=alert(1)> \u{202e}txt.exe")
    assert page.locator(".scroll img").count() == 0
    assert axe(page) == []


def test_it_is_saved_as_it_stands(page, chatty, tmp_path):
    visit(page, f"{chatty}?level=error")
    expect(page.locator(".line.error").last).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "log")
    assert download.value.suggested_filename == "chatty.log"
    text = (tmp_path / "log").read_text()
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z error \\u\{1b\}\[31mred <img", text)
    assert "\x1b" not in text


def test_no_line_of_a_message_passes_for_another_message(page, chatty, tmp_path):
    said = "first\n2026-01-01T00:00:00.000Z error all is lost"
    line = {"id": 1, "at": 1_700_000_000.0, "level": "info", "message": said}
    visit(page, f"{chatty}?level=error")
    expect(page.locator(".line.error").last).to_be_visible()
    page.route("**/logs?*", lambda route: route.fulfill(json={"items": [line], "next": None}))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "log")
    first, second = (tmp_path / "log").read_text().splitlines()
    assert first.endswith("info  first")
    assert second.startswith(" " * first.index("first") + "2026")


def test_the_text_that_is_sought_is_that_of_the_address(page, chatty):
    visit(page, chatty)
    expect(lines(page)).to_contain_text(re.compile(r"line \d"))
    page.get_by_label("Text").fill("spread")
    expect(page.locator(".line.error")).to_have_count(0)
    page.get_by_role("navigation", name="Parts of this worker").get_by_text("Log").click()
    expect(page.locator(".line.error").last).to_be_visible()
    expect(page.get_by_label("Text")).to_have_value("")


def test_what_is_not_kept_while_nobody_looks_leaves_no_hole(page):
    base = page.evaluate("document.querySelector('script[type=module]').src.replace('main.js', '')")
    told = page.evaluate(
        """async (base) => {
            const { Lines } = await import(`${base}pages/worker/lines.js`);
            const { signal } = await import(`${base}vendor/ui.js`);
            const some = (from, to) => Array.from({ length: to - from }, (_, n) => ({ id: from + n }));
            const live = { level: signal(""), contains: signal(""), lines: signal([]), asked: "" };
            const lines = new Lines(live, "nowhere");
            lines.take(some(0, 100));
            lines.take(some(50, 150));
            const before = [lines.count.value, lines.oldest];
            lines.whole.value = true;
            lines.take(some(1_000, 1_200));
            return [before, [lines.count.value, lines.oldest, lines.newest, lines.whole.value]];
        }""",
        base,
    )
    # The older ones are read again, from the newest on, when somebody goes up to them.
    assert told == [[150, 0], [200, 1_000, 1_199, False]]
