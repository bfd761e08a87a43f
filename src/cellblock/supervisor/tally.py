"""What went wrong with a worker in a row, and when it is tried again. Pure.

In: how starts, ticks and processes ended, with the monotonic time. Out: counts, and an instant.
"""

from __future__ import annotations

from dataclasses import dataclass

from cellblock.supervisor.backoff import delay_s

_SOUND_AFTER_S = 60.0
"""A process that lived so long does not count as one of several that were lost in a row."""


@dataclass(slots=True)
class Tally:
    """The counts of one worker."""

    errors: int = 0
    """Failed ticks and starts in a row, but for those that the host is to blame for."""
    losses: int = 0
    """Processes lost in a row."""
    hindrances: int = 0
    """Starts in a row that the host could not make."""
    starts: int = 0
    """Processes that were started."""
    again_s: float = 0.0
    """When the next start may be."""
    started_s: float = 0.0

    def started(self, now_s: float) -> None:
        """Count a process that has loaded the source."""
        self.starts += 1
        self.hindrances = 0
        self.started_s = now_s

    def ticked(self, *, ok: bool, excused: bool = False) -> None:
        """Count a tick, or a failed start; *excused* ones are nobody's fault."""
        if ok:
            self.errors = self.losses = 0
        else:
            self.errors += not excused

    def not_started(self, now_s: float) -> None:
        """Put off the next start after one in which the source or `setup` failed."""
        self.losses += 1
        self.again_s = now_s + delay_s(self.losses + 1)

    def hindered(self, now_s: float) -> None:
        """Put off the next start after one that the host could not make."""
        self.hindrances += 1
        self.again_s = now_s + delay_s(self.hindrances + 1)

    def lost(self, now_s: float) -> None:
        """Put off the next start after a process was lost; the first loss costs no time."""
        if now_s - self.started_s > _SOUND_AFTER_S:
            self.losses = 0
        self.losses += 1
        self.again_s = now_s + delay_s(self.losses)
