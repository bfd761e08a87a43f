"""Making a worker, as a person does it: from an example, from nothing, from a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cellblock.dashboard.examples import EXAMPLES
from dashboard.browser import visit

DROP = """(element, [name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
}"""


class Making:
    """The page, as a person sees it."""

    def __init__(self, page):
        self.page = page
        visit(page, "w/default/new")
        self.source = page.get_by_role("textbox", name="Source of the new worker")
        self.name = page.get_by_label("Name", exact=True)
        self.create = page.get_by_role("button", name="Create and start")
        expect(self.source).to_contain_text("def tick")

    def choose(self, title):
        self.page.get_by_role("button", name=title).first.click()

    def drop(self, name, text):
        self.page.locator("form.making").evaluate(DROP, [name, text])


@pytest.fixture
def making(page):
    return Making(page)


def test_an_example_is_made_and_ticks_within_five_seconds(making, page, town):
    making.name.fill("from-example")
    making.create.click()
    expect(page.get_by_role("heading", name="from-example")).to_be_visible()
    expect(
        page.get_by_role("group", name="How the last ticks ended").get_by_role("button").first
    ).to_be_visible()
    path = "/workspaces/default/workers/from-example"
    first = town.api("GET", f"{path}/runs")["items"][-1]
    assert first["outcome"] == "done"
    made_at = town.api("GET", path)["created_at"]
    assert first["started_at"] + first["duration_ms"] / 1000 - made_at < 5.0
    town.api("POST", f"{path}/stop")
    # The next one of it gets a name that is free.
    visit(page, "w/default/new?example=hello")
    expect(making.name).to_have_value("hello")


def test_every_example_is_offered_with_its_source_schedule_and_config(making, page, axe):
    for example in EXAMPLES:
        making.choose(example.title)
        expect(making.name).to_have_value(example.name)
        expect(making.source).to_contain_text(example.source.splitlines()[1])
        if "cron" in example.settings:
            expect(page.get_by_label("Cron line", exact=True)).to_have_value(
                example.settings["cron"]
            )
            expect(page.get_by_role("list", name="The next ticks")).to_be_visible()
        else:
            seconds = page.get_by_label("Seconds between ticks")
            expect(seconds).to_have_value(f"{example.settings['interval_s']:g}")
        expect(page.get_by_text("No findings")).to_be_visible()
    assert not axe(page)


def test_a_name_is_refused_before_it_is_sent(making, page, town):
    body = {"source": "def tick(ctx): ...\n", "start": False}
    town.api("PUT", "/workspaces/default/workers/taken", json=body)
    visit(page, "w/default/files")
    making = Making(page)
    for wrong, said in (("Taken!", "1 to 63 of"), ("taken", "There is a worker of this name already"), ("", "Write a name")):  # fmt: skip
        making.name.fill(wrong)
        expect(page.get_by_text(said)).to_be_visible()
        expect(making.create).to_be_disabled()
    making.name.fill("free-one")
    expect(making.create).to_be_enabled()


def test_a_file_that_is_dropped_is_taken_as_text_and_its_errors_are_shown(making, page):
    making.drop("My Bot <b>.py", "def tick(ctx):\r\n    open('x')\n    print('<img src=x>'\n")
    expect(making.name).to_have_value("my-bot-b-")
    expect(making.source).to_contain_text("<img src=x>")
    page.watch.expect("status of 422")
    making.create.click()
    expect(page.get_by_role("region", name="Findings")).to_contain_text("it was not deployed")
    making.drop("notes.txt", "x")
    expect(page.get_by_text("is no Python file")).to_be_visible()
    expect(making.source).to_contain_text("<img src=x>")


def test_what_was_written_is_not_replaced_without_a_question(making, page):
    making.source.press("Control+End")
    page.keyboard.type("# mine")
    making.choose("Empty")
    dialog = page.get_by_role("dialog", name="Replace what you wrote?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(making.source).to_contain_text("# mine")
    making.choose("Empty")
    dialog.get_by_role("button", name="Replace it").click()
    expect(making.source).not_to_contain_text("# mine")
