"""What of the events of the service is told to the desk.

In: events, one at a time. Out: happenings and late ticks; nothing blocks or raises. A worker counts
as recovered when it runs after it was paused for its errors, or quarantined.
"""

from __future__ import annotations

from typing import Literal

from cellblock.alerts.desk import Desk
from cellblock.alerts.matching import Happening, LateTick
from cellblock.journal import event as journal
from cellblock.names import WorkerRef

_TROUBLE: dict[str, Literal["paused", "quarantined"]] = {
    "paused": "paused",
    "quarantined": "quarantined",
}
"""States in which nothing runs until an operator looks, by `journal.Moved.state`."""


class Hearing:
    """Hears for a desk: a `journal.Sink`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._troubled: set[WorkerRef] = set()

    def __call__(self, event: journal.Event) -> None:
        """Take an event."""
        match event:
            case journal.Moved():
                self._moved(event)
            case journal.Late():
                ref = WorkerRef(event.workspace, event.name)
                tick = LateTick(ref, event.n, event.skipped, event.late_s)
                self._desk.hear_late(tick, event.at)
            case journal.Disk():
                over = event.state == "recovered"
                happening = Happening(
                    occasion="disk", workspace=None, at=event.at, what=event.what, over=over
                )
                self._desk.hear(happening)
            case _:
                pass  # what is for a screen or the journal

    def purged(self, ref: WorkerRef) -> None:
        """Hear that a worker is there no more."""
        self._troubled.discard(ref)
        self._desk.left(ref)

    def _moved(self, moved: journal.Moved) -> None:
        ref = WorkerRef(moved.workspace, moved.name)
        if moved.before in _TROUBLE:  # as it was at the host's start, too
            self._troubled.add(ref)
        if (occasion := _TROUBLE.get(moved.state)) is not None:
            self._troubled.add(ref)
            if moved.state != moved.before:
                self._hear(occasion, moved)
            return
        if moved.state == "running" and ref in self._troubled:
            self._troubled.discard(ref)
            self._hear("recovered", moved)
        elif moved.before in _TROUBLE:
            # Somebody has seen to it: it is not told again, as long as it does not come back.
            self._desk.left(ref)

    def _hear(
        self, occasion: Literal["paused", "quarantined", "recovered"], moved: journal.Moved
    ) -> None:
        happening = Happening(
            occasion=occasion,
            workspace=moved.workspace,
            worker=moved.name,
            at=moved.at,
            what=moved.reason if occasion != "recovered" else "",
        )
        self._desk.hear(happening)
