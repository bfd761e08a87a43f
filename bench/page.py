"""docs/benchmarks.md out of the kept reports: goals first, then a section for each measurement."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec

from measure import Goal, Report, text

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """\
# Benchmarks

Written by `make bench` out of the figures in [benchmarks/results.json](benchmarks/results.json);
not by hand. Ours and the peers are taken in turn in one run, so the ratios hold where the
milliseconds do not: this is {machine}. A peer that is not installed is named with the command that
gets it. `make bench-check`, a part of `make check`, takes a short form and compares its ratios with
`bench/baseline.json`.

{versions}

## Goals

| measurement | goal | found | to be | |
|---|---|--:|--:|---|
{goals}
"""
SECTION = """\
## {title}

{about}

{plot}{table}

{notes}Taken {date} in {seconds:,.0f} s, while others kept {others:.1f} processors busy.
"""


class Results(msgspec.Struct, frozen=True):
    """What is kept of a run."""

    machine: dict[str, str]
    versions: dict[str, str]
    reports: dict[str, Report]


def file(folder: Path) -> Path:
    """Give the place of the kept reports."""
    return folder / "benchmarks" / "results.json"


def kept(folder: Path) -> bool:
    """Whether there are reports."""
    return file(folder).exists()


def read(folder: Path) -> Results:
    """Read what is kept."""
    return msgspec.json.decode(file(folder).read_bytes(), type=Results)


def write(folder: Path, results: Results) -> None:
    """Keep the reports, draw the plots, write the page."""
    import plots  # matplotlib is heavy, and not there for the tests

    (folder / "benchmarks").mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(results), indent=1)
    file(folder).write_bytes(encoded + b"\n")
    plots.draw(folder / "benchmarks", results.reports)
    (folder / "benchmarks.md").write_text(page(results), "utf-8")


def page(results: Results) -> str:
    """Give the page."""
    facts = results.machine
    machine = (
        f"{facts['cores']} cores of {facts['processor']}, {facts['memory']}, {facts['system']},"
        f" {facts['virtual']}, measured as {facts['user']}"
    )
    versions = " · ".join(f"{name} {version}" for name, version in results.versions.items())
    goals = "\n".join(
        goal_row(report, goal) for report in results.reports.values() for goal in report.goals
    )
    head = HEAD.format(machine=machine, versions=versions, goals=goals)
    return "\n".join([head, *map(section, results.reports.values())])


def goal_row(report: Report, goal: Goal) -> str:
    """Give one line of the table of goals."""
    verdict = "met" if goal.met else "**missed**"
    sign, unit = "≥" if goal.least else "≤", f" {goal.unit}".rstrip()
    found = f"{goal.found:,.0f}" if abs(goal.found) >= 1_000 else f"{goal.found:,.3g}"
    return f"| {report.name} | {goal.what} | {found}{unit} | {sign} {goal.bound:,g} | {verdict} |"


def section(report: Report) -> str:
    """Give the section of one measurement."""
    about = report.about.partition("\n\n")
    plot = f"![{report.title}](benchmarks/{report.name}.svg)\n\n" if report.name in PLOTTED else ""
    date = time.strftime("%Y-%m-%d", time.gmtime(report.taken_at))
    return SECTION.format(
        title=report.title,
        about=" ".join(" ".join(part for part in about if part.strip()).split()),
        plot=plot,
        table=table(report),
        notes="".join(f"{note}\n\n" for note in report.notes),
        date=date,
        seconds=report.seconds,
        others=report.others,
    )


PLOTTED = ("start", "memory", "ctx", "stores", "density", "weight")


def table(report: Report) -> str:
    """Give the table of one measurement."""
    names = [column.name.strip() for column in report.columns]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]
    for row in report.rows:
        label = f"**{row.label}**" if row.label.startswith("cellblock") else row.label
        if row.figures:
            pairs = zip(row.figures, report.columns, strict=True)
            cells = [text(value, column) for value, column in pairs]
        else:
            cells = [row.note, *[""] * (len(names) - 1)]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    write(DOCS, read(DOCS))
    sys.exit(0)
