"""``cellblock deploy``: send what is wanted, say what that changed, and wait for it if asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
from rich.text import Text

from cellblock.cli.remote import show, times, views
from cellblock.cli.remote.desk import Desk
from cellblock.cli.remote.wishes import Options, Wish, changes, wishes
from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import one_line, printable
from cellblock.errors import CellblockError, OperatorFault, WorkerFault

_POLL_S = 0.2


def deploy(desk: Desk, options: Options, wait_s: float | None) -> int:
    """Deploy each worker that is wanted; gives the exit code. Raises: CellblockError."""
    wanted = wishes(options, Path.cwd())
    answers: list[Any] = []
    waiting: list[views.WorkerView] = []
    code = 0
    for wish in wanted:
        try:
            answer = _send(desk, wish, answers)
        except CellblockError as fault:
            # Of many workers one that is wrong does not keep the others from being deployed.
            if len(wanted) == 1 or not _of_one_alone(fault):
                raise
            code = max(code, fault.exit_code)
            show.note(one_line(f"cellblock: {wish.part.name}: {desk.scrub.text(str(fault))}"))
        else:
            waiting.append(answer.worker)
    if desk.as_json:
        show.value(answers)
    if wait_s is not None:
        deadline = time.monotonic() + wait_s
        code = max([code, *(_awaited(desk, worker, deadline) for worker in waiting)])
    return code


def change(desk: Desk, name: str, options: Options) -> int:
    """Change what the options say of a worker's settings. Raises: CellblockError."""
    wanted = changes(options)
    if not wanted:
        text = "nothing is to be changed"
        raise OperatorFault("bad-option", text, "write --interval, --set or another option")
    before = desk.client.read(desk.worker(name), views.WorkerView)
    if "config" in wanted:
        wanted["config"] = {**(before.settings.get("config") or {}), **wanted["config"]}
    body = {"settings": wanted, **({"note": options.note} if options.note else {})}
    match = {"If-Match": f'"{before.revision}"'}
    raw = desk.client.send("PATCH", desk.worker(name), body, headers=match)
    if desk.as_json:
        show.value(raw)
    else:
        _tell(desk, before, desk.client.shaped(raw, views.DeployedView))
    return 0


def _of_one_alone(fault: CellblockError) -> bool:
    if isinstance(fault, WorkerFault):
        return True
    return fault.slug == "bad-settings" or fault.facts.get("status") in {409, 413, 422}


def _send(desk: Desk, wish: Wish, answers: list[Any]) -> views.DeployedView:
    name = wish.part.name
    desk.workspace = desk.chosen_workspace or wish.workspace or "default"
    before = _worker(desk, name)
    body = {
        "source": wish.source,
        "settings": wish.settings(before.settings if before else None),
        "start": wish.part.start,
    }
    if wish.part.note:
        body["note"] = wish.part.note
    match = {"If-Match": f'"{before.revision}"'} if before else {}
    try:
        raw = desk.client.send("PUT", desk.worker(name), body, headers=match)
    except WorkerFault as fault:
        raise _shown(fault, wish) from None
    answers.append(raw)
    found = desk.client.shaped(raw, views.DeployedView)
    _print_findings(wish.part.source, found.findings or [])
    if not desk.as_json:
        _tell(desk, before, found)
    return found


def _worker(desk: Desk, name: str) -> views.WorkerView | None:
    try:
        return desk.client.read(desk.worker(name), views.WorkerView)
    except OperatorFault as fault:
        if fault.facts.get("status") != 404:
            raise
        return None


def _shown(fault: WorkerFault, wish: Wish) -> WorkerFault:
    """Print the lines of a source that is refused, and give the fault that sums them up."""
    errors: Any = fault.facts.get("errors") or []
    placed = [item for item in errors if item.line is not None]
    if not placed:
        return fault
    findings = [
        views.FindingView(line=item.line, column=item.column or 1, message=item.message)
        for item in placed
    ]
    _print_findings(wish.part.source, findings)
    count = show.plural(len(placed), "error")
    text = f"{wish.part.name} was not deployed: {count} in {wish.part.source.name}"
    return WorkerFault("bad-source", text, "put the lines above right")


def check(desk: Desk, options: Options) -> int:
    """Have the server look at each source, without deploying it. Raises: CellblockError."""
    errors = 0
    answers = []
    for wish in wishes(options, Path.cwd()):
        body = {"source": wish.source, "filename": wish.part.source.name}
        raw = desk.client.send("POST", "/check", body)
        found = desk.client.shaped(raw, _Checked).findings
        errors += sum(item.severity == "error" for item in found)
        answers.append({"name": wish.part.name, **raw})
        _print_findings(wish.part.source, found)
        if not desk.as_json:
            show.say(f"{wish.part.name}  {show.plural(len(found), 'finding')}")
    if desk.as_json:
        show.value(answers)
    return 1 if errors else 0


class _Checked(msgspec.Struct):
    findings: list[views.FindingView]


def _print_findings(path: Path, found: list[views.FindingView]) -> None:
    console = PipedConsole(highlight=False, soft_wrap=True, stderr=True)
    shown = path.name if path.parent == Path.cwd() else str(path)
    for item in found:
        line = Text(printable(f"{shown}:{item.line}:{item.column}: "))
        line.append(item.severity, style="red" if item.severity == "error" else "yellow")
        line.append(f" {one_line(item.message)}")
        line.append(f"; {one_line(item.hint)}" if item.hint else "", style="dim")
        console.print(line)


def _tell(desk: Desk, before: views.WorkerView | None, found: views.DeployedView) -> None:
    """Say what a deploy changed."""
    worker = found.worker
    number = worker.version.number
    if before is None:
        does = "starts" if worker.desired == "running" else f"is {worker.wanted_state}"
        every = schedule(worker.settings)
        text = f"new: version {number} ({worker.version.hash}), {every}, {does}"
        show.say(f"{worker.name}  {text}", "green")
    elif not found.changed:
        show.say(f"{worker.name}  unchanged: version {number}", "dim")
    else:
        what = _changes(desk, worker.name, before.version.number, number)
        text = f"version {before.version.number} → {number}{what}"
        does = "" if worker.desired == "running" else f"; it stays {worker.wanted_state}"
        show.say(f"{worker.name}  {text}{does}", "green")


def _changes(desk: Desk, name: str, before: int, after: int) -> str:
    """Sum up what differs between two versions."""
    query = {"from": before, "to": after}
    found = desk.client.read(desk.worker(name, "diff"), views.DiffView, query)
    parts = []
    if found.source:
        lines = [line[:1] for line in found.source.split("\n") if line[:3] not in {"+++", "---"}]
        parts.append(f"source +{lines.count('+')} −{lines.count('-')}")
    parts += [
        f"{item.path} {_setting(item.before)} → {_setting(item.after)}" for item in found.settings
    ]
    return f": {', '.join(one_line(part, 120) for part in parts)}" if parts else ""


def _setting(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def schedule(settings: dict[str, Any]) -> str:
    """Say when a worker ticks."""
    if cron := settings.get("cron"):
        zone = settings.get("timezone") or "UTC"
        return one_line(f"{cron} {zone}", 60)
    every = settings.get("interval_s")
    return f"every {times.exact(every)}" if isinstance(every, (int, float)) else "on no schedule"


def _awaited(desk: Desk, worker: views.WorkerView, deadline: float) -> int:
    """Wait until a worker runs what it should, or will not; gives the exit code."""
    desk.workspace = worker.workspace
    while True:
        now = desk.client.read(desk.worker(worker.name), views.WorkerView)
        if now.desired != "running":
            show.note(f"{now.name} is not waited for: it is {now.wanted_state}")
            return 0
        runs = now.running_version == now.version.number
        if runs and now.state == "running":
            show.note(f"{now.name} runs version {now.version.number}")
            return 0
        # How it stood before this deploy says nothing about what was deployed.
        told = (now.since or 0) >= (worker.changed_at or 0)
        if now.quarantined or (runs and told and now.state in {"paused", "stopped"}):
            why = one_line(now.reason) or "see `cellblock logs`"
            show.note(f"cellblock: {now.name} is {now.shown_state}: {why}")
            return 1
        if time.monotonic() > deadline:
            why = f": {one_line(now.reason)}" if now.reason else ""
            show.note(f"cellblock: {now.name} does not run yet; it is {now.shown_state}{why}")
            return 1
        time.sleep(_POLL_S)
