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
        rows = await self._ledger.rows(_standing, "standing", **of(ref))
        return rows[0] if rows else None

    async def standings(self, workspace: str | None) -> dict[WorkerRef, Standing]:
        """See `StandingStore`."""
        if workspace is None:
            rows = await self._ledger.rows(_standing, "standings_of_all")
        else:
            rows = await self._ledger.rows(_standing, "standings_of", workspace=workspace)
        return {standing.ref: standing for standing in rows}

    async def settle(self, places: Sequence[Place]) -> None:
        """See `StandingStore`."""
        values = [
            of(place.ref) | {"anchor_at": place.anchor_at, "reserved": place.reserved}
            for place in places
        ]
        await self._ledger.write(partial(self._ledger.run_each, "settle", values))

    async def places(self) -> dict[WorkerRef, Place]:
        """See `StandingStore`."""
        return {place.ref: place for place in await self._ledger.rows(_place, "places")}


def _values(standing: Standing) -> dict[str, Any]:
    values = structs.asdict(standing) | of(standing.ref)
    del values["ref"]
    if standing.enforcement is not None:
        values["enforcement"] = text(standing.enforcement)
    return values


def _standing(row: tuple[Any, ...]) -> Standing:
    workspace, name, *rest = row
    values = dict(zip(Standing.__struct_fields__[1:], rest, strict=True))
    if values["enforcement"] is not None:
        values["enforcement"] = msgspec.json.decode(values["enforcement"])
    return Standing(ref=WorkerRef(workspace, name), **values)


def _place(row: tuple[str, str, float, int]) -> Place:
    workspace, name, anchor_at, reserved = row
    return Place(ref=WorkerRef(workspace, name), anchor_at=anchor_at, reserved=reserved)
