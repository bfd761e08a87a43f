"""What those who look on are told; the texts of workers in it are hostile.

The answers are written elsewhere (`live`, `routes/live`); these models describe them.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from cellblock.api.models_workers import LineView, RunView, WorkerView
from cellblock.store.records import Desired


class LastTick(BaseModel):
    """The last tick of a worker."""

    n: int
    started_at: float
    late_ms: float
    duration_ms: float
    outcome: str
    error: str | None = Field(description="At most 300 characters.")


class LiveRow(BaseModel):
    """A worker in short."""

    workspace: str
    name: str
    desired: Desired
    state: str
    reason: str = Field(description="At most 300 characters.")
    since: float
    version: int = Field(description="The number of the one that is wanted.")
    running_version: int | None
    schedule: str = Field(description="`5s`, or a cron line.")
    next_at: float | None
    errors: int
    restarts: int
    pid: int | None
    quarantined: bool
    memory_bytes: int | None
    revision: int
    last: LastTick | None
    recent: list[tuple[float, str]] = Field(
        description="Duration in ms and outcome of at most 40 ticks, the oldest first."
    )


LiveTick = tuple[str, str, int, float, float, float, str, int | None, float | None]


class LiveView(BaseModel):
    """What is new of all workers since a round."""

    at: float
    round: str = Field(description="To be sent as `since` the next time.")
    whole: bool = Field(description="Whether `workers` has every worker there is.")
    workers: list[LiveRow] = Field(description="Those of which wish or standing changed.")
    ticks: list[LiveTick] = Field(
        description="Of each that ticked its last tick: workspace, name, n, started_at, late_ms, "
        "duration_ms, outcome, memory_bytes, next_at."
    )
    gone: list[tuple[str, str]] = Field(description="Workspace and name of those that went.")


class PictureLive(BaseModel):
    """What a worker drew last."""

    at: float
    widgets: list[Any]


class WorkerLiveView(BaseModel):
    """What is new of one worker."""

    at: float
    worker: WorkerView
    lines: list[LineView] = Field(description="The oldest first.")
    runs: list[RunView] = Field(description="The oldest first.")
    monitor: PictureLive | None = Field(
        default=None, description="Left out if it is that of `drawn_at`; null if it drew nothing."
    )
    more: bool = Field(description="Whether there are more lines or runs already: ask at once.")
