"""`ctx.state`: a worker's values, kept in a store.

The limits are those of `keeping`, for every store. A worker has its name in a store alone, one
process and one call at a time; `compose` sees to it. Its operator alone writes beside it, so sizes
stay true but for that, and are read anew after some writes.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Coroutine
from functools import partial
from typing import Any
from zlib import crc32

from cellblock.broker.adapter import CallRefused, json_bytes
from cellblock.broker.keeping import Room, judge_value, state_key
from cellblock.limits import STATE_PAGE_BYTES
from cellblock.names import WorkerId
from cellblock.store.ports import PromptStore, StateStore, StoreFault, WouldWait, offered
from cellblock.wire import messages as m

_TRUSTED_WRITES = 100
"""Writes after which sizes are read anew; reading those of 10,000 keys takes some 0.01 s.

Each worker has a number of its own up to a half less, or those that started together would all
read in the same moment."""


class StateAdapter:
    """One worker's view of the store."""

    def __init__(self, store: StateStore, worker: WorkerId) -> None:
        self._store = store
        self._prompt = offered(store, PromptStore)
        self._worker = worker
        self._room: Room | None = None
        self._trusted = 0
        self._changing: asyncio.Future[None] | None = None

    def begin(self, call: m.Call) -> bytes | asyncio.Future[None] | None:
        """See `PromptAdapter`."""
        if self._prompt is None or self._changing is not None:
            raise WouldWait
        if isinstance(call, m.StateGet):
            return self._prompt.get_now(self._worker, state_key(call.key))
        if isinstance(call, m.StateSet) and self._room is not None and self._trusted > 0:
            return self._set_now(self._prompt, self._room, state_key(call.key), call.value)
        raise WouldWait

    def _set_now(
        self, store: PromptStore, room: Room, key: str, value: bytes
    ) -> asyncio.Future[None] | None:
        judge_value(key, value)
        size = room.judge(key, value)
        self._changing = changing = store.set_now(self._worker, key, value)
        if changing is None:
            self._keep(key, size)
        else:
            changing.add_done_callback(partial(self._kept, key, size))
        return changing

    def _kept(self, key: str, size: int, changing: asyncio.Future[None]) -> None:
        """Note what became of a change, before anybody else hears of it."""
        self._changing = None
        if changing.cancelled() or changing.exception() is not None:
            self._room = None
        else:
            self._keep(key, size)

    def _keep(self, key: str, size: int) -> None:
        if self._room is not None:
            self._room.set(key, size)
        self._trusted -= 1

    async def answer(self, call: m.Call) -> bytes | None:
        """Answer one call; see `Adapter`."""
        await self._settled()
        try:
            match call:
                case m.StateGet(key):
                    return await self._store.get(self._worker, state_key(key))
                case m.StateSet(key, value):
                    await self._set(state_key(key), value)
                    return None
                case m.StateDelete(key):
                    await self._delete(state_key(key))
                    return None
                case m.StateKeys(after):
                    return _keys(await self._store.keys(self._worker), after)
                case m.StatePage(after):
                    return _page(await self._store.page(self._worker, after, STATE_PAGE_BYTES))
                case _:
                    raise CallRefused("this is no call of ctx.state")
        except StoreFault as fault:
            raise CallRefused(f"ctx.state: {fault}", by_host=True) from fault

    async def _set(self, key: str, value: bytes) -> None:
        judge_value(key, value)
        size = (await self._known_room()).judge(key, value)
        await self._change(self._store.set(self._worker, key, value))
        self._keep(key, size)

    async def _delete(self, key: str) -> None:
        await self._change(self._store.delete(self._worker, key))
        if self._room is not None:
            self._room.delete(key)

    async def _change(self, work: Coroutine[Any, Any, None]) -> None:
        """Change the store; a change that failed or was given up half-way makes sizes unknown."""
        self._changing = asyncio.ensure_future(work)
        try:
            await asyncio.shield(self._changing)
        except BaseException:
            self._room = None
            raise
        self._changing = None

    async def _settled(self) -> None:
        """Wait for a change that was given up at a deadline and is still under way."""
        if self._changing is not None:
            await asyncio.wait({self._changing})
            self._changing = None

    async def _known_room(self) -> Room:
        if self._room is None or self._trusted <= 0:
            self._room = Room(await self._store.sizes(self._worker))
            spread = crc32(self._worker.encode()) % (_TRUSTED_WRITES // 2)
            self._trusted = _TRUSTED_WRITES - spread
        return self._room

    async def close(self) -> None:
        """Wait for a change that is under way; the store is closed by who opened it."""
        await self._settled()


def _page(values: dict[str, bytes]) -> bytes:
    """Join keys and values to one JSON object; what passes the page's size is left to the next."""
    pairs: list[bytes] = []
    size = 0
    for key, value in values.items():
        pair = json_bytes(key) + b":" + value
        size += len(pair)
        if pairs and size > STATE_PAGE_BYTES:
            break
        pairs.append(pair)
    return b"{" + b",".join(pairs) + b"}"


def _keys(keys: list[str], after: str) -> bytes:
    """Give as many of the keys that sort after *after* as one page takes."""
    texts: list[bytes] = []
    size = 0
    for key in keys[bisect_right(keys, after) :]:
        text = json_bytes(key)
        size += len(text) + 1
        if texts and size > STATE_PAGE_BYTES:
            break
        texts.append(text)
    return b"[" + b",".join(texts) + b"]"
