"""Rounds of what is new of all workers, for many who look on: made and written once for them.

In: what is known of the workers of a workspace, or of all. Out: JSON text. A round is made when
somebody asks and the last is a second old; whoever asks for the same gets the same bytes. Nothing
here holds the loop for more than a few ms.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from typing import Any

import msgspec

from cellblock.api.doors import Doors
from cellblock.api.sights import Sight, Sights
from cellblock.clock import Clock
from cellblock.limits import LIVE_ROUND_S, LIVE_ROUNDS

PATIENCE_S = 0.3
"""Time for which a round waits for what takes long."""
_LEFT_S = 60.0
"""Time after which a workspace is let go that nobody asks of."""
_ROWS = 50
"""Rows that are written at once."""
_TICKS = 250
"""Ticks likewise."""
_json = msgspec.json.Encoder()


# Rows are structs, for thousands are written each second; the models of `models_live` only describe
# them, and a test compares the two.
class Last(msgspec.Struct):
    """The last tick of a row."""

    n: int
    started_at: float
    late_ms: float
    duration_ms: float
    outcome: str
    error: str | None


class Row(msgspec.Struct):
    """A worker, in short; see `models_live.LiveRow`."""

    workspace: str
    name: str
    desired: str
    state: str
    reason: str
    since: float
    version: int
    running_version: int | None
    schedule: str
    next_at: float | None
    errors: int
    restarts: int
    pid: int | None
    quarantined: bool
    memory_bytes: int | None
    revision: int
    last: Last | None
    recent: list[tuple[float, str]]


class Round:
    """One moment of a workspace, or of all: what is asked of it is written once."""

    def __init__(self, number: int, name: str, at: float) -> None:
        self.number = number
        self.name = name
        self.at = at
        self.texts: dict[int | None, asyncio.Task[bytes]] = {}


class Scope:
    """What is asked of one workspace, or of all."""

    def __init__(self) -> None:
        self.asked_s = self.made_s = float("-inf")
        self.rounds: deque[int] = deque(maxlen=LIVE_ROUNDS)
        self.round: Round | None = None
        self.making: asyncio.Task[None] | None = None


class Rounds:
    """All of them. `rest` is to be called now and then, `close` at the end."""

    def __init__(self, doors: Doors) -> None:
        self._clock: Clock = doors.clock
        self._sights = Sights(doors)
        self._scopes: dict[str | None, Scope] = {}
        self._boot = secrets.token_hex(4)
        self._begun_s: float | None = None

    async def text(self, workspace: str | None, since: str | None) -> bytes:
        """Give what is new since a round, of a workspace or of all; all if it is not known.

        Raises: StoreFault.
        """
        now_s = self._clock.monotonic_s()
        scope = self._scopes.setdefault(workspace, Scope())
        scope.asked_s = now_s
        if scope.making is None and now_s - scope.made_s >= LIVE_ROUND_S:
            scope.making = asyncio.create_task(self._make(workspace, scope))
        if scope.making is not None:
            await asyncio.shield(scope.making)  # others wait for it, too
        made = scope.round
        assert made is not None
        number = self._number(scope, since)
        if number not in made.texts:
            made.texts[number] = asyncio.create_task(self._write(made, workspace, number))
        return await asyncio.shield(made.texts[number])

    def rest(self) -> None:
        """Let go of what nobody asked for lately."""
        old_s = self._clock.monotonic_s() - _LEFT_S
        for workspace, scope in list(self._scopes.items()):
            if scope.asked_s < old_s and scope.making is None:
                del self._scopes[workspace]
        if not self._scopes:
            self._sights.forget()

    async def close(self) -> None:
        """End what is under way."""
        await self._sights.close()

    def _number(self, scope: Scope, since: str | None) -> int | None:
        boot, _, number = (since or "").partition(".")
        if boot != self._boot or not (number.isascii() and number.isdigit() and len(number) < 18):
            return None
        return int(number) if int(number) in scope.rounds else None

    async def _make(self, workspace: str | None, scope: Scope) -> None:
        try:
            await self._sights.look(workspace, PATIENCE_S)
            now_s = self._clock.monotonic_s()
            if self._begun_s is None:
                self._begun_s = now_s
            # By the time, so that it tells nobody whether others ask, too.
            number = self._sights.pulse.turn(int((now_s - self._begun_s) * 1000))
            scope.round = Round(number, f"{self._boot}.{number}", self._clock.wall_s())
            scope.rounds.append(number)
            scope.made_s = now_s
        finally:
            scope.making = None

    async def _write(self, made: Round, workspace: str | None, since: int | None) -> bytes:
        gone = None if since is None else self._sights.gone(workspace, since)
        whole = since is None or gone is None
        rows: list[bytes] = []
        ticks: list[bytes] = []
        if since != made.number:
            new = ticked = self._sights.of(workspace)
            if since is not None and not whole:
                new = [sight for sight in new if sight.trace.changed > since]
                ticked = [sight for sight in ticked if sight.trace.ticked > since]
                ticks = await _written(ticked, _TICKS, _tick, made.at)
            rows = await _written(new, _ROWS, _row, made.at)
        head = _json.encode({"at": made.at, "round": made.name, "whole": whole})
        parts = (b",".join(rows), b",".join(ticks), _json.encode(gone or []))
        return head[:-1] + b',"workers":[%b],"ticks":[%b],"gone":%b}' % parts


async def _written(sights: list[Sight], step: int, make: Any, at: float) -> list[bytes]:
    """Write each as *make* gives it, so many at once."""
    texts = []
    for first in range(0, len(sights), step):
        if first:
            await asyncio.sleep(0)
        texts.append(_json.encode([make(sight, at) for sight in sights[first : first + step]]))
    return [text[1:-1] for text in texts]


def _tick(sight: Sight, at: float) -> tuple[Any, ...]:
    ref, last = sight.worker.ref, sight.trace.last
    assert last is not None
    return (
        ref.workspace,
        ref.name,
        last.n,
        last.started_at,
        last.late_ms,
        last.duration_ms,
        last.outcome,
        last.memory_bytes,
        sight.next_at(at),
    )


def _row(sight: Sight, at: float) -> Row:
    worker, standing = sight.worker, sight.trace.standing
    return Row(
        workspace=worker.ref.workspace,
        name=worker.ref.name,
        desired=worker.desired,
        state=sight.state,
        reason=standing.reason if standing else "",
        since=standing.since if standing else worker.created_at,
        version=worker.version,
        running_version=standing.version if standing else None,
        schedule=sight.schedule,
        next_at=sight.next_at(at),
        errors=standing.errors if standing else 0,
        restarts=standing.restarts if standing else 0,
        pid=standing.pid if standing else None,
        quarantined=sight.quarantined,
        memory_bytes=sight.memory_bytes,
        revision=worker.revision,
        last=_last(sight),
        recent=sight.trace.recent(),
    )


def _last(sight: Sight) -> Last | None:
    last = sight.trace.last
    if last is None:
        return None
    return Last(
        n=last.n,
        started_at=last.started_at,
        late_ms=last.late_ms,
        duration_ms=last.duration_ms,
        outcome=last.outcome,
        error=last.error,
    )
