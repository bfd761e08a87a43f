"""What the service is made of and stands on, for operators."""

from __future__ import annotations

from pydantic import BaseModel, Field


class VersionsView(BaseModel):
    """What runs; null for what is not installed."""

    cellblock: str
    python: str
    numpy: str | None
    pandas: str | None
    kernel: str
    machine: str
    sqlite: str


class ProcessView(BaseModel):
    """The host's process."""

    pid: int
    memory_bytes: int | None
    cpu_s: float


class LayerView(BaseModel):
    """A layer of the jail, as `cellblock doctor` shows it."""

    name: str
    on: bool
    stops: str
    why: str = Field(description="Why it is not there; empty for one that is.")
    how: str = Field(description="How to get it.")


class ZygoteView(BaseModel):
    """A zygote, from which workers are forked."""

    flavour: str = Field(description="laden, with numpy and pandas, or lean.")
    pid: int
    age_s: float
    forks: int
    cells: int = Field(description="Processes of it that live.")
    memory_bytes: int | None
    worn: bool = Field(description="Whether nothing new comes from it.")


class PoolView(BaseModel):
    """Cells that wait, jailed, for a worker."""

    flavour: str
    waiting: int
    most: int


class StoreView(BaseModel):
    """Where something is kept."""

    name: str = Field(description="records, journal, connections or state.")
    kind: str
    place: str
    bytes: int | None


class DiskView(BaseModel):
    """The disk of the data directory."""

    place: str
    total_bytes: int | None
    free_bytes: int | None
    problem: str | None


class JournalView(BaseModel):
    """Log lines and runs on their way to the disk, since the start."""

    backlog_rows: int
    lost_rows: int
    forgotten_rows: int


class SystemView(BaseModel):
    """The service, whole."""

    at: float
    ok: bool
    problems: list[str]
    warnings: list[str] = Field(description="What was found at the start.")
    uptime_s: float
    versions: VersionsView
    process: ProcessView
    layers: list[LayerView]
    zygotes: list[ZygoteView]
    pool: list[PoolView]
    stores: list[StoreView]
    disk: DiskView
    workers: dict[str, int] = Field(description="By state.")
    journal: JournalView
