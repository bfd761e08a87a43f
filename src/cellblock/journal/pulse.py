"""What the workers of a host did last, kept small, for those who look on.

In: runs and standings, told as they happen, under a µs for a run. Out: of each worker how it
stands, its last tick, and how long the ones before took. Nobody is told anything here: who looks on
asks what has changed since a moment that `Pulse.turn` gave.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import structs

from cellblock.limits import LIVE_TEXT_CHARACTERS, LIVE_TICKS
from cellblock.names import WorkerRef
from cellblock.outcome import OutcomeKind
from cellblock.store.records import Beat, Run, Standing

_OUTCOMES = tuple(kind.value for kind in OutcomeKind)
_CODES = {outcome: code for code, outcome in enumerate(_OUTCOMES)}
_BITS = 3
"""Of a number that hold the outcome; the others hold µs."""
_NONE = bytes(8 * LIVE_TICKS)


def short(text: str) -> str:
    """Cut a text of a worker for a row, and have it such that it can be written."""
    if len(text) > LIVE_TEXT_CHARACTERS:
        text = text[: LIVE_TEXT_CHARACTERS - 1] + "…"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class Trace:
    """What is kept of one worker: some hundred bytes."""

    __slots__ = ("_count", "_first", "_ring", "changed", "last", "standing", "ticked", "whole")

    def __init__(self) -> None:
        self._ring = array("q", _NONE)
        self._count = 0
        self._first: int | None = None
        """Number of the first tick that was heard."""
        self.last: Run | Beat | None = None
        """The last tick, with a short error and no traceback."""
        self.standing: Standing | None = None
        """How it stands, without the proof of its jail; None as long as nobody said."""
        self.ticked = 0
        """The turn in which it ticked last."""
        self.changed = 0
        """The turn in which something else of it changed last."""
        self.whole = False
        """Whether the ticks of before this host are among those that are kept."""

    def heard(self, run: Run, turn: int) -> None:
        """Take a tick that ended."""
        count = self._count
        if self._first is None:
            self._first = run.n
        self._ring[count % LIVE_TICKS] = (
            int(run.duration_ms * 1000 + 0.5) << _BITS | (_CODES[run.outcome])
        )
        self._count = count + 1
        self.last = run if run.error is None else _short(run)
        self.ticked = turn

    def recall(self, beats: Sequence[Beat], turn: int) -> None:
        """Take the ticks that a store has, the oldest first; those that were heard are passed."""
        self.whole = True
        older = [one for one in beats if self._first is None or one.n < self._first]
        if not older or self._count >= LIVE_TICKS:
            return
        numbers = [_number(one) for one in older] + list(self._ring[: self._count])
        numbers = numbers[-LIVE_TICKS:]
        self._ring[: len(numbers)] = array("q", numbers)
        self._count = len(numbers)
        if self.last is None:
            self.last = _short(older[-1])
        self.changed = turn

    @property
    def lacks(self) -> bool:
        """Whether a store may have ticks that would be among those that are kept."""
        return not self.whole and self._count < LIVE_TICKS

    def recent(self) -> list[tuple[float, str]]:
        """Give duration in ms and outcome of the last ticks, the oldest first."""
        count, ring = self._count, self._ring
        place = count % LIVE_TICKS
        numbers = ring[:count] if count <= LIVE_TICKS else ring[place:] + ring[:place]
        mask = (1 << _BITS) - 1
        return [((one >> _BITS) / 1000, _OUTCOMES[one & mask]) for one in numbers]


class Pulse:
    """All workers of a host, in one thread; *waiting* gives standings that are not kept yet."""

    def __init__(self, waiting: Callable[[], Mapping[WorkerRef, Standing]] = dict) -> None:
        self._traces: dict[WorkerRef, Trace] = {}
        self._waiting = waiting
        self.now = 1
        """The turn in which what is heard now is noted."""

    def __len__(self) -> int:
        """Tell of how many workers something is kept."""
        return len(self._traces)

    def run(self, run: Run) -> None:
        """Hear of a tick that ended."""
        trace = self._traces.get(run.ref)
        if trace is None:
            trace = self._traces[run.ref] = Trace()
        trace.heard(run, self.now)

    def stood(self, standings: Iterable[Standing]) -> None:
        """Hear how workers stand."""
        for standing in standings:
            trace = self.trace(standing.ref)
            known = structs.replace(
                standing, enforcement=None, heeded=0, host="", reason=short(standing.reason)
            )
            if known != trace.standing:
                trace.standing = known
                trace.changed = self.now

    def purged(self, ref: WorkerRef) -> None:
        """Forget a worker that is there no more."""
        self._traces.pop(ref, None)

    def trace(self, ref: WorkerRef) -> Trace:
        """Give what is kept of a worker; a new one is empty."""
        trace = self._traces.get(ref)
        if trace is None:
            trace = self._traces[ref] = Trace()
        return trace

    def turn(self, least: int) -> int:
        """End a turn, and give its number; the next one has *least* or a higher one."""
        self.stood(self._waiting().values())
        ended = self.now
        self.now = max(ended + 1, least)
        return ended


def _number(beat: Beat) -> int:
    return int(beat.duration_ms * 1000 + 0.5) << _BITS | _CODES.get(beat.outcome, 0)


def _short(run: Run | Beat) -> Beat:
    return Beat(
        n=run.n,
        started_at=run.started_at,
        late_ms=run.late_ms,
        duration_ms=run.duration_ms,
        outcome=run.outcome,
        memory_bytes=run.memory_bytes,
        error=None if run.error is None else short(run.error),
    )
