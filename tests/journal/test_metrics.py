from __future__ import annotations

import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

import cellblock
from cellblock.clock import HandClock
from cellblock.journal.disk import DiskWatch
from cellblock.journal.event import Moved
from cellblock.journal.metrics import Metrics
from cellblock.journal.series import Values
from cellblock.journal.sweeper import Sweeper
from cellblock.journal.tail import Tail
from cellblock.journal.writer import Writer
from cellblock.limits import METRICS_TROUBLED, METRICS_WORKSPACES
from cellblock.names import WorkerRef
from cellblock.store.records import Line, Run

ROOT = Path(__file__).parents[2]
ANT = WorkerRef("default", "ant")
HOSTILE = '"} 1\n# HELP cellblock_ticks_total \\ x{a="\ud800\x00\u2028'


def run(ref: WorkerRef = ANT, **values: Any) -> Run:
    whole = {
        "n": 1, "version": 1, "cause": "schedule", "planned_at": 0.0, "started_at": 0.0,
        "late_ms": 3.0, "duration_ms": 40.0, "outcome": "done", "skipped": 0, "ctx_calls": 0,
        "cpu_ms": 20.0, "memory_bytes": None,
    }  # fmt: skip
    return Run(ref=ref, **(whole | values))


def moved(before: str, state: str, ref: WorkerRef = ANT) -> Moved:
    return Moved(ref.workspace, ref.name, before, state, HOSTILE, 1, 0.0)


class Board:
    """Metrics over parts that are real, and their page as Prometheus reads it."""

    def __init__(self, folder: Path) -> None:
        nothing: Any = SimpleNamespace()
        self.writer = Writer(nothing, Tail(), HandClock())
        self.sweeper = Sweeper(nothing, nothing, HandClock())
        self.disk = DiskWatch(folder, HandClock(), lambda _event: None)
        self.metrics = Metrics(self.writer, self.sweeper, self.disk)

    def families(self) -> dict[str, Any]:
        text = self.metrics.page().decode()
        found = {family.name: family for family in text_string_to_metric_families(text)}
        assert set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)) == {
            name + "_total" * (family.type == "counter") for name, family in found.items()
        }
        return found

    def samples(self, name: str) -> dict[tuple[str, ...], float]:
        """Give the samples of one name, by their labels' values in the order of the labels."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.name == name
        }

    def value(self, name: str, *labels: str) -> float | None:
        return self.samples(name).get(labels)


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path)


def test_ticks_are_counted_by_workspace_and_outcome_and_timed_together(board):
    board.metrics.run(run(skipped=2))
    board.metrics.run(run(outcome="timeout", late_ms=70.0))
    board.metrics.run(run(WorkerRef("other", "x"), duration_ms=60_000.0))
    assert board.samples("cellblock_ticks_total") == {
        ("done", "default"): 1, ("timeout", "default"): 1, ("done", "other"): 1,
    }  # fmt: skip
    assert board.samples("cellblock_ticks_skipped_total") == {("default",): 2, ("other",): 0}
    assert board.value("cellblock_tick_cpu_seconds_total", "default") == pytest.approx(0.04)
    late = board.samples("cellblock_tick_lateness_seconds_bucket")
    assert [late[le,] for le in ("0.005", "0.05", "0.1", "+Inf")] == [2, 2, 3, 3]
    assert board.value("cellblock_tick_lateness_seconds_sum") == pytest.approx(0.076)
    took = board.samples("cellblock_tick_duration_seconds_bucket")
    assert [took[le,] for le in ("0.025", "0.05", "30.0", "60.0")] == [0, 2, 2, 3]


def test_workers_are_counted_by_state_and_those_in_trouble_are_named(board):
    for name, states in {
        "ant": ["new", "running"],
        "bee": ["new", "running", "lost"],
        "cat": ["new", "running", "quarantined"],
        "dog": ["new", "running", "held"],
    }.items():
        for before, state in pairwise(states):
            board.metrics.moved(moved(before, state, WorkerRef("default", name)))
    assert board.samples("cellblock_workers") == {
        ("running",): 1, ("lost",): 1, ("quarantined",): 1, ("held",): 1, ("paused",): 0,
    }  # fmt: skip
    assert board.samples("cellblock_worker_trouble") == {
        ("quarantined", "cat", "default"): 1, ("lost", "bee", "default"): 1,
    }  # fmt: skip
    assert board.samples("cellblock_security_events_total") == {("default",): 1}
    board.metrics.purged(WorkerRef("default", "cat"))
    assert board.value("cellblock_workers", "quarantined") == 0
    assert board.value("cellblock_security_events_total", "default") == 1


def test_a_worker_is_taken_in_as_it_stands_until_it_moves(board):
    board.metrics.stands(ANT, "paused")
    assert board.value("cellblock_worker_trouble", "paused", "ant", "default") == 1
    board.metrics.moved(moved("paused", "running"))
    board.metrics.stands(ANT, "paused")
    assert board.value("cellblock_workers", "running") == 1
    assert board.samples("cellblock_worker_trouble") == {}


def test_a_restart_is_a_process_in_the_place_of_another(board):
    for before, state in [
        ("new", "running"),
        ("running", "held"),
        ("held", "running"),  # the process of before
        ("running", "lost"),
        ("lost", "running"),
        ("running", "stopped"),
        ("stopped", "running"),
    ]:
        board.metrics.moved(moved(before, state))
    restarts = board.samples("cellblock_worker_restarts_total")
    assert restarts == {("lost", "default"): 1, ("asked", "default"): 1}


def test_memory_is_that_of_workers_that_have_a_process(board):
    bee = WorkerRef("default", "bee")
    for ref, size in ((ANT, 30), (bee, 50)):
        board.metrics.moved(moved("new", "running", ref))
        board.metrics.run(run(ref, memory_bytes=size))
    assert board.value("cellblock_workers_resident_memory_bytes") == 80
    assert board.value("cellblock_worker_resident_memory_max_bytes") == 50
    board.metrics.moved(moved("running", "lost", bee))
    board.metrics.run(run(bee, memory_bytes=50))  # told after its end
    assert board.value("cellblock_workers_resident_memory_bytes") == 30
    assert (board.value("process_resident_memory_bytes") or 0) > 1_000_000


def test_calls_requests_lines_and_events_are_counted(board):
    metrics = board.metrics
    metrics.call("state", 0.0003, good=True)
    metrics.call("http", 2.0, good=False)
    metrics.request("GET", "/api/v1/workspaces/{workspace}", 200, 0.003)
    metrics.request("BREW\n", "none", 404, 0.003)
    metrics.line(Line(ref=ANT, at=0.0, level="warn", message=HOSTILE))
    metrics.dropped(70)
    metrics.hooked("accepted")
    assert board.value("cellblock_ctx_call_seconds_bucket", "state", "0.0005") == 1
    assert board.value("cellblock_ctx_call_seconds_bucket", "http", "1.0") == 0
    assert board.samples("cellblock_ctx_calls_failed_total") == {("http",): 1}
    assert board.samples("cellblock_api_requests_total") == {
        ("GET", "/api/v1/workspaces/{workspace}", "200"): 1, ("other", "none", "404"): 1,
    }  # fmt: skip
    assert board.value("cellblock_api_request_seconds_count", "other", "none") == 1
    assert board.samples("cellblock_log_lines_total") == {("warn",): 1}
    assert board.value("cellblock_log_lines_dropped_total") == 70
    assert board.samples("cellblock_hook_events_total") == {("accepted",): 1}


def test_the_journal_and_the_disk_are_asked_when_the_page_is_made(board):
    assert board.value("cellblock_disk_free_bytes") is None
    board.disk.look()
    board.disk.problem = "full"
    board.writer.lost, board.sweeper.forgotten = 3, 4
    assert board.value("cellblock_disk_free_bytes") == board.disk.free_bytes
    assert board.value("cellblock_disk_problem") == 1
    assert board.value("cellblock_journal_lost_rows_total") == 3
    assert board.value("cellblock_journal_forgotten_rows_total") == 4
    assert board.value("cellblock_journal_backlog_rows") == 0
    ((python, version),) = board.samples("cellblock_build_info")
    assert (python, version) == (sys.version.split()[0], cellblock.__version__)


def test_hostile_words_stay_the_values_of_their_labels(board):
    board.metrics.run(run(WorkerRef(HOSTILE, HOSTILE), outcome="done"))
    board.metrics.moved(moved("running", "lost", WorkerRef(HOSTILE, HOSTILE)))
    board.metrics.call(HOSTILE, 0.1, good=False)
    board.metrics.request(HOSTILE, HOSTILE, 404, 0.1)
    board.metrics.hooked(HOSTILE)
    shown = HOSTILE.replace("\ud800", "?")
    assert board.samples("cellblock_ticks_total") == {("done", shown): 1}
    assert board.samples("cellblock_ctx_calls_failed_total") == {(shown,): 1}
    assert board.samples("cellblock_hook_events_total") == {(shown,): 1}
    assert len(board.samples("cellblock_worker_trouble")) == 1


def test_the_page_stays_short_whatever_the_workers_and_workspaces_are(board):
    for number in range(3_000):
        ref = WorkerRef(f"w{number}", f"bot{number}")
        board.metrics.moved(moved("running", "paused", ref))
        board.metrics.run(run(ref))
        board.metrics.call(ref.name, 0.1, good=True)
        board.metrics.request("GET", f"/{ref.name}", 200, 0.1)
        board.metrics.hooked(ref.name)
    ticks = board.samples("cellblock_ticks_total")
    assert len(ticks) == METRICS_WORKSPACES + 1
    assert ticks["done", "other"] == 3_000 - METRICS_WORKSPACES
    assert len(board.samples("cellblock_worker_trouble")) == METRICS_TROUBLED
    assert board.value("cellblock_workers", "paused") == 3_000
    assert len(board.metrics.page()) < 1_000_000


def test_a_known_value_is_shown_as_it_is_however_many_come_after_it():
    values = Values(2)
    assert [values(one) for one in "abcab"] == ["a", "b", "other", "a", "b"]


def test_to_count_a_call_costs_less_than_a_few_microseconds(board):
    def seconds_each(times: int = 2_000) -> float:
        begun_s = time.process_time()
        for _ in range(times):
            board.metrics.call("state", 0.0004, good=True)
        return (time.process_time() - begun_s) / times

    assert min(seconds_each() for _ in range(20)) < 10e-6


def test_each_series_stands_on_its_page_with_its_type_and_labels(board):
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\| [^|]+ \|$", page, re.MULTILINE)
    told = {name: (kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    for _ in range(2):  # twice, for a restart
        board.metrics.moved(moved("lost", "running"))
    board.metrics.moved(moved("running", "quarantined"))
    board.metrics.run(run(memory_bytes=1))
    board.metrics.call("state", 0.1, good=False)
    board.metrics.line(Line(ref=ANT, at=0.0, level="warn", message=""))
    board.metrics.request("GET", "/x", 200, 0.1)
    board.metrics.hooked("accepted")
    board.disk.look()
    made = {}
    for name, family in board.families().items():
        labels = {key for sample in family.samples for key in sample.labels} - {"le"}
        full = name + "_total" * (family.type == "counter")
        made[full] = (family.type, tuple(sorted(labels)))
    own = {name: shape for name, shape in made.items() if name.startswith("cellblock_")}
    assert {name: (kind, tuple(sorted(labels))) for name, (kind, labels) in told.items()} == own
    assert all(name.startswith(("cellblock_", "process_")) for name in made)


def test_the_client_library_is_imported_by_the_metrics_alone():
    code = """
import sys
import cellblock.journal.writer, cellblock.journal.sweeper, cellblock.journal.disk
import cellblock.cli.main, cellblock.compose
print("prometheus_client" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
