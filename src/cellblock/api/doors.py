"""What the API looks through and writes to: ports alone, put together by compose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cellblock.broker.kind import Connection, Kind
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock
from cellblock.journal.pulse import Pulse
from cellblock.journal.tail import Tail
from cellblock.limits import Limits
from cellblock.store import service
from cellblock.store.ports import ConnectionStore, QuarantineStore, RenderStore, StateStore
from cellblock.wire.messages import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the service is."""

    ok: bool
    problems: tuple[str, ...]
    """A sentence each: what is wrong, and what to do."""
    facts: Mapping[str, Any]
    """Such as version, workers by state, seconds since the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The service's records."""

    workspaces: service.WorkspaceStore
    workers: service.WorkerStore
    standings: service.StandingStore
    chronicle: service.ChronicleStore
    tokens: service.TokenStore
    users: service.UserStore
    sessions: service.SessionStore
    audit: service.AuditStore
    rules: service.RuleStore
    hooks: service.HookStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """All that the API touches."""

    stores: Stores
    states: StateStore
    """Of all workers, by `WorkerRef.state_id`; the adapter's bounds are held by `broker`."""
    pictures: RenderStore
    quarantine: QuarantineStore
    vault: ConnectionStore
    kinds: Mapping[str, Kind]
    tail: Tail
    pulse: Pulse
    """What the workers of this host did last."""
    recent: service.RecentStore
    """What they did before."""
    clock: Clock
    limits: Limits
    """The host's; what a worker is given that asks for none."""
    examples: Sequence[Mapping[str, Any]]
    """Workers to begin with, as `routes/examples.ExampleView` has them."""
    files: Callable[[str], Workspace]
    """The files of a workspace, by its name."""
    check: Callable[[str, str], Awaitable[tuple[Diagnostic, ...]]]
    """Read a source (and its file name) in a jail. Raises: WorkerFault, OperatorFault."""
    admit: Callable[[str, str, Any], Awaitable[None]]
    """Judge workspace, source and `Settings` before a deploy: limits, connections, size.
    Raises: WorkerFault, OperatorFault."""
    prove: Callable[[Connection], Awaitable[Any]]
    """Make the cheap call that proves a connection."""
    alert: Callable[[str, str], Awaitable[None]]
    """Send a rule's test alert now: workspace and rule id. Raises: OperatorFault."""
    woken: Callable[[], None]
    """Say that intent was changed, so that the supervisor looks now."""
    health: Callable[[], Awaitable[Health]]
    system: Callable[[], Awaitable[Mapping[str, Any]]]
    """What the service is made of and stands on, as `models_system.SystemView` has it."""
    metrics: Callable[[], bytes]
    """The page that Prometheus reads."""
