"""What all measurements share: the report, goals, ratios against peers, and the table in print.

A measurement takes its figures in rounds, each figure once a round, so that what a shared machine
does to one it does to all. What is compared is the ratio within a round. A report is JSON: the
page, the plots and the comparison with the baseline are made of it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec


class Column(msgspec.Struct, frozen=True):
    """One figure of every row: its name with the unit, and the digits that it is shown with."""

    name: str
    digits: int = 1


class Row(msgspec.Struct, frozen=True):
    """One line of the table: what was measured, a figure for each column, or why there is none."""

    label: str
    figures: tuple[float | None, ...] = ()
    note: str = ""


class Goal(msgspec.Struct, frozen=True):
    """What is to be reached; *least* tells that more is better."""

    what: str
    found: float
    bound: float
    least: bool = False
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.found >= self.bound if self.least else self.found <= self.bound


class Ratio(msgspec.Struct, frozen=True):
    """Ours against a peer's in the same run, where less is better.

    It is told twice, from the middle and from the quick end of the rounds: noise shifts the one or
    the other, what the code does shifts both. *wall* tells that it is of wall time, which holds the
    wait for a processor that others use, and not of processor time, memory or a count.
    """

    middle: float
    """Of the ratios within each round, the median."""
    quick: float
    """Of both, the lower quartile, divided."""
    wall: bool = False


class Report(msgspec.Struct, frozen=True):
    """What one measurement found."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    goals: tuple[Goal, ...] = ()
    ratios: dict[str, Ratio] = {}
    notes: tuple[str, ...] = ()
    unable: dict[str, str] = {}
    """A word of the ratios that cannot be had here, and why."""
    seconds: float = 0.0
    others: float = 0.0
    """Processors that others kept busy meanwhile."""
    taken_at: float = 0.0

    @property
    def met(self) -> bool:
        """Whether all goals are."""
        return all(goal.met for goal in self.goals)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that *share* of them do not pass."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return statistics.median(values)


def ratio(ours: Sequence[float], peers: Sequence[float], *, wall: bool = False) -> Ratio:
    """Compare two figures that were taken in the same rounds."""
    if len(ours) != len(peers) or not ours:
        raise ValueError("a ratio needs both figures of every round")
    within = [one / other for one, other in zip(ours, peers, strict=True)]
    return Ratio(middle(within), percentile(ours, 0.25) / percentile(peers, 0.25), wall)


def one_processor() -> None:
    """Keep this process and all it starts on one processor: waking another costs more than us."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def work_s(*pids: int) -> float:
    """Give the processor time of living processes, to the nanosecond (clock_getcpuclockid)."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def busy_s() -> float:
    """Give the processor time that this machine has spent on anybody."""
    words = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, words[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_s() -> float:
    """Give the processor time of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def show(report: Report) -> str:
    """Give the table as text."""
    width = max(len(row.label) for row in report.rows)
    widths = [max(9, len(column.name) + 2) for column in report.columns]
    lines = [f"{report.title:{width}}", " " * width]
    lines = [
        "".ljust(width)
        + "".join(c.name.rjust(w) for c, w in zip(report.columns, widths, strict=True))
    ]
    for row in report.rows:
        cells = [
            text(value, column) for value, column in zip(row.figures, report.columns, strict=False)
        ]
        line = row.label.ljust(width) + "".join(
            c.rjust(w) for c, w in zip(cells, widths, strict=False)
        )
        lines.append(f"{line}  {row.note}".rstrip())
    lines += [f"{tell(goal)}" for goal in report.goals]
    lines += report.notes
    return "\n".join(lines)


def text(value: float | None, column: Column) -> str:
    """Give one figure as it is shown."""
    return "–" if value is None else f"{value:,.{column.digits}f}"


def tell(goal: Goal) -> str:
    """Give one goal as a sentence."""
    sign, unit = "≥" if goal.least else "≤", f" {goal.unit}".rstrip()
    verdict = "met" if goal.met else "MISSED"
    return f"{verdict}: {goal.what}: {goal.found:,.4g}{unit}, to be {sign} {goal.bound:,g}{unit}"


def parser(about: str | None) -> argparse.ArgumentParser:
    """Give the options that every measurement has."""
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--short", action="store_true", help="as few rounds as tell a regression")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the report there too")
    return options


def main(options: argparse.Namespace, take: Callable[[argparse.Namespace], Report]) -> int:
    """Measure, print, write the report; 1 if a goal was missed."""
    begun, before = time.monotonic(), busy_s() - own_s()
    report = take(options)
    seconds = time.monotonic() - begun
    others = max(0.0, (busy_s() - own_s() - before) / seconds)
    report = msgspec.structs.replace(
        report, seconds=round(seconds, 1), others=round(others, 2), taken_at=round(time.time())
    )
    print(report.title)
    print(show(report))
    sys.stdout.flush()
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return 0 if report.met else 1
