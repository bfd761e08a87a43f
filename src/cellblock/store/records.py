"""What the service keeps, one value for each row. Times are seconds since 1970 (UTC).

A workspace has workers; a worker has versions, of which one is wanted, and runs. What is *wanted*
(`Worker`) is written by people, what *is* (`Standing`) by the supervisor, and neither by the other.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cellblock.intake.settings import Settings
from cellblock.limits import RETENTION_BYTES, RETENTION_DAYS
from cellblock.names import WorkerRef
from cellblock.wire.messages import Level

Desired = Literal["running", "paused", "stopped", "deleted"]
Cause = Literal["schedule", "event", "manual"]
Role = Literal["viewer", "operator", "admin"]
Way = Literal["token", "password"]
Channel = Literal["telegram", "webhook", "log"]
Occasion = Literal["paused", "recovered", "quarantined", "late", "disk"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The shape that all records share."""


class Workspace(Record, frozen=True, kw_only=True):
    """A room of its own: workers, files, connections, tokens."""

    name: str
    created_at: float
    retention_days: float = RETENTION_DAYS
    """Age at which log lines and runs are forgotten."""
    retention_bytes: int = RETENTION_BYTES
    """Size of log lines and runs at which the oldest are forgotten."""
    revision: int = 1


class Worker(Record, frozen=True, kw_only=True):
    """What is wanted of a worker."""

    ref: WorkerRef
    desired: Desired
    version: int
    """Number of the version that should run."""
    restarts_asked: int = 0
    """Raised by each wish for a fresh process."""
    ticks_asked: int = 0
    """Raised by each wish for a tick at once."""
    revision: int = 1
    """Raised by each change of this record, for optimistic writers."""
    created_at: float
    changed_at: float
    purge_at: float | None = None
    """When a deleted worker is forgotten with all it has; None for one that is not deleted."""


PURGED = 0.0
"""The `purge_at` of a worker of which a part may be gone: it is not restored."""


def is_over(worker: Worker, now_at: float) -> bool:
    """Tell whether a deleted worker's grace is over: it is being forgotten, or is about to be."""
    purge_at = worker.purge_at
    return worker.desired == "deleted" and purge_at is not None and purge_at <= now_at


class Version(Record, frozen=True, kw_only=True):
    """One source with its settings; never changed."""

    ref: WorkerRef
    number: int
    """1 for the first of a worker."""
    hash: str
    """See `settings.version_hash`."""
    source: str
    settings: Settings
    created_at: float
    created_by: str
    note: str = ""


class VersionLine(Record, frozen=True, kw_only=True):
    """A version as it is listed."""

    number: int
    hash: str
    source_bytes: int
    settings: Settings
    created_at: float
    created_by: str
    note: str


class Draft(Record, frozen=True, kw_only=True):
    """What is deployed."""

    ref: WorkerRef
    source: str
    settings: Settings
    by: str
    at: float
    note: str = ""
    start: bool = True
    """Whether a new worker is wanted running; one that is there keeps what it is."""


class Deployed(Record, frozen=True, kw_only=True):
    """What became of a deploy."""

    worker: Worker
    version: Version
    changed: bool
    """False if just this was wanted already."""
    new: bool = False
    """Whether the worker was not there before."""


class Standing(Record, frozen=True, kw_only=True):
    """How a worker stands, as its supervisor saw it last."""

    ref: WorkerRef
    state: str
    """A value of `lifecycle.State`."""
    reason: str = ""
    since: float
    host: str = ""
    """Which host runs it."""
    version: int | None = None
    """Number of the version that runs, or ran last."""
    pid: int | None = None
    restarts: int = 0
    """Processes begun after the first, since the host started."""
    errors: int = 0
    """Failed ticks in a row."""
    heeded: int = 0
    """The value of `Worker.restarts_asked` that was followed last."""
    next_at: float | None = None
    """A slot of the schedule, as it was when the worker moved; `calendar.upcoming` counts on."""
    enforcement: dict[str, Any] | None = None
    """The proof of the jail of the process of now."""


class Place(Record, frozen=True, kw_only=True):
    """Where a worker is on its schedule; kept so that no tick is run twice."""

    ref: WorkerRef
    anchor_at: float
    """The slots of an interval are ``anchor_at + k * interval``."""
    reserved: int
    """Every number below it may have been used; after an end that was not clean it is the next."""


class Run(Record, frozen=True, kw_only=True, gc=False):
    """One tick that ended."""

    id: int = 0
    """Given by the store; rises."""
    ref: WorkerRef
    n: int
    version: int
    cause: Cause
    planned_at: float
    started_at: float
    late_ms: float
    duration_ms: float
    outcome: str
    """A value of `OutcomeKind`."""
    skipped: int
    ctx_calls: int
    cpu_ms: float
    """Processor time of the worker's process, as the kernel counted it."""
    memory_bytes: int | None
    """Resident memory, when it was last looked at."""
    error: str | None = None
    traceback: str = ""
    calls: str | None = None
    """The last ctx calls of one that failed: JSON, a list of ``{"call", "ms", "result"}``."""


class Beat(Record, frozen=True, kw_only=True, gc=False):
    """A run in short: what a table of many workers shows of it."""

    n: int
    started_at: float
    late_ms: float
    duration_ms: float
    outcome: str
    memory_bytes: int | None = None
    error: str | None = None
    """The beginning of the run's."""


class Line(Record, frozen=True, kw_only=True, gc=False):
    """One line of a worker's log; hostile text."""

    id: int = 0
    """Given by the store; rises."""
    ref: WorkerRef
    at: float
    level: Level
    message: str
    version: int | None = None


class RunStatistics(Record, frozen=True, kw_only=True):
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


class Usage(Record, frozen=True, kw_only=True):
    """What log lines and runs of a workspace take."""

    lines: int
    runs: int
    bytes: int


class Token(Record, frozen=True, kw_only=True):
    """A bearer token, without what proves it."""

    id: str
    name: str
    digest: bytes
    """SHA-256 of the whole token."""
    role: Role
    workspace: str | None
    """None for all of them."""
    created_at: float
    created_by: str
    expires_at: float | None = None
    last_used_at: float | None = None
    revoked_at: float | None = None


class User(Record, frozen=True, kw_only=True):
    """A person who comes in with a name and a password."""

    id: str
    name: str
    password: str
    """What `passwords.kept` makes of it; it is in no answer."""
    role: Role
    workspace: str | None
    """None for all of them."""
    created_at: float
    created_by: str
    last_used_at: float | None = None
    revision: int = 1


class Session(Record, frozen=True, kw_only=True):
    """What a browser holds in the place of a token, without what proves it."""

    digest: bytes
    """SHA-256 of what the cookie holds."""
    of: Token | User
    """Whom it stands for, as they are now."""
    created_at: float
    used_at: float
    ends_at: float
    """When it ends, however much it is used."""

    @property
    def by(self) -> Way:
        """By what its holder came in."""
        return "token" if isinstance(self.of, Token) else "password"


class Audit(Record, frozen=True, kw_only=True):
    """Who did what."""

    id: int = 0
    at: float
    actor: str
    """A token's name and id, or ``cli`` for what was done at the host itself."""
    action: str
    """A verb, such as ``worker.deploy``."""
    workspace: str | None = None
    target: str = ""
    detail: dict[str, Any] = {}
    """Never a secret, nor a value of a worker's state."""
    status: int = 200


class Rule(Record, frozen=True, kw_only=True):
    """When to alert whom."""

    id: str
    workspace: str
    name: str
    on: tuple[Occasion, ...]
    workers: tuple[str, ...] = ()
    """Names; () for all."""
    channel: Channel
    target: str = ""
    """The telegram connection's name, or the webhook's URL."""
    settings: dict[str, Any] = {}
    enabled: bool = True
    created_at: float
    revision: int = 1


class Hook(Record, frozen=True, kw_only=True):
    """A door for events from outside."""

    id: str
    ref: WorkerRef
    name: str
    digest: bytes
    """SHA-256 of the unguessable part of its address."""
    signed: bool
    """Whether a signature is asked for; its secret is in the vault."""
    created_at: float
    created_by: str


class HookEvent(Record, frozen=True, kw_only=True):
    """An event that waits for its worker, at least once."""

    id: int = 0
    ref: WorkerRef
    hook: str
    """The hook's name."""
    at: float
    body: bytes
    """JSON text."""
