"""A worker at a glance, and the proof of its jail."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from cellblock.dashboard.serving import STATIC
from cellblock.jail.attest import CANARIES
from cellblock.jail.enter import AHEAD, STEPS
from cellblock.jail.plan import LAYERS
from dashboard.browser import visit

GLANCED = """
def tick(ctx):
    ctx.log.warn(f"<b>tick</b> {ctx.tick.n}")
    ctx.monitor.render([ctx.monitor.metric("ticks", ctx.tick.n)])
"""


@pytest.fixture(scope="module")
def glanced(town):
    """A worker that ticks, draws and says something."""
    town.deploy("glanced", GLANCED, interval_s=1, connect=["monitor"])
    yield "w/default/workers/glanced"
    town.ask("DELETE", "/workspaces/default/workers/glanced")


def test_the_overview_shows_a_worker_as_it_goes(page, glanced, axe):
    visit(page, glanced)
    tile = page.locator(".tile-value")
    expect(tile).to_be_visible()
    before = tile.inner_text()
    expect(page.locator(".last-line").last).to_contain_text("warn <b>tick</b>")
    strip = page.get_by_role("group", name="How the last ticks ended")
    expect(strip.get_by_role("button").last).to_be_visible()
    expect(page.get_by_label("Enforcement")).to_contain_text(re.compile(r"\d+ of 12 layers hold"))
    expect(tile).not_to_have_text(before)
    assert axe(page) == []


def test_the_proof_names_each_layer_and_how_it_was_seen(page, town, glanced, axe):
    visit(page, f"{glanced}/proof")
    layers = page.locator(".layer")
    expect(layers).to_have_count(len(LAYERS))
    report = town.ask("GET", "/workspaces/default/workers/glanced/enforcement")["enforcement"]
    expect(page.locator(".layer.off h3")).to_have_count(len(report["missing"]))
    seccomp = layers.filter(has_text="seccomp")
    seccomp.locator("summary").click()
    expect(seccomp).to_contain_text(re.compile(r"fork\s*refused \(E"))
    page.get_by_text("The report as it is").click()
    expect(page.get_by_label("The report as JSON")).to_contain_text('"canaries"')
    assert axe(page) == []
    town.ask("POST", "/workspaces/default/workers/glanced/stop")
    expect(page.get_by_text("this is what held the last one")).to_be_visible()


def test_the_page_knows_every_layer_and_every_canary():
    text = (STATIC / "pages/worker/layers.js").read_text(encoding="utf-8")
    assert re.findall(r'\{ name: "([^"]+)"', text) == list(LAYERS)
    assert {name for name in CANARIES if f'"{name}"' not in text} == set()
    steps = {
        name for found in re.findall(r"steps: \[(.*?)\]", text) for name in json.loads(f"[{found}]")
    }
    assert steps == {*AHEAD, *STEPS, "namespaces", "core scheduling"}
