"""Bringing, fetching and deleting files in the browser, whatever they are called."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from dashboard.browser import visit

HOSTILE = '<img src=x onerror=alert(1)> a%2Fb?&".html'


@pytest.fixture
def room(town, request):
    """A workspace that is this test's own."""
    name = f"files-{abs(hash(request.node.name)) % 10**8}"
    town.api("POST", "/workspaces", json={"name": name})
    return name


def put(town, room, path, content=b"x"):
    town.api("PUT", f"/workspaces/{room}/files/{quote(path, safe='')}", content=content)


def listed(town, room):
    return [one["path"] for one in town.api("GET", f"/workspaces/{room}/files")["items"]]


def upload(page, name, content):
    file = {"name": name, "mimeType": "text/plain", "buffer": content}
    page.get_by_label("Files to upload").set_input_files([file])


def test_an_empty_workspace_teaches_and_an_upload_is_shown(page, town, room):
    visit(page, f"w/{room}/files")
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()
    upload(page, HOSTILE.replace("/", ""), b"hello")
    row = page.get_by_role("row", name="<img src=x")
    expect(row).to_contain_text("5 B")
    assert listed(town, room) == [HOSTILE]


def test_a_file_that_is_there_is_replaced_only_by_leave(page, town, room):
    put(town, room, "data/a.txt", b"old")
    visit(page, f"w/{room}/files/data")
    upload(page, "a.txt", b"newer")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("row", name="a.txt")).to_contain_text("3 B")
    upload(page, "a.txt", b"newer")
    page.get_by_role("button", name="Replace").click()
    expect(page.get_by_role("row", name="a.txt")).to_contain_text("5 B")


def test_folders_are_opened_and_hostile_names_are_fetched_and_deleted(page, town, room):
    put(town, room, f"in here/{HOSTILE}", b"abc")
    visit(page, f"w/{room}/files")
    page.get_by_role("link", name="in here").click()
    expect(page.get_by_role("heading", name="in here", level=1)).to_be_visible()
    with page.expect_download() as found:
        page.get_by_role("link", name="Download").click()
    assert found.value.path().read_bytes() == b"abc"
    page.get_by_role("button", name="Delete <img").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing is in this folder")).to_be_visible()
    assert listed(town, room) == []


def test_files_are_dropped(page, town, room):
    visit(page, f"w/{room}/files")
    drop = """() => {
      const data = new DataTransfer();
      data.items.add(new File(["dropped"], "dropped.txt"));
      const place = document.querySelector(".files");
      for (const type of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()
    page.evaluate(drop)
    expect(page.get_by_role("row", name="dropped.txt")).to_contain_text("7 B")


def test_a_viewer_fetches_and_changes_nothing(viewer_page, town):
    put(town, "default", "seen.txt")
    visit(viewer_page, "w/default/files")
    expect(viewer_page.get_by_role("link", name="Download seen.txt")).to_be_visible()
    expect(viewer_page.get_by_role("button", name="Upload")).to_have_count(0)
    expect(viewer_page.get_by_role("button", name="Delete seen.txt")).to_have_count(0)
    status = viewer_page.evaluate(
        """async () => (await fetch("/api/v1/workspaces/default/files/seen.txt", { method: "DELETE",
          headers: { "X-CSRF-Token": (await (await fetch("/api/v1/session")).json()).csrf } })).status"""
    )
    viewer_page.watch.expect("status of 403")
    assert status == 403
