"""Who did what, in the registry: an `AuditStore`."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from cellblock.store.ledger import Ledger, text
from cellblock.store.records import Audit

_HIGHEST = (1 << 63) - 1


class AuditTable:
    """An `AuditStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def note(self, entry: Audit) -> None:
        """See `AuditStore`."""
        values = structs.asdict(entry) | {"detail": text(entry.detail)}
        del values["id"]
        await self._ledger.write(partial(self._ledger.run, "note", **values))

    async def audit(
        self, workspace: str | None, before: int | None = None, limit: int = 100
    ) -> list[Audit]:
        """See `AuditStore`."""
        values = {"before": _HIGHEST if before is None else before, "limit": max(limit, 0)}
        if workspace is None:
            return await self._ledger.rows(_audit, "audit_of_all", **values)
        return await self._ledger.rows(_audit, "audit_of", workspace=workspace, **values)


def _audit(row: tuple[Any, ...]) -> Audit:
    values = dict(zip(Audit.__struct_fields__, row, strict=True))
    return Audit(**values | {"detail": msgspec.json.decode(values["detail"])})
