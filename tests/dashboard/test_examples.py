"""The workers to begin with: each is what it says, and ticks well whatever the world is like."""

from __future__ import annotations

import re
import socket
import time

import httpx
import pytest

from cellblock.dashboard.examples import EXAMPLES
from cellblock.dashboard.serving import STATIC
from cellblock.intake.settings import Settings
from cellblock.names import NAME_PATTERN
from conftest import open_bench
from peers.exchange import Exchange

BY_NAME = {example.name: example for example in EXAMPLES}
EACH = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


@pytest.fixture(scope="module")
def exchange():
    with Exchange() as opened:
        yield opened


@pytest.fixture(scope="module")
def nowhere():
    """An address at which nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{one.getsockname()[1]}"


class Stage:
    """A jail in which examples tick."""

    def __init__(self, bench, folder):
        self.bench = bench
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir()

    def play(self, example, ticks=2, **config):
        """Tick an example that must end well; give the lines that it logged, and what it drew."""
        state = f"sqlite:///{self.folder}/state.db"
        options = {"name": example.name, "state": state, "files": self.files}
        config = dict(example.settings["config"]) | config
        outcomes = self.bench.ticks(example.source, ticks, config=config, **options)
        assert all(done.ok for done in outcomes), [done.failure for done in outcomes]
        shown = self.bench.do(self.bench.sandbox.rendered(example.name, state=state))
        return [line for done in outcomes for line in done.logs], shown["widgets"]


def _bench(url):
    return open_bench(preload=(), connections={"bybit": {"endpoint": url}, "monitor": {}})


@pytest.fixture(scope="module")
def market(exchange):
    yield from _bench(exchange.url)


@pytest.fixture
def stage(market, tmp_path):
    return Stage(market, tmp_path)


def texts(lines, *levels):
    return [line.message for line in lines if line.level in levels]


def test_they_are_the_files_of_the_folder():
    folder = STATIC.parent / "examples"
    assert {path.stem for path in folder.glob("*.py")} == {"__init__", *BY_NAME}


@EACH
def test_what_is_said_of_it_is_good(example):
    assert set(example.settings) <= {"interval_s", "cron", "timezone", "config"}
    assert Settings(**example.settings)
    assert example.title
    assert example.about.endswith(".")
    for key in example.settings["config"]:
        assert f"`{key}`" in example.source.split('"""')[1]
    for kind in example.needs:
        assert f'if "{kind}" not in ctx.connected' in example.source
    assert re.fullmatch(NAME_PATTERN, example.name)


@pytest.mark.jail
@EACH
def test_the_check_finds_nothing(example, market):
    assert not market.do(market.sandbox.check(example.source))


@pytest.mark.jail
@EACH
def test_it_ticks_well_and_draws(example, stage):
    lines, widgets = stage.play(example)
    assert not texts(lines, "warn", "error")
    assert len(widgets) >= 2


@pytest.mark.jail
def test_without_a_network_those_that_need_one_say_so_and_go_on(nowhere, tmp_path):
    for bench in _bench(nowhere):
        stage = Stage(bench, tmp_path)
        for name in ("price_alert", "moving_average"):
            lines, widgets = stage.play(BY_NAME[name], ticks=1)
            assert len(texts(lines, "warn")) == 1
            assert widgets[0]["state"] == "error"


@pytest.mark.jail
def test_a_price_that_moved_is_told_in_the_log_where_there_is_no_bot(stage):
    lines, _ = stage.play(BY_NAME["price_alert"], percent=0.0)
    assert [" moved +0.00 % to " in text for text in texts(lines, "info")] == [True, True]


@pytest.mark.jail
def test_a_report_tells_what_changed_and_old_ones_go(stage):
    reports = stage.files / "reports"
    reports.mkdir()
    for day in range(1, 9):
        (reports / f"2020-01-0{day}.md").write_text("old")
    stage.play(BY_NAME["daily_report"], ticks=1)
    (stage.files / "prices.csv").write_text("a,b")
    _, widgets = stage.play(BY_NAME["daily_report"], ticks=1, keep=3)
    assert [path.name for path in sorted(reports.iterdir())][:2] == [
        "2020-01-07.md",
        "2020-01-08.md",
    ]
    report = max(reports.iterdir()).read_text()
    assert "1 files, 3 bytes.\n- new: prices.csv" in report
    assert [widget["type"] for widget in widgets] == ["text", "progress", "table"]


@pytest.mark.slow
def test_an_event_from_outside_is_told_and_shown(town):
    example = BY_NAME["webhook_responder"]
    path = "/workspaces/default/workers/responder"
    body = {"source": example.source, "settings": dict(example.settings)}
    town.api("PUT", path, json=body)
    made = town.api("POST", f"{path}/hooks", json={"name": "inbox", "signed": False})
    sent = httpx.post(f"{town.url}{made['path']}", json={"amount": 5}, timeout=10, trust_env=False)
    assert sent.status_code == 202
    assert waited(lambda: town.api("GET", f"{path}/logs?contains=amount")["items"])
    (row,) = waited(lambda: told(town.api("GET", f"{path}/monitor")["picture"]))
    assert row[1:] == ["inbox", "amount=5"]
    town.api("POST", f"{path}/stop")


def told(picture):
    """Give the rows that are shown, if there are any: a tick without events draws, too."""
    return picture["widgets"][1].get("rows") if picture else None


def waited(look):
    """Look until there is something, for ten seconds at the most."""
    for _ in range(50):
        if found := look():
            return found
        time.sleep(0.2)
    return None
