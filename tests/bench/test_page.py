"""docs/benchmarks.md is what its figures make, and names every peer, also one that is not here."""

from __future__ import annotations

import msgspec
import pytest

import page
import rivals
import suite
from measure import Column, Goal, Report, Row

ABOUT = "What is measured: this.\n\nAnd how.\n"
RESULTS = page.Results(
    machine=dict.fromkeys(("processor", "cores", "memory", "system", "virtual", "user"), "some"),
    versions={"CPython": "3.11"},
    reports={
        "bodies": Report(
            name="bodies",
            title="Copies",
            about=ABOUT,
            columns=(Column("p50", 2), Column("p99", 0)),
            rows=(
                Row("cellblock", (1.234, 1_500.0)),
                Row("peer", (), "not installed here: get it"),
            ),
            goals=(Goal("fast", 1.0, 2.0, unit="ms"), Goal("much", 1.0, 2.0, least=True)),
        )
    },
)


def test_the_page_holds_every_figure_goal_and_missing_peer():
    written = page.page(RESULTS)
    assert "| **cellblock** | 1.23 | 1,500 |" in written
    assert "| peer | not installed here: get it |  |" in written
    assert "| bodies | fast | 1 ms | ≤ 2 | met |" in written
    assert "| bodies | much | 1 | ≥ 2 | **missed** |" in written


def test_results_come_back_as_they_were_kept():
    assert msgspec.json.decode(msgspec.json.encode(RESULTS), type=page.Results) == RESULTS


def test_the_written_page_is_what_its_figures_make():
    results = page.read(page.DOCS)
    assert list(results.reports) == list(suite.SCRIPTS)
    assert (page.DOCS / "benchmarks.md").read_text("utf-8") == page.page(results)
    for name in page.PLOTTED:
        assert (page.DOCS / "benchmarks" / f"{name}.svg").stat().st_size < 100_000


def test_every_peer_has_its_row_on_the_page():
    rows = {row.label for row in page.read(page.DOCS).reports["start"].rows}
    assert {"python -c", "bubblewrap", "nsjail", "sandlock", "RestrictedPython"} <= rows
    assert {"forkserver, preloaded", "Monty, new worker", "Monty, warm pool"} <= rows


@pytest.mark.parametrize("name", ["bubblewrap", "nsjail", "sandlock", "Monty", "redis-py"])
def test_a_peer_that_is_not_installed_is_named_with_the_way_to_it(name, monkeypatch):
    monkeypatch.setattr(rivals.shutil, "which", lambda _program: None)
    monkeypatch.setattr(rivals.importlib.util, "find_spec", lambda _module: None)
    rival, reason = rivals.opened(name, pytest.fail, ())
    assert rival is None
    assert reason.startswith("not installed here: ")
