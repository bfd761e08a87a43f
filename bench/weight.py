"""What the commands weigh: import, help, and a run from nothing to the end of the first tick.

Each is a fresh process, beside a Python that does nothing and one that imports numpy and pandas.
*Work* is the processor time of the process and of all it started and waited for.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

import measure
from measure import Column, Goal, Report, Row

NOTHING, DATA = "python -c pass", "python -c 'import numpy, pandas'"
WORKERS = {"plain_worker.py": "def tick(ctx):\n    pass\n"}
# In the folder in which all commands run: a name of a module would take its place.
WORKERS["pandas_worker.py"] = "import numpy, pandas\n\n\ndef tick(ctx):\n    pandas.DataFrame()\n"
CELLBLOCK = [sys.executable, "-m", "cellblock"]
RUN = [*CELLBLOCK, "run", "--ticks", "1", "--interval", "1s", "--json"]
COMMANDS = {
    NOTHING: [sys.executable, "-c", "pass"],
    DATA: [sys.executable, "-c", "import numpy, pandas"],
    "import cellblock": [sys.executable, "-c", "import cellblock"],
    "cellblock --help": [*CELLBLOCK, "--help"],
    "cellblock run, no pandas": [*RUN, "plain_worker.py"],
    "cellblock run, pandas": [*RUN, "pandas_worker.py"],
}
GOAL_MS = {"import cellblock": 60.0, "cellblock --help": 250.0}
GOAL_MS |= {"cellblock run, no pandas": 400.0, "cellblock run, pandas": 1_000.0}


def once(command: list[str], folder: Path) -> tuple[float, float]:
    """Give the seconds until its first tick is told, or its end, and its processor time."""
    begun, before = time.perf_counter(), _children_s()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    told = 0.0
    for line in process.stdout:
        if not told and b'"event":"tick"' in line.replace(b" ", b""):
            told = time.perf_counter() - begun
    assert process.wait() == 0, command
    return told or time.perf_counter() - begun, _children_s() - before


def _children_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def take(options: Namespace) -> Report:
    """Measure."""
    rounds = 2 if options.short else options.rounds
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for name, source in WORKERS.items():
            Path(folder, name).write_text(source, "utf-8")
        for number in range(rounds + 1):
            for name, command in COMMANDS.items():
                times = once(command, Path(folder))
                if number or options.short:
                    found[name].append(times)
    rows, goals, ratios = [], [], {}
    for name, times in found.items():
        wall = [one[0] * 1e3 for one in times]
        work = [one[1] for one in times]
        figures = measure.middle(wall), measure.percentile(wall, 0.99), measure.middle(work) * 1e3
        rows.append(Row(name, figures))
        if name in GOAL_MS:
            goals.append(Goal(name, figures[0], GOAL_MS[name], unit="ms"))
            ratios[f"work of {name} / {DATA}"] = measure.ratio(work, [t[1] for t in found[DATA]])
    return Report(
        name="weight",
        title="Import weight and a cold run, ms",
        about=__doc__ or "",
        columns=tuple(Column(name) for name in ("p50", "p99", "work")),
        rows=tuple(rows),
        goals=tuple(goals),
        ratios=ratios,
    )


if __name__ == "__main__":
    given = measure.parser(__doc__)
    given.add_argument("--rounds", type=int, default=15)
    sys.exit(measure.main(given.parse_args(), take))
