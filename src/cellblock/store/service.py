"""The ports of what the service keeps; one behavioural suite (``tests/contract``) holds for each.

Each method is atomic; what it kept is durable when it returns. Raises: StoreFault; those that
change something also Conflict, where they say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cellblock.names import WorkerRef
from cellblock.store import records as r


class Conflict(Exception):
    """What was to be changed is not as it was expected to be; the text says how it is.

    *hint* says what helps.
    """

    def __init__(self, text: str, hint: str = "read it again, and decide anew") -> None:
        super().__init__(text)
        self.hint = hint


class WorkspaceStore(Protocol):
    """Workspaces."""

    async def workspaces(self, after: str = "", limit: int = 100) -> list[r.Workspace]:
        """List by name those after *after*."""

    async def workspace(self, name: str) -> r.Workspace | None:
        """Give one."""

    async def add_workspace(self, workspace: r.Workspace) -> None:
        """Keep a new one. Raises: Conflict if it is there."""

    async def change_workspace(self, workspace: r.Workspace) -> r.Workspace:
        """Replace the one of that name and revision, and raise the revision. Raises: Conflict."""

    async def remove_workspace(self, name: str) -> bool:
        """Forget one; False if it was not there. Raises: Conflict if it has workers."""


class WorkerStore(Protocol):
    """What is wanted of workers, and their versions."""

    async def deploy(self, draft: r.Draft, expected: int | None = None) -> r.Deployed:
        """Make a worker, or a new version of one that is there.

        A draft that equals the wanted version changes nothing; one that equals an older version
        wants that one again. *expected* is the worker's revision, 0 for one that must be new.
        Raises: Conflict, also if the workspace is not there or the worker is being deleted.
        """

    async def change(
        self, ref: WorkerRef, values: Mapping[str, Any], expected: int | None = None
    ) -> r.Worker:
        """Set fields of a worker: desired, version, restarts_asked, ticks_asked, purge_at.

        Gives it with its revision raised; unchanged if nothing differs. Raises: Conflict, also if
        it or the version is not there.
        """

    async def worker(self, ref: WorkerRef) -> r.Worker | None:
        """Give one."""

    async def workers(
        self, workspace: str | None, after: WorkerRef | None = None, limit: int = 1000
    ) -> list[r.Worker]:
        """List by workspace and name; None for every workspace."""

    async def version(self, ref: WorkerRef, number: int) -> r.Version | None:
        """Give one version, whole."""

    async def versions(
        self, ref: WorkerRef, before: int | None = None, limit: int = 100
    ) -> list[r.VersionLine]:
        """List the newest first."""

    async def purge(self, ref: WorkerRef) -> None:
        """Forget a worker with its versions, its standing, hooks and waiting events."""

    async def revision(self) -> int:
        """Give a number that is another after every change of intent, by whichever process."""


class StandingStore(Protocol):
    """How workers stand, and where on their schedules."""

    async def stand(self, standings: Sequence[r.Standing]) -> None:
        """Keep each in the place of the one before; those of purged workers are passed over."""

    async def standing(self, ref: WorkerRef) -> r.Standing | None:
        """Give one."""

    async def standings(self, workspace: str | None) -> dict[WorkerRef, r.Standing]:
        """Give all of a workspace, or of all."""

    async def settle(self, places: Sequence[r.Place]) -> None:
        """Keep each place on a schedule, in the place of the one before."""

    async def places(self) -> dict[WorkerRef, r.Place]:
        """Give all."""


class ChronicleStore(Protocol):
    """Log lines and runs: much of it, kept in batches, forgotten in time."""

    async def keep(
        self, lines: Sequence[r.Line], runs: Sequence[r.Run]
    ) -> tuple[list[r.Line], list[r.Run]]:
        """Keep all, at once or not at all; gives them with their ids."""

    async def lines(self, query: LineQuery) -> list[r.Line]:
        """Give lines in the order of their ids."""

    async def runs(self, query: RunQuery) -> list[r.Run]:
        """Give runs, the newest first; those after an id the oldest first."""

    async def statistics(self, query: RunQuery) -> r.RunStatistics:
        """Sum up runs; `limit` and `before` are not heeded."""

    async def usage(self, workspace: str) -> r.Usage:
        """Tell what a workspace takes."""

    async def rooms(self) -> list[str]:
        """Name the workspaces of which something is kept, also those that are gone."""

    async def forget(self, workspace: str, before_at: float, max_bytes: int, step: int) -> int:
        """Forget at most *step* rows, the oldest of what is too old or too much; give how many."""

    async def forget_worker(self, ref: WorkerRef, step: int) -> int:
        """Forget at most *step* rows of a worker; give how many."""


class RecentStore(Protocol):
    """The last runs of many workers at once."""

    async def recent(self, refs: Sequence[WorkerRef], most: int) -> dict[WorkerRef, list[r.Beat]]:
        """Give the newest *most* of each, the oldest first; of an error `LIVE_TEXT_CHARACTERS`."""


class TokenStore(Protocol):
    """Who may come in."""

    async def add_token(self, token: r.Token) -> None:
        """Keep a new one. Raises: Conflict for a name that is taken."""

    async def token(self, digest: bytes) -> r.Token | None:
        """Give the one with that digest, whatever became of it."""

    async def tokens(self, workspace: str | None) -> list[r.Token]:
        """List those of a workspace, or all, by name."""

    async def revoke_token(self, identity: str, at: float) -> bool:
        """End one; False if there is none that is not revoked."""

    async def used_tokens(self, at: Mapping[str, float]) -> None:
        """Keep when tokens were last used, by id."""


class UserStore(Protocol):
    """People who come in with a password."""

    async def add_user(self, user: r.User) -> None:
        """Keep a new one. Raises: Conflict for a name that is taken."""

    async def user(self, name: str) -> r.User | None:
        """Give one."""

    async def users(self, workspace: str | None) -> list[r.User]:
        """List those of a workspace, or all, by name."""

    async def change_user(self, user: r.User, but: bytes = b"") -> r.User:
        """Replace the one of that id and revision, and raise the revision.

        A new password ends the user's sessions, but one. Raises: Conflict.
        """

    async def remove_user(self, name: str) -> bool:
        """Forget one with their sessions; False if there is none."""


class SessionStore(Protocol):
    """What browsers hold in the place of tokens."""

    async def add_session(self, session: r.Session, most: int) -> None:
        """Keep a new one; of more than *most* of one holder the one used longest ago goes."""

    async def session(self, digest: bytes) -> r.Session | None:
        """Give the one with that digest, whatever became of whom it stands for.

        None also if that token or user is not there any more.
        """

    async def end_session(self, digest: bytes) -> bool:
        """Forget one."""

    async def used_sessions(self, at: Mapping[bytes, float]) -> None:
        """Keep when sessions were last used, and by them users."""

    async def sweep_sessions(self, now: float, unused_since: float) -> int:
        """Forget those that are over, unused, or of a token or user that is; give how many."""


class AuditStore(Protocol):
    """Who did what."""

    async def note(self, entry: r.Audit) -> None:
        """Keep one."""

    async def audit(
        self, workspace: str | None, before: int | None = None, limit: int = 100
    ) -> list[r.Audit]:
        """List the newest first; of one workspace, or all."""


class RuleStore(Protocol):
    """When to alert whom, and what was told already."""

    async def rules(self, workspace: str | None) -> list[r.Rule]:
        """List by workspace and name."""

    async def put_rule(self, rule: r.Rule) -> r.Rule:
        """Keep it, new with revision 0, or in the place of that revision. Raises: Conflict."""

    async def remove_rule(self, workspace: str, identity: str) -> bool:
        """Forget one."""

    async def told(self, key: str) -> float | None:
        """Tell when an alert of this key was last sent."""

    async def tell(self, key: str, at: float) -> None:
        """Note that one was sent."""


class HookStore(Protocol):
    """Doors for events, and the events that wait."""

    async def add_hook(self, hook: r.Hook) -> None:
        """Keep a new one. Raises: Conflict for a name that the worker has."""

    async def hook(self, digest: bytes) -> r.Hook | None:
        """Give the one with that digest."""

    async def hooks(self, ref: WorkerRef) -> list[r.Hook]:
        """List those of a worker by name."""

    async def remove_hook(self, ref: WorkerRef, identity: str) -> bool:
        """Forget one; its waiting events stay."""

    async def enqueue(self, event: r.HookEvent, most: int) -> int | None:
        """Keep an event that waits and give its id; None if the worker has *most* already."""

    async def waiting(self, ref: WorkerRef, limit: int) -> list[r.HookEvent]:
        """Give the oldest."""

    async def done(self, ids: Sequence[int]) -> None:
        """Forget events that a tick was given."""

    async def awaited(self) -> set[WorkerRef]:
        """Tell for whom events wait."""


class LineQuery(r.Record, frozen=True, kw_only=True):
    """Which log lines; every condition that is not None must hold."""

    workspace: str
    worker: str | None = None
    level: str | None = None
    """This level or a worse one: debug, info, warn, error."""
    since: float | None = None
    until: float | None = None
    contains: str | None = None
    after: int | None = None
    """Ids above it: the oldest of them are given."""
    before: int | None = None
    """Ids below it: the newest of them are given, as with neither."""
    limit: int = 100


class RunQuery(r.Record, frozen=True, kw_only=True):
    """Which runs; every condition that is not None must hold."""

    workspace: str
    worker: str | None = None
    outcome: str | None = None
    """An outcome, or ``failed`` for all but done."""
    since: float | None = None
    until: float | None = None
    after: int | None = None
    """Ids above it: the oldest of them are given, and they come first."""
    before: int | None = None
    limit: int = 100
