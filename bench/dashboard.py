"""What it costs the workers when people look: lateness of ticks with twenty tabs open, and none.

A service of 1,000 workers at one tick a second each. In turn, all tabs are closed and all are open:
half of them at the table of all workers, half at a worker's page, each in a real browser, each
asking once a second as a tab does that somebody looks at. Lateness is read from the journal's own
runs. In life the browser is another machine's; so it has one processor for itself here, and the
service makes do with the others, with tabs and without.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import measure
import service
from cellblock.store.records import RunStatistics
from measure import Column, Goal, Report, Row
from processes import family

RISE_MS = 20.0
"""Goal: by how much the p99 of lateness may rise."""
TABS, WORKERS, ROUNDS, WINDOW_S, SETTLE_S = 20, 1_000, 4, 10.0, 3.0
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time with the tabs open, or closed."""

    begun_at: float
    ended_at: float
    host: float
    """Processor seconds of the service's process."""
    browser: float
    """Processor seconds of the browser, all its processes."""

    @property
    def seconds(self) -> float:
        """How long was looked."""
        return self.ended_at - self.begun_at


class Browser:
    """A browser in a process of its own, on a processor that is not the service's."""

    def __init__(self, url: str, token: str, tabs: int) -> None:
        command = on([_apart()], sys.executable, __file__, "--browse", url, token, str(tabs))
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            sys.exit("the browser ended")
        return said.strip()

    def tell(self, word: str) -> str:
        """Have all tabs opened or closed; returns when they are."""
        assert self._process.stdin is not None
        print(word, file=self._process.stdin, flush=True)
        return self._heard()

    @property
    def pids(self) -> list[int]:
        """All its processes."""
        return [self._process.pid, *family(self._process.pid)]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def _apart() -> int:
    """Give the processor that is the browser's."""
    return max(os.sched_getaffinity(0))


def on(processors: Iterable[int], *command: str) -> list[str]:
    """Give the command that runs another on some processors alone."""
    return ["taskset", "--cpu-list", ",".join(map(str, processors)), *command]


def browse(url: str, token: str, tabs: int) -> None:
    """Be the browser: hear ``open`` and ``close`` on stdin, say when it is done."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, _NAMES)), None)
    flags = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=flags)
        context = browser.new_context(viewport={"width": 1360, "height": 850})
        context.set_default_timeout(60_000)
        context.request.post(f"{url}/api/v1/session", data={"token": token})
        pages = [context.new_page() for _ in range(tabs)]
        print("ready", flush=True)
        for word in sys.stdin:
            for number, page in enumerate(pages):
                if word.strip() == "close":
                    page.goto("about:blank")
                    continue
                at_worker = f"#/w/default/workers/w{number:04}/overview"
                page.goto(f"{url}/{at_worker if number % 2 else '#/w/default/workers'}")
                page.get_by_role("heading", level=1).wait_for()
            print(word.strip(), flush=True)
        browser.close()


def look(host: int, browser: Browser, seconds: float) -> Window:
    """Look for so long."""
    jobs = {host: "host"} | dict.fromkeys(browser.pids, "browser")
    begun_at, before = time.time(), service.cpu_s(jobs)
    time.sleep(seconds)
    ended_at, after = time.time(), service.cpu_s(jobs)
    spent = {"host": 0.0, "browser": 0.0}
    for pid in after.keys() & before.keys():
        spent[jobs[pid]] += after[pid] - before[pid]
    return Window(begun_at, ended_at, **spent)


def windows(folder: Path, options: Namespace) -> dict[str, list[Window]]:
    """Start the service, and look in turn with tabs and without."""
    folder.mkdir(mode=0o700)
    asyncio.run(service.deploy(folder, options.workers))
    rest = os.sched_getaffinity(0) - {_apart()} or {_apart()}
    serve = ["-m", "cellblock", "serve", "--data", str(folder), "--port", "0"]
    command = on(rest, sys.executable, *serve)
    begun = time.monotonic()
    with (folder / "log").open("wb") as log:
        host = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while (service.ask(folder) or {}).get("running", 0) < options.workers:
            if time.monotonic() - begun > service.START_S or host.poll() is not None:
                sys.exit(f"not all run: {(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.2)
        url = json.loads((folder / "server.json").read_text("utf-8"))["url"]
        browser = Browser(url, (folder / "admin.token").read_text("ascii").strip(), options.tabs)
        found: dict[str, list[Window]] = {"close": [], "open": []}
        for _ in range(options.rounds):
            for word, rows in found.items():
                browser.tell(word)
                time.sleep(SETTLE_S)
                rows.append(look(host.pid, browser, options.seconds))
        browser.close()
        return found
    finally:
        host.send_signal(signal.SIGTERM)
        host.wait(60)


COLUMNS = (
    Column("ticks/s", 0),
    Column("skipped", 0),
    Column("late p50 ms"),
    Column("p99"),
    Column("processors, host", 2),
    Column("browser", 2),
)


def row(label: str, found: list[Window], runs: list[RunStatistics]) -> Row:
    """Give one line of the table: medians over the rounds."""
    spans = list(zip(found, runs, strict=True))
    figures = (
        measure.middle([run.runs / one.seconds for one, run in spans]),
        float(sum(run.skipped for run in runs)),
        measure.middle([run.late_ms_p50 or 0.0 for run in runs]),
        measure.middle([run.late_ms_p99 or 0.0 for run in runs]),
        measure.middle([one.host / one.seconds for one in found]),
        measure.middle([one.browser / one.seconds for one in found]),
    )
    return Row(label, figures)


async def statistics(folder: Path, found: list[Window]) -> list[RunStatistics]:
    """Read the runs of each window; when the service has ended, for it alone writes the journal."""
    return [await service.statistics(folder, one.begun_at, one.ended_at) for one in found]


def take(options: Namespace) -> Report:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="cellblock-bench-") as folder:
        data = Path(folder) / "data"
        found = windows(data, options)
        runs = {word: asyncio.run(statistics(data, rows)) for word, rows in found.items()}
    pairs = zip(runs["open"], runs["close"], strict=True)
    rise = measure.middle([(a.late_ms_p99 or 0.0) - (b.late_ms_p99 or 0.0) for a, b in pairs])
    return Report(
        name="dashboard",
        title="The dashboard: what looking costs the workers",
        about=__doc__ or "",
        columns=COLUMNS,
        rows=(
            row("no tab", found["close"], runs["close"]),
            row(f"{options.tabs} tabs", found["open"], runs["open"]),
        ),
        goals=(Goal("rise of the p99 of lateness by the open tabs", rise, RISE_MS, unit="ms"),),
        ratios={},
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--browse"]:
        browse(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        sys.exit()
    given = measure.parser(__doc__)
    given.add_argument("--workers", type=int, default=WORKERS)
    given.add_argument("--tabs", type=int, default=TABS)
    given.add_argument("--rounds", type=int, default=ROUNDS)
    given.add_argument("--seconds", type=float, default=WINDOW_S)
    sys.exit(measure.main(given.parse_args(), take))
