"""Records as the service keeps them, each with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from cellblock.intake.settings import settings
from cellblock.names import WorkerRef
from cellblock.store import records as r

ROOM = "default"
BOT, OTHER = WorkerRef(ROOM, "bot"), WorkerRef(ROOM, "other")
ELSEWHERE = WorkerRef("elsewhere", "bot")
TEXTS = ["", "a\0b", "\0", "é e\u0301", "\uffff", "🙂\u202e", "'; DROP TABLE workers; --", "%_\\"]
"""Hostile text that a store keeps as it is."""
SURROGATE = "a\ud800"
"""Text that no file can hold."""


def workspace(name: str = ROOM, **values: Any) -> r.Workspace:
    return r.Workspace(**{"name": name, "created_at": 1.0} | values)


def draft(source: str = "1", ref: WorkerRef = BOT, **values: Any) -> r.Draft:
    chosen = settings(values.pop("settings", {}))
    return r.Draft(
        **{"ref": ref, "source": source, "settings": chosen, "by": "me", "at": 5.0} | values
    )


def standing(ref: WorkerRef = BOT, **values: Any) -> r.Standing:
    return r.Standing(**{"ref": ref, "state": "running", "since": 2.0} | values)


def place(ref: WorkerRef = BOT, reserved: int = 64) -> r.Place:
    return r.Place(ref=ref, anchor_at=3.5, reserved=reserved)


def token(name: str = "ci", **values: Any) -> r.Token:
    made = {"id": f"id-{name}", "name": name, "digest": name.encode(), "role": "operator"}
    return r.Token(**made | {"workspace": ROOM, "created_at": 1.0, "created_by": "me"} | values)


def audit(action: str = "worker.deploy", **values: Any) -> r.Audit:
    return r.Audit(**{"at": 1.0, "actor": "me", "action": action, "workspace": ROOM} | values)


def rule(name: str = "night", **values: Any) -> r.Rule:
    made = {"id": f"id-{name}", "workspace": ROOM, "name": name, "on": ("paused", "late")}
    return r.Rule(**made | {"channel": "log", "created_at": 1.0, "revision": 0} | values)


def hook(name: str = "door", **values: Any) -> r.Hook:
    made = {"id": f"id-{name}", "ref": BOT, "name": name, "digest": name.encode()}
    return r.Hook(**made | {"signed": False, "created_at": 1.0, "created_by": "me"} | values)


def event(body: bytes = b"{}", ref: WorkerRef = BOT) -> r.HookEvent:
    return r.HookEvent(ref=ref, hook="door", at=4.0, body=body)


def line(message: str = "hello", ref: WorkerRef = BOT, **values: Any) -> r.Line:
    return r.Line(**{"ref": ref, "at": 100.0, "level": "info", "message": message} | values)


def run(n: int = 0, ref: WorkerRef = BOT, **values: Any) -> r.Run:
    made = {"ref": ref, "n": n, "version": 1, "cause": "schedule", "planned_at": 100.0 + n}
    made |= {"started_at": 100.0 + n, "late_ms": 1.5, "duration_ms": 2.5, "outcome": "done"}
    made |= {"skipped": 0, "ctx_calls": 3, "cpu_ms": 0.5, "memory_bytes": None}
    return r.Run(**made | values)
