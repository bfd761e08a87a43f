"""The source of a worker: written, checked, deployed, compared and gone back to, as a person does it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dashboard.browser import PASTE, visit

GOOD = "def tick(ctx):\n    print('one')\n"
OTHER = "def tick(ctx):\n    print('theirs')\n"
BROKEN = "def tick(ctx):\n    print('one'\n"
SETTINGS = {"interval_s": 3600}


class Source:
    """The tab of the source, as a person sees it."""

    def __init__(self, page, town, name):
        self.page, self.town, self.name = page, town, name
        self.path = f"/workspaces/default/workers/{name}"
        self.deploy(GOOD)
        visit(page, f"w/default/workers/{name}/source")
        self.text = page.get_by_role("textbox", name=f"Source of {name}")
        expect(self.text).to_contain_text("tick")
        self.state = page.get_by_role("region", name="Findings").get_by_role("status")

    def deploy(self, source):
        """Deploy as somebody else."""
        self.town.api(
            "PUT", self.path, json={"source": source, "settings": SETTINGS, "start": False}
        )

    def version(self):
        """Give the number that is wanted, and its source."""
        number = self.town.api("GET", self.path)["version"]["number"]
        return number, self.town.api("GET", f"{self.path}/versions/{number}")["source"]

    def write(self, source):
        """Replace all of the text by pasting."""
        self.text.click()
        self.page.keyboard.press("Control+a")
        self.text.evaluate(PASTE, source)

    def press(self, name):
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()


@pytest.fixture
def source(page, town, request):
    return Source(page, town, re.sub(r"[^a-z0-9]+", "-", request.node.name)[:50].strip("-"))


def test_what_is_broken_is_shown_refused_mended_and_deployed(source, axe):
    page = source.page
    page.watch.expect("status of 422")
    source.write(BROKEN)
    expect(source.state).to_contain_text("1 finding")
    source.press("Deploy")
    expect(source.state).to_contain_text("it was not deployed")
    assert source.version() == (1, GOOD)
    assert axe(page) == []
    page.get_by_role("region", name="Findings").get_by_role("link", name="Line 2").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("print('one'")
    expect(page.locator(".cm-lintRange-error").first).to_be_visible()

    source.write(GOOD.replace("one", "two"))
    expect(source.state).to_have_text("No findings")
    page.get_by_label("Note of this version").fill("says two")
    source.text.press("Control+s")
    expect(page.get_by_text("Version 2 is deployed.")).to_be_visible()
    assert source.version() == (2, GOOD.replace("one", "two"))


def test_to_deploy_the_same_changes_nothing(source):
    source.press("Deploy")
    expect(source.page.get_by_text("Nothing changed: version 1 is just this.")).to_be_visible()
    assert source.version() == (1, GOOD)


def test_what_was_written_outlives_a_switch_of_the_tab_and_a_reload(source):
    page = source.page
    source.write("x = 1\n" + GOOD)
    expect(page.get_by_text("Not deployed yet.")).to_be_visible()
    page.get_by_role("link", name="Source •").wait_for()
    visit(page, f"w/default/workers/{source.name}/versions")
    expect(source.text).to_have_count(0)
    page.reload()
    page.get_by_role("link", name="Source •").click()
    expect(source.text).to_contain_text("x = 1")
    source.press("Drop changes")
    source.press("Drop it")
    expect(source.text).not_to_contain_text("x = 1")
    expect(page.get_by_text("This is version 1, as it is deployed.")).to_be_visible()


def test_what_somebody_else_deployed_is_shown_before_it_is_replaced(source, axe):
    page = source.page
    mine = GOOD.replace("one", "mine")
    source.write(mine)
    source.deploy(OTHER)
    expect(page.get_by_role("alert")).to_contain_text("Version 2 was deployed meanwhile")
    source.press("Deploy")
    dialog = page.get_by_role("dialog", name="Version 2 was deployed meanwhile")
    expect(dialog).to_contain_text("theirs")
    expect(dialog).to_contain_text("mine")
    assert axe(page) == []
    assert source.version() == (2, OTHER)
    dialog.get_by_role("button", name="Deploy mine in its place").click()
    expect(page.get_by_text("Version 3 is deployed.")).to_be_visible()
    assert source.version() == (3, mine)


def test_what_somebody_else_deployed_is_shown_where_nothing_was_written(source):
    source.deploy(OTHER)
    expect(source.text).to_contain_text("theirs")
    expect(source.page.get_by_text("This is version 2, as it is deployed.")).to_be_visible()


def test_a_viewer_reads_alone(viewer_page, town):
    source = Source(viewer_page, town, "read-alone")
    expect(source.text).to_have_attribute("contenteditable", "false")
    expect(viewer_page.get_by_role("button", name="Deploy")).to_have_count(0)
    expect(viewer_page.get_by_role("button", name="Stop")).to_have_count(0)


def test_two_versions_are_compared_and_the_older_is_gone_back_to(source):
    page = source.page
    source.deploy(OTHER)
    visit(page, f"w/default/workers/{source.name}/versions")
    row = page.get_by_role("row").filter(has=page.get_by_label("Compare version 2"))
    expect(row).to_contain_text("wanted")
    page.get_by_label("Compare version 2").check()
    page.get_by_label("Compare version 1").check()
    source.press("Compare")
    before, after = page.locator(".cm-merge-a"), page.locator(".cm-merge-b")
    expect(before).to_contain_text("one")
    expect(after).to_contain_text("theirs")
    expect(page.get_by_text("The settings are the same.")).to_be_visible()
    source.press("Go back to 1")
    page.get_by_role("dialog").get_by_role("button", name="Go back to 1").click()
    expect(page.get_by_text("goes back to version 1.")).to_be_visible()
    assert source.version() == (1, GOOD)
    visit(page, f"w/default/workers/{source.name}/source")
    expect(source.text).to_contain_text("one")


def test_older_versions_that_were_not_told_are_asked_for_again(source):
    page = source.page
    page.watch.expect("status of 500")
    first = source.town.api("GET", f"{source.path}/versions")["items"][0]
    older = first | {"number": 0, "note": "the oldest"}
    wrong = [500]

    def answer(route):
        if "cursor" not in route.request.url:
            route.fulfill(json={"items": [first], "next": "more"})
        elif wrong:
            route.fulfill(status=wrong.pop(), json={"detail": "not now"})
        else:
            route.fulfill(json={"items": [older], "next": None})

    page.route("**/versions?*", answer)
    visit(page, f"w/default/workers/{source.name}/versions")
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_text("not now")).to_be_visible()
    page.get_by_role("button", name="Show more").click()
    expect(page.get_by_role("row").filter(has_text="the oldest")).to_be_visible()


def test_the_number_of_a_version_leads_to_no_other_address(source):
    page = source.page
    page.watch.expect("status of 4")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, f"w/default/workers/{source.name}/versions?show=..%2F..%2F..%2F..%2F..%2Fsession")
    expect(page.get_by_role("alert")).to_be_visible()
    assert not [url for url in asked if url.endswith("/v1/session")]


def test_a_deploy_that_the_page_has_not_heard_of_is_not_written_over(source):
    page = source.page
    page.watch.expect("status of 409")
    expect(page.get_by_text("This is version 1, as it is deployed.")).to_be_visible()
    lost = []
    page.route(re.compile(r"/live(\?|$)"), lambda *asked: lost.append(asked))  # hears no more
    for _ in range(100):
        if lost:
            break
        page.wait_for_timeout(50)
    assert lost
    source.deploy(OTHER)
    source.write(GOOD.replace("one", "mine"))
    source.press("Deploy")
    expect(page.get_by_role("dialog")).to_contain_text("theirs")
    assert source.version() == (2, OTHER)
    assert any("status of 409" in one for one in page.watch.wrong)


def test_one_check_at_a_time_and_the_latest_counts(source):
    page = source.page
    expect(source.state).to_have_text("No findings")
    held, asked = [], []

    def hold(route):
        asked.append(route.request.post_data_json["source"])
        held.append(route)

    page.route("**/api/v1/check", hold)
    with page.expect_request("**/api/v1/check"):
        source.write(BROKEN)
    source.write("x = 1\n" + BROKEN)
    source.write(GOOD + "# mended\n")
    expect(source.state).to_have_text("Checking …")
    page.wait_for_timeout(600)
    assert asked == [BROKEN]
    with page.expect_request("**/api/v1/check"):
        held.pop().continue_()
    page.wait_for_timeout(50)
    held.pop().continue_()
    expect(source.state).to_have_text("No findings")
    assert asked == [BROKEN, GOOD + "# mended\n"]
