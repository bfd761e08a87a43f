"""``ps``, ``runs``, ``versions``, ``diff``: what there is, as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from cellblock.cli.remote import show, times, views
from cellblock.cli.remote.deploying import schedule
from cellblock.cli.remote.desk import Desk
from cellblock.cli.remote.show import Column
from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import one_line, printable
from cellblock.errors import OperatorFault

_WIDE_COLUMNS = 110
"""From this width on a terminal shows all of a run."""
_REASONS = 10
"""Reasons that are told under the table of workers."""
_HINTS = 3
"""Workers of which it is told there what to do."""


def workers(desk: Desk, *, everywhere: bool, state: str | None) -> int:
    """List workers. Raises: CellblockError."""
    where = "/workers" if everywhere else desk.at("workers")
    raw = list(desk.client.raw_items(where))
    found = [desk.client.shaped(item, views.WorkerView) for item in raw]
    if state is not None:  # by the words of the table, of which the server does not know all
        raw = [item for item, one in zip(raw, found, strict=True) if one.shown_state == state]
        found = [one for one in found if one.shown_state == state]
    if desk.as_json:
        show.value(raw)
        return 0
    place = "" if everywhere else f" in workspace {desk.workspace}"
    if not found:
        if state:
            show.say(f"There is no worker that is {one_line(state)}{place}.")
        else:
            show.say(f"There is no worker{place}; `cellblock deploy worker.py` makes one.")
        return 0
    show.put(table_of(found, time.time(), everywhere=everywhere))
    for reason in reasons(found):
        show.say(reason, "yellow")
    for hint in hints(found):
        show.say(hint, "dim")
    return 0


def table_of(
    found: Sequence[views.WorkerView], now: float, *, everywhere: bool, width: int | None = None
) -> Any:
    """Make the table of workers, *width* columns wide at the most."""
    columns: list[Column | str] = [
        Column("NAME", gives=True),
        "STATE",
        Column("VER", right=True),
        Column("EVERY", gives=True),
        "LAST",
        Column("LATE", right=True),
        Column("ERR", right=True),
        "NEXT",
    ]
    rows = [_worker(item, now) for item in found]
    if everywhere:
        columns.insert(0, Column("WORKSPACE", gives=True))
        rows = [(item.workspace, *row) for item, row in zip(found, rows, strict=True)]
    return show.table(columns, rows, width)


def _worker(item: views.WorkerView, now: float) -> tuple[object, ...]:
    run = item.last_run
    last = Text("-", style="dim")
    if run is not None:
        last = Text(one_line(run.outcome, 20), style=show.STYLES.get(run.outcome, ""))
        last.append(f" {times.ago(run.started_at, now)}", style="dim")
    every = schedule(item.settings).removeprefix("every ").removesuffix(" UTC")
    version = str(item.version.number)
    if item.running_version not in {None, item.version.number} and item.state == "running":
        version = f"{item.running_version}→{version}"
    late = run is not None and run.late_ms >= 1
    return (
        item.name,
        item.shown_state,
        version,
        every,
        last,
        times.milliseconds(run.late_ms) if run is not None and late else "-",
        Text(str(item.errors), style="red" if item.errors else "dim"),
        times.ahead(item.next_at if item.shown_state == "running" else None, now),
    )


def reasons(found: Sequence[views.WorkerView]) -> list[str]:
    """Say why workers do not run, of some of them."""
    told = [
        one_line(f"{item.name} is {item.shown_state}: {item.reason}", 300)
        for item in found
        if item.reason and item.desired == "running" and item.state != "running"
    ]
    return _some(told, _REASONS)


def hints(found: Sequence[views.WorkerView]) -> list[str]:
    """Say what to do for workers that do not go on by themselves, for some of them."""
    told = []
    for item in found:
        room = "" if item.workspace == "default" else f" -w {item.workspace}"
        name = f"{item.name}{room}"
        if item.shown_state == "paused":
            told.append(
                f"{item.name}: look at `cellblock logs {name}`, then `cellblock deploy` it mended, "
                f"or `cellblock start {name}`"
            )
        elif item.shown_state == "quarantined":
            told.append(
                f"{item.name}: look at `cellblock logs {name}`; if you trust it, "
                f"`cellblock release {name}`, then `cellblock start {name}`"
            )
    return _some([one_line(hint, 500) for hint in told], _HINTS)


def _some(told: list[str], most: int) -> list[str]:
    more = len(told) - most
    return told[:most] + ([f"… and {more} more"] if more > 0 else [])


def runs(desk: Desk, name: str | None, query: dict[str, Any], count: int) -> int:
    """List runs, the newest at the end. Raises: CellblockError."""
    where = desk.worker(name, "runs") if name else desk.at("runs")
    raw = list(desk.client.raw_items(where, query, count))
    if desk.as_json:
        show.value(raw)
        return 0
    now = time.time()
    found = [desk.client.shaped(item, views.RunView) for item in reversed(raw)]
    columns: list[Column | str] = [Column("N", right=True), "STARTED", "OUTCOME"]
    columns += [Column(title, right=True) for title in ("TOOK", "LATE", "SKIP")]
    wide = show.console().width >= _WIDE_COLUMNS
    if wide:
        columns += ["CAUSE", *(Column(title, right=True) for title in ("CALLS", "CPU", "MEMORY"))]
    columns.append(Column("ERROR", gives=True))
    rows = [_run(item, now, wide=wide) for item in found]
    if name is None:
        columns.insert(0, Column("NAME", gives=True))
        rows = [(item.worker, *row) for item, row in zip(found, rows, strict=True)]
    show.rows(columns, rows, "No run is kept.")
    return 0


def _run(item: views.RunView, now: float, *, wide: bool) -> tuple[object, ...]:
    more: tuple[object, ...] = (
        item.cause,
        item.ctx_calls,
        times.milliseconds(item.cpu_ms),
        times.bytes_(item.memory_bytes),
    )
    return (
        item.n,
        times.clock(item.started_at, now),
        item.outcome,
        times.milliseconds(item.duration_ms),
        times.milliseconds(item.late_ms),
        item.skipped,
        *(more if wide else ()),
        one_line(item.error or "", 300),
    )


def statistics(desk: Desk, name: str, query: dict[str, Any]) -> int:
    """Sum up the runs of a worker. Raises: CellblockError."""
    found = desk.client.get(desk.worker(name, "runs", "statistics"), query)
    if desk.as_json:
        show.value(found)
        return 0
    rows = [(key.replace("_", " "), _fact(key, value)) for key, value in dict(found).items()]
    show.put(show.table(["FACT", "VALUE"], rows))
    return 0


def _fact(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{name} {count:,}" for name, count in value.items()) or "-"
    if key.endswith("_at"):
        return times.clock(float(value), time.time())
    if "_ms" in key:
        return times.milliseconds(float(value))
    return f"{value:,}" if isinstance(value, int) else one_line(str(value))


def versions(desk: Desk, name: str, count: int) -> int:
    """List the versions of a worker, the newest first. Raises: CellblockError."""
    raw = list(desk.client.raw_items(desk.worker(name, "versions"), most=count))
    if desk.as_json:
        show.value(raw)
        return 0
    worker = desk.client.read(desk.worker(name), views.WorkerView)
    now = time.time()
    found = [desk.client.shaped(item, views.VersionView) for item in raw]
    columns: list[Column | str] = [Column("VER", right=True), "", "HASH"]
    columns += [Column("SIZE", right=True), "EVERY"]
    columns += ["DEPLOYED", Column("BY", gives=True), Column("NOTE", gives=True)]
    rows = [
        (
            item.number,
            Text(_mark(item, worker), style="green"),
            item.hash,
            times.bytes_(item.source_bytes),
            schedule(item.settings).removeprefix("every "),
            times.clock(item.created_at or 0, now),
            item.created_by,
            item.note,
        )
        for item in found
    ]
    show.rows(columns, rows, "No version is kept.")
    return 0


def _mark(item: views.VersionView, worker: views.WorkerView) -> str:
    if item.number == worker.version.number:
        return "wanted" if worker.running_version != item.number else "runs"
    return "runs" if worker.running_version == item.number and worker.state == "running" else ""


def source(desk: Desk, name: str, version: str) -> int:
    """Print the source of one version. Raises: CellblockError."""
    found = desk.client.get(desk.worker(name, "versions", version))
    if desk.as_json:
        show.value(found)
    else:
        text = str(found["source"]) if isinstance(found, dict) and "source" in found else ""
        print(printable(text), end="" if text.endswith("\n") else "\n")
    return 0


_LINES = {"+": "green", "-": "red", "@": "cyan"}


def difference(desk: Desk, name: str, before: str | None, after: str | None) -> int:
    """Show what differs between two versions. Raises: CellblockError."""
    if after is None:
        after = str(desk.client.read(desk.worker(name), views.WorkerView).version.number)
    if before is None:
        before = _before(desk, name, after)
    raw = desk.client.get(desk.worker(name, "diff"), {"from": before, "to": after})
    if desk.as_json:
        show.value(raw)
        return 0
    found = desk.client.shaped(raw, views.DiffView)
    console = PipedConsole(highlight=False, soft_wrap=True)
    for line in found.source.rstrip("\n").split("\n") if found.source else ():
        bold = line.startswith(("+++", "---"))
        console.print(Text(printable(line), style="bold" if bold else _LINES.get(line[:1], "")))
    for item in found.settings:
        console.print(Text(printable(f"- {item.path} = {_json(item.before)}"), style="red"))
        console.print(Text(printable(f"+ {item.path} = {_json(item.after)}"), style="green"))
    if not found.source and not found.settings:
        show.say(f"versions {before} and {after} are the same")
    return 0


def _before(desk: Desk, name: str, version: str) -> str:
    """Give the number of the version before. Raises: OperatorFault("no-version")."""
    number = desk.client.read(desk.worker(name, "versions", version), views.VersionView).number
    for item in desk.client.items(desk.worker(name, "versions"), views.VersionView):
        if item.number < number:
            return str(item.number)
    text = f"there is no version of {name} before {version}"
    raise OperatorFault("no-version", text, "`cellblock versions` lists them")


def _json(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()
