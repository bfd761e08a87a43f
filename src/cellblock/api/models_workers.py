"""What the API says of workers, and what it is told: versions, runs, log lines.

Texts that a worker wrote are hostile wherever they are shown. Times are seconds since 1970 (UTC).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from cellblock.api.paging import LARGEST, Page
from cellblock.api.sent import Sent, Whole, whole_of
from cellblock.limits import SOURCE_BYTES
from cellblock.store.records import Cause, Desired
from cellblock.wire.messages import Level

VERSION_PATTERN = "^([1-9][0-9]{0,10}|[0-9a-f]{12})$"
"""How a version is named: by its number, or by its hash."""


def _written(value: Any) -> Any:
    whole = whole_of(value)
    return str(whole) if type(whole) is int else whole


WhichVersion = Annotated[
    str,
    BeforeValidator(_written),
    Field(pattern=VERSION_PATTERN),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": 99_999_999_999},
                {"type": "string", "pattern": VERSION_PATTERN},
            ]
        }
    ),
]
"""A number stands as one in JSON, and is taken as text too."""

Source = Annotated[
    str, Field(max_length=SOURCE_BYTES, description="Python source of at most 1 MB.")
]
Note = Annotated[str, Field(max_length=500, description="What people shall read beside it.")]
_Seconds = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
_Count = Annotated[Whole, Field(ge=1, le=LARGEST)]


class LimitsWritten(Sent):
    """Limits that differ from the host's; null takes the host's."""

    tick_timeout_s: _Seconds | None = None
    error_timeout_s: _Seconds | None = None
    memory_bytes: _Count | None = None
    max_errors: _Count | None = None
    ctx_calls_per_tick: _Count | None = None


class SettingsWritten(Sent):
    """How a worker is run; what is left out is as it was, null takes it away."""

    interval_s: _Seconds | None = Field(default=None, description="Seconds between ticks, from 1.")
    cron: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="Five fields, as in crontab(5); in the place of `interval_s`."
    )
    timezone: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="IANA name; that of `cron`."
    )
    config: dict[str, Any] | None = Field(default=None, description="The worker's `ctx.config`.")
    connect: list[Annotated[str, Field(max_length=200)]] | None = Field(
        default=None,
        max_length=100,
        description="Connections granted, `kind` or `kind=name`; null grants the kinds that need "
        "no keys.",
    )
    limits: LimitsWritten | None = None


class Deploy(Sent):
    """A source, and how it is run."""

    source: Source
    settings: SettingsWritten | None = Field(
        default=None, description="All of them; left out, those of the version before stay."
    )
    note: Note = ""
    start: bool = Field(
        default=True, description="Whether a new worker starts; one that is there stays."
    )


class WorkerChange(Sent):
    """Settings that change; a new version with the same source is made."""

    settings: SettingsWritten
    note: Note = ""


class Rollback(Sent):
    """To which version."""

    version: WhichVersion | None = Field(
        default=None, description="Its number, or its hash; null: the one before."
    )


class CheckWanted(Sent):
    """A source that is read and not run."""

    source: Source
    filename: Annotated[str, Field(min_length=1, max_length=200)] = "worker.py"


class LimitsView(BaseModel):
    """Limits that differ from the host's."""

    tick_timeout_s: float | None
    error_timeout_s: float | None
    memory_bytes: int | None
    max_errors: int | None
    ctx_calls_per_tick: int | None


class SettingsView(BaseModel):
    """How a version is run."""

    interval_s: float | None
    cron: str | None
    timezone: str
    config: dict[str, Any]
    connect: list[str] | None
    limits: LimitsView


class CallView(BaseModel):
    """One call of ctx."""

    call: str
    ms: float
    result: str = Field(
        description="ok, the code of an error, the name of an exception, given_up or unfinished."
    )


class RunView(BaseModel):
    """One tick that ended."""

    id: int
    workspace: str
    worker: str
    n: int
    version: int
    cause: Cause
    planned_at: float
    started_at: float
    late_ms: float
    duration_ms: float
    outcome: str = Field(description="done, error, timeout, memory, crash or security.")
    skipped: int
    ctx_calls: int
    cpu_ms: float
    memory_bytes: int | None
    error: str | None
    traceback: str
    calls: list[CallView] | None = Field(
        description="The last 50 ctx calls of one that failed, the oldest first."
    )


class VersionName(BaseModel):
    """Which version."""

    number: int
    hash: str


class WorkerView(BaseModel):
    """What is wanted of a worker, and how it stands."""

    workspace: str
    name: str
    desired: Desired
    state: str
    reason: str
    since: float
    version: VersionName
    running_version: int | None
    settings: SettingsView
    revision: int
    restarts: int
    errors: int
    pid: int | None
    next_at: float | None
    last_run: RunView | None
    created_at: float
    changed_at: float
    purge_at: float | None
    quarantined: bool


class FindingView(BaseModel):
    """One finding of a check. Lines and columns count from 1."""

    line: int
    column: int
    severity: str
    message: str
    hint: str
    code: str


class DeployedView(BaseModel):
    """What became of a deploy."""

    worker: WorkerView
    changed: bool = Field(description="false if just this was wanted already.")
    findings: list[FindingView] = Field(description="Warnings; errors refuse a deploy.")


class Findings(BaseModel):
    """What a check found."""

    findings: list[FindingView]


class SlotsView(BaseModel):
    """When a cron line comes due."""

    at: float = Field(description="The time of now, as the service has it.")
    slots: list[float] = Field(description="The next five; fewer if it comes due no more.")


class VersionLineView(BaseModel):
    """A version as it is listed."""

    number: int
    hash: str
    source_bytes: int
    settings: SettingsView
    created_at: float
    created_by: str
    note: str


class VersionView(VersionLineView):
    """A version, whole."""

    source: str


class SettingDifference(BaseModel):
    """A setting that differs; null for one that is not there."""

    path: str
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")


class Difference(BaseModel):
    """What differs between two versions."""

    before: int = Field(alias="from")
    after: int = Field(alias="to")
    source: str = Field(description="A unified diff; empty if the sources are the same.")
    settings: list[SettingDifference]


class LineView(BaseModel):
    """One log line; its message is hostile text."""

    id: int
    workspace: str
    worker: str
    at: float
    level: Level
    message: str
    version: int | None


class StatisticsView(BaseModel):
    """What the runs of a time tell together."""

    runs: int
    by_outcome: dict[str, int]
    skipped: int
    late_ms_p50: float | None
    late_ms_p99: float | None
    duration_ms_p50: float | None
    duration_ms_p99: float | None
    cpu_ms: float
    ctx_calls: int
    first_at: float | None
    last_at: float | None


class EnforcementView(BaseModel):
    """The proof of the jail of the process of now; null if there is none."""

    workspace: str
    worker: str
    version: int | None
    pid: int | None
    enforcement: dict[str, Any] | None


class PictureView(BaseModel):
    """What the worker drew last with ctx.monitor, hostile texts in it; null if it drew nothing."""

    workspace: str
    worker: str
    picture: Any


Workers = Page[WorkerView]
Runs = Page[RunView]
Lines = Page[LineView]
Versions = Page[VersionLineView]
