"""`ctx.monitor`: a worker's picture for those who watch it, the newest of which is kept.

A call is answered as soon as the picture is good; how often one is kept is bounded here, so that a
progress bar in a tight loop costs its worker nothing and its neighbours no disk.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec

from cellblock.broker.adapter import CallRefused, HostError
from cellblock.broker.kind import Kind, Place
from cellblock.broker.widgets import Picture, kept_picture, picture
from cellblock.limits import MONITOR_WRITE_S
from cellblock.store.ports import StoreFault

_Result = TypeVar("_Result")
_logger = logging.getLogger("cellblock.broker")


class MonitorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A monitor needs no settings."""


class MonitorAdapter:
    """The picture of one worker; it outlives the worker's process."""

    def __init__(self, settings: MonitorSettings, place: Place) -> None:
        del settings
        self._store = place.renders
        self._worker = place.worker
        self._clock = place.surroundings.clock
        self._scrub = place.surroundings.scrub
        self._picture: Picture | None = None
        self._render: bytes | None = None
        """Drawn and not yet kept."""
        self._writing: asyncio.Task[None] | None = None

    async def render(self, widgets: list[msgspec.Raw]) -> dict[str, Any]:
        """Show these widgets, in the place of all before; answers their number."""
        return await self._show(picture(widgets))

    async def update(self, id: str, widget: msgspec.Raw) -> dict[str, Any]:  # noqa: A002
        """Show *widget* in the place of the one with that id; answers the number of widgets."""
        if not id:
            raise CallRefused("id is empty; name the widget's id", "ValueError")
        if self._picture is None:
            kept = await self._asked(self._store.drawn(self._worker))
            self._picture = kept_picture(kept) if kept is not None else Picture()
        return await self._show(self._picture.replaced(id, widget))

    async def clear(self) -> dict[str, Any]:
        """Show nothing."""
        return await self._show(Picture())

    async def close(self) -> None:
        """Keep what was drawn last."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
        await self._told(self._write())

    async def _show(self, shown: Picture) -> dict[str, Any]:
        self._picture = shown
        self._render = shown.json(self._clock.wall_s())
        if self._writing is None or self._writing.done():
            await self._asked(self._write())
            self._writing = asyncio.create_task(self._write_on())
        return {"widgets": len(shown.widgets)}

    async def _write_on(self) -> None:
        """Keep what is drawn from now on, at most so often, until nothing is."""
        await asyncio.sleep(MONITOR_WRITE_S)
        while self._render is not None:
            await self._told(self._write())
            await asyncio.sleep(MONITOR_WRITE_S)

    async def _write(self) -> None:
        render = self._render
        if render is None:
            return
        try:
            await self._store.draw(self._worker, render)
        except StoreFault:
            self._forget(render)
            raise
        self._forget(render)

    def _forget(self, render: bytes) -> None:
        if self._render is render:  # and nothing newer was drawn meanwhile
            self._render = None

    async def _told(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - a store of another program may fail in any way
            # Formatted here: a logger would print a store's own words, its password among them.
            told = self._scrub.text(traceback.format_exc())
            text = "the picture of worker %s could not be kept\n%s"
            _logger.error(text, self._worker, told)  # noqa: TRY400

    async def _asked(self, work: Awaitable[_Result]) -> _Result:
        try:
            return await work
        except StoreFault as fault:
            text = f"the picture could not be kept: {fault}"
            raise HostError(text, "io") from fault


KIND = Kind(
    name="monitor",
    summary="Shows numbers, lamps, tables and charts of the worker to those who watch it.",
    settings=MonitorSettings,
    worker=MonitorAdapter,
    keyless=True,
)
