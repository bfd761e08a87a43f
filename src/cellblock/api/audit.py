"""Who did what: every changing request is noted, also those that were refused.

The action is the name of the route. Refusals are bounded: of one actor and action the first few
of a minute are noted as they come, the others as one entry with their count.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass

import msgspec

from cellblock.api.visit import Visit
from cellblock.clock import Clock
from cellblock.store.ports import StoreFault
from cellblock.store.records import Audit
from cellblock.store.service import AuditStore

REFUSED_AT_ONCE = 10
"""Refusals of one actor and action in a minute that are noted one by one."""
MOST_COUNTED = 50
"""Actors and actions whose refusals are counted; all others together are one entry."""
_OTHERS = ("others", "access.refused", 401)
_logger = logging.getLogger("cellblock.api")


@dataclass(slots=True)
class _Count:
    seen: int = 0
    last: Audit | None = None


class Ledger:
    """Writes the audit log. A store that fails keeps nobody from their work."""

    def __init__(self, store: AuditStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str, int], _Count] = OrderedDict()

    async def note(self, here: Visit, action: str, target: str, status: int) -> None:
        """Note a changing request that was answered with *status*."""
        await self._note(
            Audit(
                at=self._clock.wall_s(),
                actor=here.caller.actor if here.caller else f"address {here.address[:100]}",
                action=action,
                workspace=here.workspace,
                target=(here.target if here.target is not None else target)[:500],
                detail=here.detail,
                status=status,
            )
        )

    async def refused(self, here: Visit, status: int) -> None:
        """Note one who was not let in."""
        actor = f"address {here.address[:100]}"
        at = self._clock.wall_s()
        await self._note(Audit(at=at, actor=actor, action="access.refused", status=status))

    async def _note(self, entry: Audit) -> None:
        if entry.status < 400 or self._first(entry):
            await self._keep(entry)

    def _first(self, entry: Audit) -> bool:
        """Count a refusal; tell whether it is among the first, which are noted one by one."""
        key = (entry.actor, entry.action, entry.status)
        if key not in self._counts and len(self._counts) >= MOST_COUNTED:
            key = _OTHERS
            entry = msgspec.structs.replace(
                entry, actor=_OTHERS[0], action=_OTHERS[1], workspace=None, target="", detail={}
            )
        count = self._counts.setdefault(key, _Count())
        count.seen += 1
        count.last = entry
        return count.seen <= REFUSED_AT_ONCE and key != _OTHERS

    async def sum_up(self) -> None:
        """Note what was only counted; to be called every minute."""
        counts, self._counts = self._counts, OrderedDict()
        for key, count in counts.items():
            noted = 0 if key == _OTHERS else REFUSED_AT_ONCE
            if count.last is not None and count.seen > noted:
                more = {"times": count.seen - noted}
                await self._keep(msgspec.structs.replace(count.last, target="", detail=more))

    async def _keep(self, entry: Audit) -> None:
        try:
            await self._store.note(entry)
        except StoreFault as fault:
            _logger.warning("the audit log could not be written: %s", fault)
