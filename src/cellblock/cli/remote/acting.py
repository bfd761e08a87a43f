"""``start``, ``stop``, ``pause`` and their like: a wish for each of some workers."""

from __future__ import annotations

import time
from typing import Any

from cellblock.cli.remote import show, times, views
from cellblock.cli.remote.desk import Desk
from cellblock.cli.text import one_line
from cellblock.errors import OperatorFault

DONE = {
    "start": "is to run",
    "stop": "is to stop",
    "pause": "is held (paused by you): it runs no tick, and keeps the process that it has",
    "resume": "goes on",
    "restart": "gets a fresh process",
    "restore": "is back, stopped; `cellblock start` runs it",
    "tick": "ticks at once",
    "release": "is released from quarantine; `cellblock start` runs it",
}
"""What is said after each wish."""


def act(desk: Desk, action: str, names: list[str]) -> int:
    """Send one wish for each of *names*. Raises: CellblockError."""

    def ask(name: str) -> Any:
        return desk.client.send("POST", desk.worker(name, action))

    return each(desk, names, ask, lambda _raw: DONE[action])


def each(desk: Desk, names: list[str], ask: Any, told: Any) -> int:
    """Do something for each; one that fails keeps no other from it. Raises: CellblockError."""
    code, answers = 0, []
    for name in names:
        try:
            raw = ask(name)
        except OperatorFault as fault:
            if len(names) == 1 or fault.facts.get("status") not in {404, 409, 422}:
                raise
            code = fault.exit_code
            show.note(one_line(f"cellblock: {name}: {desk.scrub.text(str(fault))}"))
            continue
        answers.append(raw)
        if not desk.as_json:
            show.say(f"{name} {told(raw)}")
    if desk.as_json:
        show.value(answers)
    return code


def roll_back(desk: Desk, name: str, version: str | None) -> int:
    """Want an older version again. Raises: CellblockError."""
    before = desk.client.read(desk.worker(name), views.WorkerView).version.number
    body = {} if version is None else {"version": version}
    raw = desk.client.send("POST", desk.worker(name, "rollback"), body)
    if desk.as_json:
        show.value(raw)
        return 0
    after = desk.client.read(desk.worker(name), views.WorkerView).version.number
    show.say(f"{name}  version {before} → {after}" if before != after else f"{name}  unchanged")
    return 0


def remove(desk: Desk, names: list[str], grace_s: float | None) -> int:
    """Delete workers; each can be restored for a while. Raises: CellblockError."""

    def ask(name: str) -> Any:
        return desk.client.send("DELETE", desk.worker(name), query={"grace_s": grace_s})

    return each(desk, names, ask, lambda raw: _deleted(desk, raw))


def _deleted(desk: Desk, raw: Any) -> str:
    if raw is None:
        return "is deleted"
    worker = desk.client.shaped(raw, views.WorkerView)
    if worker.purge_at is None or worker.purge_at <= time.time():
        return "is deleted"
    left = times.length(worker.purge_at - time.time())
    return f"is deleted; `cellblock restore {worker.name}` brings it back within {left}"
