"""How workers stand, and where on their schedules, in the registry: a `StandingStore`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from cellblock.names import WorkerRef
from cellblock.store.ledger import Ledger, of, text
from cellblock.store.records import Place, Standing


class StandingTable:
    """A `StandingStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def stand(self, standings: Sequence[Standing]) -> None:
        """See `StandingStore`."""
        values = [_values(standing) for standing in standings]
        await self._ledger.write(partial(self._ledger.run_each, "stand", values))

    async def standing(self, ref: WorkerRef) -> Standing | None:
        """See `StandingStore`."""
        rows = await self._ledger.rows("standing", **of(ref))
        return _standing(rows[0]) if rows else None

    async def standings(self, workspace: str | None) -> dict[WorkerRef, Standing]:
        """See `StandingStore`."""
        if workspace is None:
            rows = await self._ledger.rows("standings_of_all")
        else:
            rows = await self._ledger.rows("standings_of", workspace=workspace)
        return {standing.ref: standing for standing in map(_standing, rows)}

    async def settle(self, places: Sequence[Place]) -> None:
        """See `StandingStore`."""
        values = [
            of(place.ref) | {"anchor_at": place.anchor_at, "reserved": place.reserved}
            for place in places
        ]
        await self._ledger.write(partial(self._ledger.run_each, "settle", values))

    async def places(self) -> dict[WorkerRef, Place]:
        """See `StandingStore`."""
        rows = await self._ledger.rows("places")
        refs = [WorkerRef(workspace, name) for workspace, name, *_ in rows]
        return {
            ref: Place(ref=ref, anchor_at=row[2], reserved=row[3])
            for ref, row in zip(refs, rows, strict=True)
        }


def _values(standing: Standing) -> dict[str, Any]:
    values = structs.asdict(standing) | of(standing.ref)
    del values["ref"]
    if standing.enforcement is not None:
        values["enforcement"] = text(standing.enforcement)
    return values


def _standing(row: tuple[Any, ...]) -> Standing:
    workspace, name, state, reason, since, host, version, pid, restarts, errors, next_at, proof = (
        row
    )
    return Standing(
        ref=WorkerRef(workspace, name),
        state=state,
        reason=reason,
        since=since,
        host=host,
        version=version,
        pid=pid,
        restarts=restarts,
        errors=errors,
        next_at=next_at,
        enforcement=None if proof is None else msgspec.json.decode(proof),
    )
