"""How workers stand, for those who ask this host: what it has not kept yet goes before the store.

In: the store, and what waits to be kept. Out: a `StandingStore` that is true also while the store
can keep nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cellblock.names import WorkerRef
from cellblock.store.records import Place, Standing
from cellblock.store.service import StandingStore


class FreshStandings:
    """A `StandingStore`; *unkept* gives the standings that wait, *heard* is told of each."""

    def __init__(
        self,
        store: StandingStore,
        unkept: Callable[[], Mapping[WorkerRef, Standing]],
        heard: Callable[[Iterable[Standing]], None],
    ) -> None:
        self._store = store
        self._unkept = unkept
        self._heard = heard

    async def stand(self, standings: Sequence[Standing]) -> None:
        """See `StandingStore`."""
        self._heard(standings)
        await self._store.stand(standings)

    async def standing(self, ref: WorkerRef) -> Standing | None:
        """See `StandingStore`."""
        waits = self._unkept().get(ref)  # looked at first: by then the store has it, or it waits
        return waits or await self._store.standing(ref)

    async def standings(self, workspace: str | None) -> dict[WorkerRef, Standing]:
        """See `StandingStore`."""
        waiting = self._unkept().items()
        mine = {ref: one for ref, one in waiting if workspace in {None, ref.workspace}}
        return await self._store.standings(workspace) | mine

    async def settle(self, places: Sequence[Place]) -> None:
        """See `StandingStore`."""
        await self._store.settle(places)

    async def places(self) -> dict[WorkerRef, Place]:
        """See `StandingStore`."""
        return await self._store.places()
