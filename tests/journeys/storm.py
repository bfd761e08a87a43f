"""A storm of kills over a service, and what must be true of the ledger afterwards.

In: a plan: workers, kills, a seed. Out: a report; AssertionError for each promise that was broken.
Everything is seen from outside: the ledger that the plugin writes, /proc, and the HTTP API.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from journeys import storm_ledger
from journeys.serving import Serving, family, wait_for

LINE_AGE_S = 1.0
"""A log line older than this is never lost."""
_TARGETS = {"host": 10, "zygote": 15, "worker": 75}
Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is done."""

    workers: int
    kills: int
    seed: int
    pause_s: tuple[float, float] = (0.05, 0.5)
    """Between two kills."""
    seconds: float = math.inf
    """No kill begins after so long."""
    back_s: float = 60.0
    """When everything must run again after the last kill."""


@dataclass(frozen=True)
class Kill:
    """One kill."""

    at: float
    what: str
    pid: int


@dataclass
class Report:
    """What is worth telling."""

    kills: dict[str, int] = field(default_factory=dict)
    wall_s: float = 0.0
    processes_s: float = 0.0
    """From the last kill until each worker was seen to have a process again; the pause after the
    kill is part of it."""
    ticks_s: float = 0.0
    """From the last kill until each worker has ticked again."""
    ticks: int = 0
    unfinished: int = 0
    """Ticks that a kill cut off."""
    lines: int = 0
    lines_checked: int = 0
    deploys: int = 0


class Storm:
    """One storm."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan = plan
        self.ledger = folder / "ledger.jsonl"
        site = storm_ledger.install(folder / "site")
        self.serving = Serving(folder / "data", site=site)
        self.names = [f"w{number:04}" for number in range(plan.workers)]
        self.kills: list[Kill] = []
        self.deployed: list[tuple[str, int, str]] = []
        """Worker, number and note of each version that was acknowledged."""
        self.report = Report()
        self._random = random.Random(plan.seed)

    def run(self) -> Report:
        """Do all of it."""
        try:
            self.prepare()
            begun = time.monotonic()
            self.rage()
            self.recover()
            self.report.wall_s = time.monotonic() - begun
            self.judge()
        finally:
            self.serving.close()
        return self.report

    def prepare(self) -> None:
        """Start, deploy, and wait until each has ticked."""
        self.serving.start()
        self.serving.ask(
            "PUT",
            "/workspaces/default/connections/ledger/main",
            json={"settings": {"path": str(self.ledger)}, "secrets": {}},
        )
        for name in self.names:
            self._deploy(name, "first")
        wait_for(lambda: self._ticked(0.0) == set(self.names), 120, self._missing)

    def rage(self) -> None:
        """Kill, again and again, and start the host anew whenever it was the one."""
        targets = list(_TARGETS)
        until = time.monotonic() + self.plan.seconds
        while len(self.kills) < self.plan.kills and time.monotonic() < until:
            what = self._random.choices(targets, weights=list(_TARGETS.values()))[0]
            self._kill(what)
            if self._random.random() < 0.3:
                self._deploy_if_it_answers()
            time.sleep(self._random.uniform(*self.plan.pause_s))

    def recover(self) -> None:
        """Wait until everything runs again."""
        last = self.kills[-1].at
        self.serving.wait_ready()
        wait_for(lambda: len(self._workers()) >= self.plan.workers, self.plan.back_s, self._missing)
        self.report.processes_s = time.time() - last
        wait_for(lambda: self._ticked(last) == set(self.names), self.plan.back_s, self._missing)
        first: dict[str, float] = {}
        for entry in self.entries():
            if entry["what"] == "begin" and entry["at"] > last:
                first.setdefault(entry["worker"], entry["at"])
        self.report.ticks_s = max(first.values()) - last
        for kill in self.kills:
            self.report.kills[kill.what] = self.report.kills.get(kill.what, 0) + 1

    def judge(self) -> None:
        """Hold the ledger against every promise."""
        entries = list(self.entries())
        by_worker: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            by_worker[entry["worker"].partition("/")[2]].append(entry)
        assert set(by_worker) == set(self.names)
        for name, own in by_worker.items():
            no_tick_ran_twice(name, own)
            self.report.unfinished += no_kept_count_is_lost(name, own)
        self.report.ticks = sum(entry["what"] == "begin" for entry in entries)
        self._no_line_is_lost(entries)
        self._no_version_is_lost()
        self._no_run_is_told_twice()

    def entries(self) -> Iterator[Entry]:
        """Read the ledger; each line is whole, for it was written by one call."""
        for line in self.ledger.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)

    # Steps

    def _kill(self, what: str) -> None:
        if what == "host":
            pid = self.serving.pid
            self.serving.kill()
            self.kills.append(Kill(time.time(), what, pid))
            self.serving.launch()
            return
        # As it starts they are killed as soon as they are there.
        there = wait_for(lambda: self._there(what), self.plan.back_s, lambda: self.serving.said)
        pid = self._random.choice(there)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills.append(Kill(time.time(), what, pid))

    def _there(self, what: str) -> list[int]:
        assert self.serving.process is not None
        assert self.serving.process.poll() is None, self.serving.said[-3_000:]
        zygotes, workers = family(self.serving.pid)
        return sorted(zygotes if what == "zygote" else workers)

    def _deploy_if_it_answers(self) -> None:
        name = self._random.choice(self.names)
        with contextlib.suppress(httpx.TransportError, AssertionError):
            if self.serving.ready():
                self._deploy(name, f"after {len(self.kills)} kills")

    def _deploy(self, name: str, note: str) -> None:
        source = f"{storm_ledger.WORKER}\n# {note}\n"
        made = self.serving.deploy(
            name,
            source,
            interval_s=1.0,
            connect=["ledger"],
            limits={"max_errors": 1_000_000},
        )
        self.deployed.append((name, made["worker"]["version"]["number"], note))
        self.report.deploys += 1

    def _workers(self) -> list[int]:
        return family(self.serving.pid)[1]

    def _ticked(self, after: float) -> set[str]:
        """Give the workers that began a tick after a moment."""
        if not self.ledger.exists():
            return set()
        return {
            entry["worker"].partition("/")[2]
            for entry in self.entries()
            if entry["what"] == "begin" and entry["at"] > after
        }

    def _missing(self) -> object:
        last = self.kills[-1].at if self.kills else 0.0
        left = sorted(set(self.names) - self._ticked(last))
        shown = [self.serving.worker(name) for name in left[:2]]
        return len(left), left[:5], shown, len(self._workers()), self.serving.said[-2_000:]

    # Promises that need more than the ledger

    def _no_line_is_lost(self, entries: list[Entry]) -> None:
        looked_at = time.time()
        kept = {
            (line["worker"], line["message"])
            for line in self.serving.pages("/workspaces/default/logs", contains="tick ")
        }
        self.report.lines = len(kept)
        hosts = [kill.at for kill in self.kills if kill.what == "host"]
        lost = []
        for entry in entries:
            at = entry["at"]
            if entry["what"] != "said" or at > looked_at - LINE_AGE_S:
                continue
            if any(0 <= kill - at < LINE_AGE_S for kill in hosts):
                continue
            name = entry["worker"].partition("/")[2]
            self.report.lines_checked += 1
            if (name, f"tick {entry['n']} count {entry['count']}") not in kept:
                lost.append(entry)
        assert not lost, (len(lost), lost[:5])
        assert self.report.lines_checked > self.plan.workers

    def _no_version_is_lost(self) -> None:
        wanted = {name: number for name, number, _ in self.deployed}
        for name, number, note in self.deployed:
            version = self.serving.ask(
                "GET", f"/workspaces/default/workers/{name}/versions/{number}"
            )
            assert version["source"].endswith(f"# {note}\n"), (name, number, note)
        for name in {name for name, _, note in self.deployed if note != "first"}:
            worker = self.serving.worker(name)
            assert worker["version"]["number"] >= wanted[name]
            assert worker["running_version"] == worker["version"]["number"], worker

    def _no_run_is_told_twice(self) -> None:
        seen: set[tuple[str, int]] = set()
        for run in self.serving.pages("/workspaces/default/runs"):
            key = (run["worker"], run["n"])
            assert key not in seen, run
            seen.add(key)
        assert len(seen) > self.plan.workers


def no_tick_ran_twice(name: str, entries: list[Entry]) -> None:
    """Each number and each planned slot began once, and they rise."""
    begun = [entry for entry in entries if entry["what"] == "begin"]
    numbers = [entry["n"] for entry in begun]
    assert all(one < two for one, two in pairwise(numbers)), (name, numbers)
    planned = [entry["planned_at"] for entry in begun]
    assert all(one < two for one, two in pairwise(planned)), (name, planned)


def no_kept_count_is_lost(name: str, entries: list[Entry]) -> int:
    """Each tick found the count that was kept last; gives how many ticks were cut off.

    One that was cut off before it was told so may have kept its count, or not.
    """
    cut_off = 0
    may_be = {0}
    open_tick = False
    for entry in entries:
        if entry["what"] == "begin":
            cut_off += open_tick
            assert entry["count"] in may_be, (name, entry, may_be)
            may_be = {entry["count"], entry["count"] + 1}
            open_tick = True
        elif entry["what"] == "done":
            may_be = {entry["count"]}
            open_tick = False
    return cut_off
