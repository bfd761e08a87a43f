"""Who is told what: runs, lines and events of workers go to the journal, the metrics, the alerts.

In: what the fleet and the disk's watch tell, one at a time, in the loop's thread. Out: the same to
each who hears it. Nothing here blocks or raises.
"""

from __future__ import annotations

from cellblock.alerts.desk import Desk
from cellblock.alerts.hearing import Hearing
from cellblock.journal import event as journal
from cellblock.journal.metrics import Metrics
from cellblock.journal.pulse import Pulse
from cellblock.journal.writer import Writer
from cellblock.names import WorkerRef
from cellblock.store.records import Line, Run
from cellblock.wire.text import cut

_STILL = {"paused", "quarantined"}


class Teller:
    """Passes on. Those whom it tells beside the journal are named once they are there."""

    def __init__(self, writer: Writer, pulse: Pulse) -> None:
        self._writer = writer
        self._pulse = pulse
        self._metrics: Metrics | None = None
        self._alerts: Hearing | None = None

    def tell(self, metrics: Metrics, desk: Desk) -> None:
        """Tell these, too, from now on."""
        self._metrics = metrics
        self._alerts = Hearing(desk)

    def line(self, line: Line) -> None:
        """Take a log line."""
        self._writer.line(line)
        if self._metrics is not None:
            self._metrics.line(line)

    def run(self, run: Run) -> None:
        """Take a tick that ended."""
        self._writer.run(run)
        self._pulse.run(run)
        if self._metrics is not None:
            self._metrics.run(run)

    def told(self, event: journal.Event) -> None:
        """Take an event; a worker that is stood still learns why from its own log."""
        if isinstance(event, journal.Moved):
            if self._metrics is not None:
                self._metrics.moved(event)
            if event.state in _STILL and event.state != event.before:
                self.line(_still(event))
        if self._alerts is not None:
            self._alerts(event)

    def purged(self, ref: WorkerRef) -> None:
        """Hear that a worker is there no more."""
        self._pulse.purged(ref)
        if self._metrics is not None:
            self._metrics.purged(ref)
        if self._alerts is not None:
            self._alerts.purged(ref)


def _still(moved: journal.Moved) -> Line:
    ref = WorkerRef(moved.workspace, moved.name)
    message = cut(f"the worker is {moved.state}: {moved.reason}")
    return Line(ref=ref, at=moved.at, level="error", message=message, version=moved.version)
