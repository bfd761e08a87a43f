"""The store of pictures, overheard: what is kept is told as well."""

from __future__ import annotations

from collections.abc import Callable

from cellblock.names import WorkerId
from cellblock.store.ports import RenderStore

Shown = Callable[[WorkerId, bytes], object]
"""Hears the JSON text of each picture that was kept; must not block."""


class OverheardRenders:
    """A `RenderStore` that keeps its pictures in another."""

    def __init__(self, store: RenderStore, shown: Shown) -> None:
        self._store = store
        self._shown = shown

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """See `RenderStore`."""
        await self._store.draw(worker, render)
        self._shown(worker, render)

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """See `RenderStore`."""
        return await self._store.drawn(worker)

    async def forget(self, worker: WorkerId) -> None:
        """See `RenderStore`."""
        await self._store.forget(worker)
