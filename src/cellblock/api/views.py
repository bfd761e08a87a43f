"""Records as the API shows them.

A worker is what is wanted of it, how it stands, its version and its last run: read from the stores
one by one, so that what is shown together may be a moment apart.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from cellblock.api import models_workers as m
from cellblock.api.doors import Doors
from cellblock.errors import OperatorFault
from cellblock.intake.calendar import upcoming
from cellblock.intake.settings import Settings
from cellblock.names import WorkerRef
from cellblock.store import records as r
from cellblock.store.service import RunQuery
from cellblock.wire.messages import Diagnostic

_calls = msgspec.json.Decoder(list[dict[str, Any]])
UNSEEN = "new"
"""The state of a worker that no supervisor has seen yet."""


def settings_view(settings: Settings) -> m.SettingsView:
    """Show settings."""
    return m.SettingsView(**msgspec.to_builtins(settings))


def run_view(run: r.Run) -> m.RunView:
    """Show a run."""
    calls = None if run.calls is None else _calls.decode(run.calls)
    return m.RunView(**named(run) | {"calls": calls})


def line_view(line: r.Line) -> m.LineView:
    """Show a log line."""
    return m.LineView(**named(line))


def named(record: Any) -> dict[str, Any]:
    """Give the values of a record, its worker by workspace and name."""
    values = msgspec.structs.asdict(record)
    ref: WorkerRef = values.pop("ref")
    return values | {"workspace": ref.workspace, "worker": ref.name}


def version_line_view(line: r.VersionLine) -> m.VersionLineView:
    """Show a version as it is listed."""
    values = msgspec.structs.asdict(line)
    return m.VersionLineView(**values | {"settings": settings_view(line.settings)})


def version_view(version: r.Version) -> m.VersionView:
    """Show a version, whole."""
    return m.VersionView(
        number=version.number,
        hash=version.hash,
        source_bytes=len(version.source.encode()),
        settings=settings_view(version.settings),
        created_at=version.created_at,
        created_by=version.created_by,
        note=version.note,
        source=version.source,
    )


def finding_view(finding: Diagnostic) -> m.FindingView:
    """Show a finding."""
    return m.FindingView(**msgspec.structs.asdict(finding))


async def worker_view(doors: Doors, worker: r.Worker, standing: r.Standing | None) -> m.WorkerView:
    """Show a worker. Raises: StoreFault."""
    ref, stores = worker.ref, doors.stores
    (version,) = await stores.workers.versions(ref, before=worker.version + 1, limit=1)
    runs = await stores.chronicle.runs(RunQuery(workspace=ref.workspace, worker=ref.name, limit=1))
    seized = await doors.quarantine.seized(version.hash)
    values = msgspec.structs.asdict(
        standing or r.Standing(ref=ref, state=UNSEEN, since=worker.created_at)
    )
    seen = {key: values[key] for key in ("state", "reason", "since", "restarts", "errors", "pid")}
    return m.WorkerView(
        **seen,
        workspace=ref.workspace,
        name=ref.name,
        desired=worker.desired,
        version=m.VersionName(number=version.number, hash=version.hash),
        running_version=values["version"],
        settings=settings_view(version.settings),
        revision=worker.revision,
        next_at=_next_at(version.settings, values, doors.clock.wall_s()),
        last_run=run_view(runs[0]) if runs else None,
        created_at=worker.created_at,
        changed_at=worker.changed_at,
        purge_at=worker.purge_at,
        quarantined=seized is not None,
    )


def _next_at(settings: Settings, standing: dict[str, Any], now: float) -> float | None:
    """Tell when the next tick is planned, of a worker that runs and has a schedule."""
    slot_at: float | None = standing["next_at"]
    if slot_at is None or standing["state"] != "running":
        return None
    with suppress(OperatorFault):  # a zone that this machine has no more
        return upcoming(settings, slot_at, now)
    return None
