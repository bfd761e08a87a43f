"""What was told already, what is on its way, and what is told again if it lasts.

In: happenings that concern a rule. Out: a notice, or none if the same alert was told not long ago.
What was sent is kept by the store, so that a restart of the host tells nothing twice. A store that
fails has an alert told once more rather than not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cellblock.alerts.letters import Notice
from cellblock.alerts.matching import Happening, begun_by, key_of
from cellblock.clock import Clock
from cellblock.limits import ALERT_QUEUE
from cellblock.store.ports import StoreFault
from cellblock.store.records import Rule
from cellblock.store.service import RuleStore

_REMEMBERED = 10 * ALERT_QUEUE
"""Keys in memory; those of before are asked of the store."""
_LASTS = {"paused", "quarantined", "disk"}
"""Occasions that go on until they are said to be over."""
_logger = logging.getLogger("cellblock.alerts")


@dataclass(frozen=True, slots=True)
class _Held:
    """Something that was not told, because it had been a while ago, and goes on."""

    due: float
    rule: str
    happening: Happening


class Ledger:
    """Which alerts are to be told now."""

    def __init__(self, store: RuleStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._told: dict[str, float] = {}
        self._leaving: dict[str, float] = {}
        self._untold: dict[str, int] = {}
        self._held: dict[str, _Held] = {}

    async def notice(self, rule: Rule, repeat_s: float, happening: Happening) -> Notice | None:
        """Give what is to be told now of *happening*, if anything is."""
        key, begun = key_of(rule, happening), begun_by(rule, happening)
        now = self._clock.wall_s()
        if begun:
            for one in begun:
                self._held.pop(one, None)
                self._untold.pop(one, None)
            if not [one for one in begun if await self._is_open(one, key)]:
                return None
        else:
            at = await self._at(key)
            if at is not None and 0 <= now - at < repeat_s:
                self._hold(key, at + repeat_s, rule, happening)
                return None
        self._held.pop(key, None)
        self._leaving[key] = now
        return Notice(key=key, happening=happening, before=self._untold.pop(key, 0))

    def is_known(self, rule: Rule, repeat_s: float, happening: Happening) -> bool:
        """Count *happening*, and tell without asking the store whether it was told already."""
        key = key_of(rule, happening)
        at = self._leaving.get(key, self._told.get(key))
        known = at is not None and 0 <= self._clock.wall_s() - at < repeat_s
        if known:
            self._count(key)
        return known

    async def see(self, rule: Rule, happening: Happening) -> None:
        """Note what a rule is not told of, whose end it is to be told of."""
        await self.settle([Notice(key=key_of(rule, happening), happening=happening)], happening.at)

    async def settle(self, notices: Iterable[Notice], at: float | None) -> None:
        """Note what was sent, or with None was not, and may be tried again."""
        for notice in notices:
            self._leaving.pop(notice.key, None)
            if at is None:
                continue
            self._remember(notice.key, at)
            try:
                await self._store.tell(notice.key, at)
            except StoreFault as fault:
                _logger.warning("what was told cannot be kept: %s", fault)

    def due(self) -> Sequence[tuple[str, Happening]]:
        """Take what goes on and was told long enough ago, with the ids of its rules."""
        now = self._clock.wall_s()
        keys = [key for key, held in self._held.items() if held.due <= now]
        return [(held.rule, held.happening) for held in map(self._held.pop, keys)]

    def clear(self, workspace: str, worker: str) -> None:
        """Forget what went on with a worker: it is another thing from now on."""
        for key, held in list(self._held.items()):
            if (held.happening.workspace, held.happening.worker) == (workspace, worker):
                del self._held[key]

    def _hold(self, key: str, due: float, rule: Rule, happening: Happening) -> None:
        self._count(key)
        lasts = happening.occasion in _LASTS and not happening.over
        if lasts and (key in self._held or len(self._held) < _REMEMBERED):
            self._held[key] = _Held(due, rule.id, happening)

    def _count(self, key: str) -> None:
        if key in self._untold or len(self._untold) < _REMEMBERED:
            self._untold[key] = self._untold.get(key, 0) + 1

    async def _is_open(self, begun: str, ended: str) -> bool:
        """Tell whether the beginning was told since the end was told last."""
        at, end = await self._at(begun), await self._at(ended)
        return at is not None and (end is None or at > end)

    async def _at(self, key: str) -> float | None:
        """Tell when an alert was told, or put on its way."""
        at = self._leaving.get(key, self._told.get(key))
        if at is not None:
            return at
        try:
            at = await self._store.told(key)
        except StoreFault as fault:
            _logger.warning("what was told cannot be read: %s", fault)
            return None
        if at is not None:
            self._remember(key, at)
        return at

    def _remember(self, key: str, at: float) -> None:
        self._told.pop(key, None)
        self._told[key] = at
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
