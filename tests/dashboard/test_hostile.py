"""A hostile worker writes what it can into every place that a page shows; nothing of it comes alive."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit
from journeys.serving import wait_for

NAME = "mallory"
SOURCE = r"""
EVIL = (
    "<img src=x onerror='window.hacked=1'><script>window.hacked=2</script><svg onload=window.hacked=3>"
    "</textarea></pre><iframe src='javascript:window.hacked=4'></iframe>{{7*7}}${window.hacked=5}"
    "\x1b[31mred\x1b]0;owned\x07\u202egnp.exe\u2066\u0000\ufeff"
)


def setup(ctx):
    ctx.files.write("<img src=x onerror=window.hacked=6>.html", "<script>window.hacked=7</script>")
    ctx.files.write("pic\u202egnp.exe", "x")
    ctx.state.set("<b onclick=window.hacked=8>key</b>\u202e", {"<script>": EVIL})
    ctx.state.set("long", "L" * 500_000)
    ctx.state.set("__proto__", {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 2}}})
    ctx.state.set("..", "dots")
    ctx.state.set("blank ", 1)
    deep = 1
    for _ in range(900):
        deep = [deep]
    ctx.state.set("deep", [deep] * 50)


def tick(ctx):
    ctx.log.info(EVIL)
    print(EVIL)
    if ctx.tick.n == 1:
        ctx.log.error("W" * 10_000_000)
        ctx.log.info("a" * 4000)
    mon = ctx.monitor
    ctx.monitor.render([
        mon.text("# " + EVIL + "\n[press](javascript:window.hacked=9) [good](https://evil.example/x) [near](//evil.example) ![i](x) [d](data:text/html,<script>window.hacked=10</script>)\n\n" + EVIL),
        mon.text("unbroken" * 1000),
        mon.metric(EVIL, EVIL, delta=EVIL),
        mon.status(EVIL, "ok"),
        mon.table([EVIL, "b"], [[EVIL, 1e308], ["W" * 500, None]]),
        mon.progress(EVIL, 0.5),
        mon.list([EVIL, "W" * 500]),
        mon.chart({EVIL: [1, None, 3e300], "__proto__": [1, 2, 3]}),
        mon.chart({"names": {"<b>x</b>": 1, "constructor": 2}}),
        mon.chart([(1e16, 1), (1e16 + 2, 2)]),
        mon.chart([(-1.7e308, 1.7e308), (5e-324, -1.7e308), (1.7e308, 5e-324)]),
        mon.chart([1e16, 1e16 + 2]),
    ])
    if ctx.tick.n % 2:
        raise ValueError(EVIL * 200)
"""
TABS = ["overview", "source", "log", "ticks", "state", "monitor", "versions", "settings", "proof"]
HERE = f"w/default/workers/{NAME}"
PLACES = [f"{HERE}/{tab}" for tab in TABS]
PLACES += ["w/default/workers", "workers", "w/default/files", "audit", "system"]
ALIVE = """() => ({
    hacked: window.hacked ?? null,
    elements: document.querySelectorAll(
        "#app img, #app iframe, #app script, #app object, #app [onclick], #app [onerror], a[href^='javascript'], a[href^='data']"
    ).length,
    wider: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    title: document.title,
    polluted: ({}).polluted ?? null,
    broken: document.body.textContent.includes("This cannot be shown"),
})"""
WAIT_MS = 350
"""So long after a page is there, until what is live has come in."""
CALM = """async () => {
    const turn = () => new Promise((resolve) => { setTimeout(resolve, 0); });
    let longest = 0;
    for (const end = performance.now() + 1500, t = {}; performance.now() < end;) {
        t.at = performance.now();
        await turn();
        longest = Math.max(longest, performance.now() - t.at);
    }
    return longest;
}"""

GOOD = {"hacked": None, "elements": 0, "wider": 0, "polluted": None, "broken": False}


@pytest.fixture(scope="module")
def mallory(town):
    """A worker that has logged, drawn, written and failed."""
    settings = {"interval_s": 1, "limits": {"max_errors": 1000}}
    note = "<img src=x onerror=window.hacked=11>"
    body = {"source": SOURCE, "settings": settings, "note": note}
    town.api("PUT", f"/workspaces/default/workers/{NAME}", json=body)
    wait_for(lambda: _failed(town), 30.0, lambda: str(town.worker(NAME)))
    yield
    town.api("POST", f"/workspaces/default/workers/{NAME}/stop")


def _failed(town):
    runs = town.api("GET", f"/workspaces/default/workers/{NAME}/runs?outcome=failed")["items"]
    return len(runs) > 1


def test_nothing_that_a_worker_wrote_comes_alive(mallory, page):
    for place in PLACES:
        visit(page, place)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(WAIT_MS)
        found = page.evaluate(ALIVE)
        assert found.pop("title").endswith("Cellblock"), place
        assert found == GOOD, place


def test_a_hostile_line_is_read_as_it_was_written(mallory, page):
    visit(page, f"{HERE}/log")
    line = page.get_by_text("<img src=x onerror='window.hacked=1'><script>").first
    expect(line).to_be_visible()
    expect(line).to_contain_text("\\u{1b}[31mred")
    expect(line).to_contain_text("\\u{202e}gnp.exe")


def test_what_a_worker_drew_stays_in_its_frame(mallory, page):
    visit(page, f"{HERE}/monitor")
    expect(page.get_by_text("unbroken").first).to_be_visible()
    frame = page.locator("main").bounding_box()
    for box in page.evaluate(
        "() => [...document.querySelectorAll('main *')].map(e => e.getBoundingClientRect()).map(r => [r.left, r.width])"
    ):
        assert box[0] >= frame["x"] - 1 or box[1] == 0
    charts = page.locator("main .chart")
    for at in range(charts.count()):
        charts.nth(at).scroll_into_view_if_needed()  # what nobody sees is not drawn
        expect(charts.nth(at).locator("canvas")).to_be_visible()
    assert page.evaluate(CALM) < 1000, "numbers next to each other do not hold the page"
    page.get_by_text("press").first.click()
    assert page.evaluate("() => window.hacked") is None
    assert page.url.endswith("/monitor")
    link = page.get_by_role("link", name="good")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("target") == "_blank"
    expect(page.get_by_text("(evil.example)").first).to_be_visible()
    expect(page.get_by_role("link", name="near")).to_be_hidden()


def test_an_address_names_nothing_that_every_object_has(mallory, page):
    for place in ("constructor", "__proto__", "w/default/constructor", f"{HERE}/constructor"):
        visit(page, "w/default/files")
        expect(page.get_by_role("heading", name="Files", level=1)).to_be_visible()
        visit(page, place)
        expect(page.get_by_text("Nothing is here").first).to_be_visible()


def test_a_key_leads_to_itself_alone_and_no_value_holds_the_page(mallory, page):
    page.watch.expect("status of 4")
    visit(page, f"{HERE}/state")
    expect(page.get_by_role("button", name=r"blank\u{20}", exact=True)).to_be_visible()
    page.get_by_role("button", name="..", exact=True).click()
    expect(page.get_by_text("no browser can ask for a name of dots alone")).to_be_visible()
    page.get_by_role("button", name="__proto__", exact=True).click()
    expect(page.locator(".cm-content")).to_contain_text('"polluted": 1')
    page.get_by_role("button", name="deep", exact=True).click()
    expect(page.locator(".cm-content")).to_contain_text("[")
    visit(page, f"{HERE}/log?contains=a")
    expect(page.locator("mark").first).to_be_visible()
    marks = "() => Math.max(...[...document.querySelectorAll('.line')].map(e => e.querySelectorAll('mark').length))"
    assert page.evaluate(marks) <= 20
    assert page.evaluate(ALIVE)["polluted"] is None


VISIBLE = r"""async () => {
    const base = document.querySelector("script[type=module]").src.replace("main.js", "");
    const { exact, visible } = await import(`${base}core/format.js`);
    const { laidOut } = await import(`${base}core/json.js`);
    const { apart } = await import(`${base}parts/chart.js`);
    return {
        turned: visible("a\u202eb\u2066c"),
        hidden: visible("\u3164\u2800\u115f\u034f\u{e0041}\ud800"),
        piled: visible("e" + "\u0301".repeat(6)),
        hearts: visible("\u2764\ufe0f"),
        blanks: exact(" a  b\u00a0c\n "),
        cut: visible("x".repeat(20), 5),
        long: laidOut("[".repeat(1000) + "]".repeat(1000)).length,
        near: apart(1e16, 1e16 + 2).join(),
        far: apart(-1.7e308, 1.7e308).join(),
    };
}"""


def test_what_cannot_be_seen_is_written_out(page):
    found = page.evaluate(VISIBLE)
    assert found["turned"] == r"a\u{202e}b\u{2066}c"
    assert found["hidden"] == r"\u{3164}\u{2800}\u{115f}\u{34f}\u{e0041}\u{d800}"
    assert found["piled"] == "e" + "\u0301" * 4 + r"\u{301}\u{301}"
    assert found["hearts"] == "\u2764\ufe0f"
    assert found["blanks"] == r"\u{20}a \u{20}b\u{a0}c\u{a}\u{20}"
    assert found["cut"] == "xxxxx … (15 more characters)"
    assert found["long"] < 100_000
    assert found["near"] == "9999999995000000,10000000005000002"
    assert found["far"] == "-1e+300,1e+300"


def test_the_service_itself_gives_a_file_of_a_worker_to_no_browser_as_a_page(mallory, town):
    path = "/workspaces/default/files/%3Cimg%20src=x%20onerror=window.hacked=6%3E.html"
    answer = town._web.get(
        f"{town.url}/api/v1{path}", headers={"Authorization": f"Bearer {town.token}"}
    )
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
