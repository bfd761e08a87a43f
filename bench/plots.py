"""The plots beside docs/benchmarks.md, small SVGs: bars of ours and the peers, lines by workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from measure import Report, Row

OURS, PEERS, DARK, FAINT, GOAL = "#0b6e6e", "#b8bec6", "#20262e", "#e7eaee", "#c2410c"
STYLE = {
    "svg.fonttype": "none",  # text stays text: a tenth of the size
    "svg.hashsalt": "cellblock",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "sans-serif"],
    "font.size": 9.5,
    "text.color": DARK,
    "axes.edgecolor": PEERS,
    "axes.labelcolor": DARK,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": DARK,
    "ytick.color": DARK,
    "figure.facecolor": "white",
}
WIDTH = 7.6


def column(report: Report, name: str, *, after: str = "") -> int:
    """Find a column by its name; *after* another, where the name stands twice."""
    names = [one.name.strip() for one in report.columns]
    return names.index(name, names.index(after) if after else 0)


def ours(row: Row) -> bool:
    """Whether a row is of this project."""
    return row.label.startswith(("cellblock", "tick", "ctx", "import cellblock", "together"))


def number(value: float) -> str:
    """Give a figure as short as it can be read."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def bars(axes: Axes, rows: list[tuple[Row, float]], unit: str, *, log: bool = False) -> None:
    """Draw a bar for each, the longest above, with its figure at its end."""
    rows = sorted(rows, key=lambda pair: pair[1])
    places = range(len(rows))
    values = [value for _, value in rows]
    colours = [OURS if ours(row) else PEERS for row, _ in rows]
    left = min(values) / 3 if log else 0.0
    axes.barh(places, [value - left for value in values], left=left, color=colours, height=0.66)
    if log:
        axes.set_xscale("log")
        axes.set_xlim(left, max(values) * 6)
    else:
        axes.set_xlim(0, max(values) * 1.16)
    axes.set_yticks(places, [row.label for row, _ in rows])
    for label, (row, _) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if ours(row) else "normal")
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            f"{number(value)} {unit}",
            (value, place),
            (4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.grid(axis="x", color=FAINT)
    axes.set_axisbelow(True)


def chosen(report: Report, index: int) -> list[tuple[Row, float]]:
    """Give the rows that have a figure in a column."""
    return [(row, row.figures[index]) for row in report.rows if row.figures and row.figures[index]]  # type: ignore[misc]


def start(report: Report) -> plt.Figure:
    """Draw the start: until the first line of code, with numpy and pandas and without."""
    panels = ((column(report, "numpy, pandas, first line"), "import numpy, pandas"), (0, "x = 1"))
    drawn = [(chosen(report, index), code) for index, code in panels if chosen(report, index)]
    sizes = [len(rows) for rows, _ in drawn]
    figure, places = plt.subplots(
        len(drawn),
        1,
        figsize=(WIDTH, 0.3 * sum(sizes) + 0.85 * len(drawn)),
        gridspec_kw={"height_ratios": sizes},
        squeeze=False,
    )
    for axes, (rows, code) in zip(places[:, 0], drawn, strict=True):
        bars(axes, rows, "ms", log=True)
        axes.set_title(f"Until the first line after “{code}” (log scale)")
    return figure


def memory(report: Report) -> plt.Figure:
    """Draw the memory of each."""
    rows = chosen(report, 0)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.32 * len(rows) + 0.9))
    bars(axes, rows, "MB")
    axes.set_title("An idle sandbox with numpy and pandas (MB of PSS)")
    return figure


def ctx(report: Report) -> plt.Figure:
    """Draw the round trips and their work."""
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 0.34 * len(report.rows) + 1.0), sharey=True)
    order = sorted(
        (row for row in report.rows if row.figures), key=lambda row: row.figures[0] or 0.0
    )
    for place, index, title in (
        (axes[0], 0, "Round trip (µs, p50)"),
        (axes[1], 3, "Work of both sides (µs)"),
    ):
        values = [row.figures[index] or 0.0 for row in order]
        colours = [OURS if ours(row) else PEERS for row in order]
        place.barh(range(len(order)), values, color=colours, height=0.66)
        for at, value in enumerate(values):
            place.annotate(
                number(value), (value, at), (4, 0), textcoords="offset points", va="center"
            )
        place.set_xlim(0, max(values) * 1.2)
        place.set_title(title)
        place.tick_params(axis="y", length=0)
        place.spines["left"].set_visible(False)
        place.grid(axis="x", color=FAINT)
        place.set_axisbelow(True)
    axes[0].set_yticks(range(len(order)), [row.label for row in order])
    for label, row in zip(axes[0].get_yticklabels(), order, strict=True):
        label.set_fontweight("bold" if ours(row) else "normal")
    return figure


def stores(report: Report) -> plt.Figure:
    """Draw the durable sets a second by writers."""
    figure, axes = plt.subplots(figsize=(WIDTH, 2.7))
    ways: dict[str, list[tuple[float, float]]] = {}
    for row in report.rows:
        ways.setdefault(row.label, []).append((row.figures[0] or 0.0, row.figures[1] or 0.0))
    for name, points in ways.items():
        xs, ys = zip(*points, strict=True)
        colour = OURS if name == "together" else "#7a838e"
        axes.plot(xs, ys, marker="o", color=colour, linewidth=2)
        axes.annotate(
            name, (xs[-1], ys[-1]), (8, 0), textcoords="offset points", va="center", color=colour
        )
    goal(axes, 5_000, "goal 5,000 a second")
    axes.set_xscale("log")
    axes.set_xlim(0.8, 4_500)
    axes.set_xticks([1, 10, 100, 1_000], ["1", "10", "100", "1,000"])
    axes.minorticks_off()
    axes.set_xlabel("writers at once")
    thousands(axes)
    axes.set_title("Durable sets a second on SQLite")
    return figure


def _counts(rows: list[Row]) -> list[float]:
    return [float(row.label.split()[0].replace(",", "")) for row in rows]


def density(report: Report) -> plt.Figure:
    """Draw cost, lateness and memory by the number of workers."""
    bare = [row for row in report.rows if "bare" in row.label]
    rows = [row for row in report.rows if row not in bare]
    workers, processes = _counts(rows), _counts(bare)
    host, jail = column(report, "a tick µs, host"), column(report, "jail")
    late = column(report, "late p50 ms")
    size = column(report, "all in MB")
    figures = [[value or 0.0 for value in row.figures] for row in rows]
    least = [(row.figures[host] or 0.0) + (row.figures[jail] or 0.0) for row in bare]
    figure, (cost, lateness, memory_) = plt.subplots(1, 3, figsize=(WIDTH + 2, 2.9))
    hosts = [one[host] for one in figures]
    both = [one[host] + one[jail] for one in figures]
    cost.fill_between(workers, 0, hosts, color=OURS, alpha=0.85, linewidth=0)
    cost.fill_between(workers, hosts, both, color="#8fc7c2", linewidth=0)
    cost.plot(workers, both, marker="o", color=DARK, linewidth=1, markersize=3.5)
    cost.plot(processes, least, marker="o", color="#7a838e", linewidth=1, markersize=3.5)
    if bare:
        cost.annotate("bare", (processes[0], least[0]), (0, -11), textcoords="offset points")
    middle = len(workers) // 2
    cost.text(workers[middle], hosts[middle] * 0.45, "host", color="white", ha="center")
    cost.text(workers[middle], (hosts[middle] + both[middle]) / 2, "jail", ha="center", va="center")
    cost.set_title("Work of a tick (µs)")
    for index, name, colour in ((late, "p50", "#8fc7c2"), (late + 1, "p99", OURS)):
        values = [one[index] for one in figures]
        lateness.plot(workers, values, marker="o", color=colour, linewidth=2, markersize=4)
        lateness.annotate(
            name, (workers[-1], values[-1]), (5, 0), textcoords="offset points", va="center"
        )
    goal(lateness, 50, "goal 50, p99")
    lateness.set_title("Lateness (ms)")
    sizes = [one[size] for one in figures]
    memory_.plot(workers, sizes, marker="o", color=OURS, linewidth=2, markersize=4)
    goal(memory_, 2.5, "goal 2.5 at 4,000")
    memory_.set_title("All in, a worker (MB)")
    for axes in (cost, lateness, memory_):
        axes.set_xlim(0, max(workers) * 1.12)
        axes.set_xlabel("workers")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.grid(axis="y", color=FAINT)
        axes.set_axisbelow(True)
    return figure


def weight(report: Report) -> plt.Figure:
    """Draw the cold commands."""
    rows = chosen(report, 0)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.34 * len(rows) + 0.9))
    bars(axes, rows, "ms")
    axes.set_title("A fresh process, to its end or its first tick (ms)")
    return figure


def goal(axes: Axes, value: float, name: str) -> None:
    """Draw a goal as a dashed line, with room for its name above."""
    axes.axhline(value, color=GOAL, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        name,
        (0.98, value),
        (0, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        color=GOAL,
        fontsize=8,
        ha="right",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8},
    )
    axes.set_ylim(0, max(axes.get_ylim()[1], value * 1.25))


def thousands(axes: Axes) -> None:
    """Write large numbers with commas, and rule the height."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="y", color=FAINT)
    axes.set_axisbelow(True)


DRAWN: dict[str, Callable[[Report], plt.Figure]] = {
    "start": start,
    "memory": memory,
    "ctx": ctx,
    "stores": stores,
    "density": density,
    "weight": weight,
}


def draw(folder: Path, reports: dict[str, Report], suffix: str = "svg") -> None:
    """Draw every report that has a plot."""
    with mpl.rc_context(STYLE):
        for name, report in reports.items():
            if name in DRAWN:
                figure = DRAWN[name](report)
                figure.tight_layout()
                metadata = {"Date": None} if suffix == "svg" else None
                figure.savefig(folder / f"{name}.{suffix}", metadata=metadata, dpi=110)
                plt.close(figure)
