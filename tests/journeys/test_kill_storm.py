"""Kills at random moments: no acknowledged write, line or version is lost, no tick runs twice."""

from __future__ import annotations

import os
import sys

import pytest

from journeys.storm import Plan, Storm, no_kept_count_is_lost, no_tick_ran_twice


def entry(what: str, n: int, count: int) -> dict[str, object]:
    return {"what": what, "worker": "default/w", "n": n, "planned_at": float(n), "count": count}


def test_the_ledger_tells_of_a_tick_that_ran_twice():
    good = [entry("begin", 1, 0), entry("done", 1, 1), entry("begin", 2, 1)]
    no_tick_ran_twice("w", good)
    with pytest.raises(AssertionError):
        no_tick_ran_twice("w", [*good, entry("begin", 2, 1)])


def test_the_ledger_tells_of_a_count_that_was_lost():
    good = [entry("begin", 1, 0), entry("done", 1, 1), entry("begin", 2, 1), entry("begin", 3, 2)]
    assert no_kept_count_is_lost("w", good) == 1
    assert no_kept_count_is_lost("w", [*good[:3], entry("begin", 3, 1)]) == 1
    with pytest.raises(AssertionError):
        no_kept_count_is_lost("w", [*good[:2], entry("begin", 2, 0)])
    with pytest.raises(AssertionError):
        no_kept_count_is_lost("w", [*good[:3], entry("begin", 3, 3)])


def storm(folder, workers, kills):
    seed = int(os.environ.get("STORM_SEED", "5"))
    report = Storm(folder, Plan(workers=workers, kills=kills, seed=seed)).run()
    sys.stderr.write(f"{report}\n")
    assert sum(report.kills.values()) == kills


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_hundred_kills_lose_nothing_and_everything_runs_again(tmp_path):
    storm(
        tmp_path,
        int(os.environ.get("STORM_WORKERS", "200")),
        int(os.environ.get("STORM_KILLS", "100")),
    )


@pytest.mark.slow
@pytest.mark.jail
@pytest.mark.timeout(200)
def test_few_kills_of_few_workers_lose_nothing_for_any_user(tmp_path):
    storm(tmp_path, 20, 12)
