"""The answers of a server as values; what a command does not show is not read. Times as in the API.

Everything that a newer or older server may leave out has a default.
"""

from __future__ import annotations

from typing import Any

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The shape that all views share."""


class WantedVersion(View, frozen=True, kw_only=True):
    """Which version is wanted."""

    number: int
    hash: str = ""


class RunView(View, frozen=True, kw_only=True):
    """One tick that ended."""

    n: int
    outcome: str
    workspace: str = ""
    worker: str = ""
    version: int | None = None
    cause: str = ""
    planned_at: float | None = None
    started_at: float
    late_ms: float = 0.0
    duration_ms: float = 0.0
    skipped: int = 0
    ctx_calls: int = 0
    cpu_ms: float = 0.0
    memory_bytes: float | None = None
    error: str | None = None
    traceback: str = ""


class WorkerView(View, frozen=True, kw_only=True):
    """A worker: what is wanted of it, and how it stands."""

    workspace: str
    name: str
    desired: str
    state: str = "new"
    reason: str = ""
    since: float | None = None
    version: WantedVersion
    running_version: int | None = None
    settings: dict[str, Any] = {}
    revision: int = 0
    restarts: int = 0
    errors: int = 0
    pid: int | None = None
    next_at: float | None = None
    last_run: RunView | None = None
    changed_at: float | None = None
    purge_at: float | None = None
    quarantined: bool = False

    @property
    def wanted_state(self) -> str:
        """The state that is wanted of it, in the words of `shown_state`."""
        return "held" if self.desired == "paused" else self.desired

    @property
    def shown_state(self) -> str:
        """The one word that tells most: a state of `docs/lifecycle.md`, or ``deleted``."""
        if self.quarantined and self.state != "running":
            return "quarantined"
        if self.desired == "deleted":
            return "deleted"
        if self.desired == "paused" and self.state == "running":
            return "held"  # or soon is
        if self.desired == "stopped" and self.state == "new":
            return "stopped"
        return self.state


class DeployedView(View, frozen=True, kw_only=True):
    """What became of a deploy."""

    worker: WorkerView
    changed: bool
    findings: list[FindingView] | None = None


class FindingView(View, frozen=True, kw_only=True):
    """One thing that a look at a source found."""

    line: int = 1
    column: int = 1
    severity: str = "error"
    message: str = ""
    hint: str | None = None
    code: str = ""


class VersionView(View, frozen=True, kw_only=True):
    """A version as it is listed."""

    number: int
    hash: str = ""
    source_bytes: int | None = None
    settings: dict[str, Any] = {}
    created_at: float | None = None
    created_by: str = ""
    note: str = ""


class Change(View, frozen=True, kw_only=True):
    """A setting that differs."""

    path: str
    before: Any = msgspec.field(name="from", default=None)
    after: Any = msgspec.field(name="to", default=None)


class DiffView(View, frozen=True, kw_only=True):
    """What differs between two versions."""

    source: str = ""
    settings: list[Change] = []


class LineView(View, frozen=True, kw_only=True):
    """One line of a log; hostile text."""

    id: int
    at: float
    level: str
    message: str
    worker: str = ""
    workspace: str = ""
