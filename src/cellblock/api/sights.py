"""What is known of the workers that somebody looks on at, from the stores and from `journal.pulse`.

In: the stores, which are read for what has changed, and for one worker no more than once what has
not. Out: `Sight`s, ready to be written as rows. While nobody asks nothing is read, and after a
while nothing kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress

from msgspec import structs

from cellblock.api.doors import Doors
from cellblock.api.views import UNSEEN
from cellblock.errors import OperatorFault
from cellblock.intake.calendar import interval_of, upcoming
from cellblock.intake.settings import Settings
from cellblock.journal.pulse import Pulse, Trace
from cellblock.limits import LIVE_TICKS
from cellblock.names import WorkerRef
from cellblock.store.ports import StoreFault
from cellblock.store.records import Worker

_PAGE = 500
_AT_ONCE = 50
"""Workers of which something is read together: a few ms."""
_FLAGGED = 20
"""Quarantined ones that are looked at again in a round, for a release tells nobody."""
_GONE = 1_000
"""Workers that went which are remembered; who has missed some is told all."""
_SEIZED_S = 2.0
_PROCESS = ("running", "held")
_logger = logging.getLogger("cellblock.api")


class Sight:
    """One worker."""

    __slots__ = (
        "_due_at",
        "_settings",
        "hash",
        "looked",
        "quarantined",
        "schedule",
        "trace",
        "worker",
    )

    def __init__(self, worker: Worker, trace: Trace) -> None:
        self.worker = worker
        self.trace = trace
        self.schedule = ""
        self.quarantined = False
        self.hash = ""
        self.looked: str | None = None
        """The state in which it was looked up in the quarantine."""
        self._settings: Settings | None = None
        self._due_at: float | None = None

    def lay(self, name: str, settings: Settings) -> None:
        """Take the version that is wanted: its hash, and its schedule."""
        self.hash = name
        self._settings = structs.replace(settings, config={}, connect=None)
        self._due_at = None
        self.schedule = settings.cron or f"{interval_of(settings):g}s"

    def next_at(self, now: float) -> float | None:
        """Tell when the next tick is planned, of a worker that runs and has a schedule."""
        standing, settings = self.trace.standing, self._settings
        if standing is None or settings is None or standing.state != "running":
            return None
        if standing.next_at is None:
            return None
        if settings.cron is None:
            return upcoming(settings, standing.next_at, now)
        if self._due_at is None or self._due_at <= now:  # to count on costs some 50 µs
            self._due_at = None
            with suppress(OperatorFault):  # a zone that this machine has no more
                self._due_at = upcoming(settings, standing.next_at, now)
        return self._due_at

    @property
    def state(self) -> str:
        """Tell its state."""
        return self.trace.standing.state if self.trace.standing else UNSEEN

    @property
    def memory_bytes(self) -> int | None:
        """Tell what its process takes, as it was seen in its last tick."""
        last = self.trace.last
        return last.memory_bytes if last is not None and self.state in _PROCESS else None


class Sights:
    """Those of all workspaces at which somebody looks."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._sights: dict[WorkerRef, Sight] = {}
        self._revisions: dict[str | None, int] = {}
        self._gone: dict[WorkerRef, int] = {}
        self._forgotten = 0
        """The last turn of which not all that went is known."""
        self._filling: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        """Held while it is read what is wanted: of two at once the older answer might win."""

    @property
    def pulse(self) -> Pulse:
        """Where ticks and standings are heard."""
        return self._doors.pulse

    def of(self, workspace: str | None) -> list[Sight]:
        """Give those of a workspace, or of all."""
        if workspace is None:
            return list(self._sights.values())
        return [sight for ref, sight in self._sights.items() if ref.workspace == workspace]

    def gone(self, workspace: str | None, since: int) -> list[tuple[str, str]] | None:
        """Name workers that went after a turn; None if that is not known any more."""
        if since < self._forgotten:
            return None
        return [
            (ref.workspace, ref.name)
            for ref, turn in self._gone.items()
            if turn > since and workspace in (None, ref.workspace)
        ]

    async def look(self, workspace: str | None, patience_s: float) -> None:
        """Read what has changed of a workspace, or of all. Raises: StoreFault.

        What takes long, the ticks of before, is waited for that long and else comes later.
        """
        async with self._reading:
            revision = await self._doors.stores.workers.revision()
            if self._revisions.get(workspace) != revision:
                await self._read(workspace)
                self._revisions[workspace] = revision
        if self._filling is None and any(self._lacking(workspace)):
            self._filling = asyncio.create_task(self._fill(workspace))
            self._filling.add_done_callback(self._filled)
        if self._filling is not None:
            await asyncio.wait({self._filling}, timeout=patience_s)

    def forget(self) -> None:
        """Keep nothing: nobody has asked for long."""
        self._sights.clear()
        self._revisions.clear()
        self._gone.clear()
        self._forgotten = self.pulse.now

    async def close(self) -> None:
        """End what is under way."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.wait({self._filling})

    # What is wanted

    async def _read(self, workspace: str | None) -> None:
        gone = {ref for ref in self._sights if workspace in (None, ref.workspace)}
        fresh: list[Sight] = []
        after: WorkerRef | None = None
        while rows := await self._doors.stores.workers.workers(workspace, after, _PAGE):
            for row in rows:
                gone.discard(row.ref)
                if (sight := self._note(row)) is not None:
                    fresh.append(sight)
            after = rows[-1].ref
        for ref in gone:
            self._leave(self._sights.pop(ref))
            self._gone[ref] = self.pulse.now
        while len(self._gone) > _GONE:
            self._forgotten = max(self._forgotten, self._gone.pop(next(iter(self._gone))))
        for first in range(0, len(fresh), _AT_ONCE):
            await asyncio.gather(*map(self._know, fresh[first : first + _AT_ONCE]))

    def _note(self, worker: Worker) -> Sight | None:
        """Take what is wanted of a worker; give its sight if something of it is to be read."""
        ref = worker.ref
        known = self._sights.get(ref)
        if known is not None and known.worker.created_at != worker.created_at:
            self._leave(known)  # it is another one of that name
            known = None
        if known is None:
            self._gone.pop(ref, None)
            known = self._sights[ref] = Sight(worker, self.pulse.trace(ref))
        elif known.worker.revision == worker.revision:
            return None
        known.worker, known.looked = worker, None
        known.trace.changed = self.pulse.now
        return known

    def _leave(self, sight: Sight) -> None:
        """Keep nothing of a worker that went; another one of that name may have been heard."""
        if self.pulse.trace(sight.worker.ref) is sight.trace:
            self.pulse.purged(sight.worker.ref)

    async def _know(self, sight: Sight) -> None:
        """Read its version, and how it stands if nobody has said."""
        stores, worker = self._doors.stores, sight.worker
        for line in await stores.workers.versions(worker.ref, worker.version + 1, 1):
            sight.lay(line.hash, line.settings)
        if sight.trace.standing is None:
            standing = await stores.standings.standing(worker.ref)
            if standing is not None and sight.trace.standing is None:
                self.pulse.stood((standing,))

    # What was before, and what is in quarantine

    def _lacking(self, workspace: str | None) -> Iterator[Sight]:
        flagged = 0
        for ref, sight in self._sights.items():
            if workspace not in (None, ref.workspace):
                continue
            again = sight.quarantined and flagged < _FLAGGED
            flagged += again
            if again or sight.looked != sight.state or sight.trace.lacks:
                yield sight

    async def _fill(self, workspace: str | None) -> None:
        lacking = list(self._lacking(workspace))
        for first in range(0, len(lacking), _AT_ONCE):
            some = lacking[first : first + _AT_ONCE]
            await self._recall([sight for sight in some if sight.trace.lacks])
            async with asyncio.timeout(_SEIZED_S):
                await asyncio.gather(*map(self._look_up, some))

    def _filled(self, filling: asyncio.Task[None]) -> None:
        self._filling = None
        if filling.cancelled() or (error := filling.exception()) is None:
            return
        if not isinstance(error, StoreFault | TimeoutError):
            _logger.error("what workers did before cannot be read: %s", type(error).__name__)

    async def _recall(self, sights: list[Sight]) -> None:
        refs = [sight.worker.ref for sight in sights]
        found = await self._doors.recent.recent(refs, LIVE_TICKS) if refs else {}
        for sight in sights:
            sight.trace.recall(found[sight.worker.ref], self.pulse.now)

    async def _look_up(self, sight: Sight) -> None:
        state, found = sight.state, False
        if state not in _PROCESS:  # else it was let in
            found = await self._doors.quarantine.seized(sight.hash) is not None
        sight.looked = state
        if found != sight.quarantined:
            sight.quarantined = found
            sight.trace.changed = self.pulse.now
