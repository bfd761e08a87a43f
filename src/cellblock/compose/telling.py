"""Who is told what: runs, lines and moves of workers go to the journal, the metrics, the alerts.

In: what the fleet and the disk's watch tell, one at a time, in the loop's thread. Out: the same to
each who hears it. Nothing here blocks or raises.
"""

from __future__ import annotations

from cellblock.alerts.desk import Desk
from cellblock.alerts.matching import Happening, LateTick
from cellblock.journal import event as journal
from cellblock.journal.metrics import Metrics
from cellblock.journal.writer import Writer
from cellblock.names import WorkerRef
from cellblock.store.records import Line, Occasion, Run

_TOLD: dict[str, Occasion] = {"paused": "paused", "quarantined": "quarantined"}
"""States of which an operator is told."""
_WELL = frozenset({"running"})


class Teller:
    """Passes on. *desk* is set once it is there."""

    def __init__(self, writer: Writer, metrics: Metrics | None = None) -> None:
        self._writer = writer
        self.metrics = metrics
        self.desk: Desk | None = None
        self._troubled: set[WorkerRef] = set()

    def line(self, line: Line) -> None:
        """Take a log line."""
        self._writer.line(line)
        if self.metrics is not None:
            self.metrics.line(line)

    def run(self, run: Run) -> None:
        """Take a tick that ended."""
        self._writer.run(run)
        if self.metrics is not None:
            self.metrics.run(run)

    def told(self, event: journal.Event) -> None:
        """Take an event."""
        match event:
            case journal.Moved():
                self._moved(event)
            case journal.Late():
                self._late(event)
            case journal.Disk(state, what, at):
                self._hear(
                    Happening(
                        occasion="disk",
                        workspace=None,
                        at=at,
                        what=what,
                        over=state == "recovered",
                    )
                )
            case _:
                pass  # what is for a screen

    def purged(self, ref: WorkerRef) -> None:
        """Hear that a worker is there no more."""
        self._troubled.discard(ref)
        if self.metrics is not None:
            self.metrics.purged(ref)
        if self.desk is not None:
            self.desk.left(ref)

    def _moved(self, moved: journal.Moved) -> None:
        if self.metrics is not None:
            self.metrics.moved(moved)
        ref = WorkerRef(moved.workspace, moved.name)
        occasion = _TOLD.get(moved.state) if moved.before != moved.state else None
        if occasion is None and moved.state in _WELL and ref in self._troubled:
            self._troubled.discard(ref)
            occasion = "recovered"
        elif occasion is not None:
            self._troubled.add(ref)
        if occasion is None:
            return
        self._hear(
            Happening(
                occasion=occasion,
                workspace=moved.workspace,
                worker=moved.name,
                at=moved.at,
                what=moved.reason,
            )
        )

    def _late(self, late: journal.Late) -> None:
        if self.desk is not None:
            ref = WorkerRef(late.workspace, late.name)
            self.desk.hear_late(LateTick(ref, late.n, late.skipped, late.late_s), late.at)

    def _hear(self, happening: Happening) -> None:
        if self.desk is not None:
            self.desk.hear(happening)
