"""Who did what, in the registry: an `AuditStore`."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from cellblock.limits import AUDIT_ENTRIES
from cellblock.store.ledger import Ledger, text
from cellblock.store.records import Audit

_HIGHEST = (1 << 63) - 1
_SWEEP_EVERY = 97
"""Entries after which old ones are looked for: to count them all each time would cost more than
to keep one. A prime, so that no pattern of who writes keeps a workspace from its turn."""


class AuditTable:
    """An `AuditStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def note(self, entry: Audit) -> None:
        """See `AuditStore`."""
        values = structs.asdict(entry) | {"detail": text(entry.detail)}
        del values["id"]
        await self._ledger.write(partial(self._note, values))

    async def audit(
        self, workspace: str | None, before: int | None = None, limit: int = 100
    ) -> list[Audit]:
        """See `AuditStore`."""
        values = {"before": _HIGHEST if before is None else before, "limit": max(limit, 0)}
        if workspace is None:
            return await self._ledger.rows(_audit, "audit_of_all", **values)
        return await self._ledger.rows(_audit, "audit_of", workspace=workspace, **values)

    def _note(self, values: dict[str, Any]) -> None:
        identity = self._ledger.run("note", **values)[0][0]
        if identity % _SWEEP_EVERY == 0:
            place = {"workspace": values["workspace"], "most": AUDIT_ENTRIES}
            self._ledger.run("forget_audit", **place)


def _audit(row: tuple[Any, ...]) -> Audit:
    values = dict(zip(Audit.__struct_fields__, row, strict=True))
    return Audit(**values | {"detail": msgspec.json.decode(values["detail"])})
