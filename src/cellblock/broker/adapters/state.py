"""`ctx.state`: a worker's values, kept in a store.

The limits are judged here, once for every store. A worker has its name in a store alone (`compose`
sees to it), one process and one call at a time, so sizes known since the first write stay true.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Coroutine
from typing import Any

from cellblock.broker.adapter import CallRefused, json_bytes
from cellblock.limits import (
    STATE_KEY_BYTES,
    STATE_KEYS,
    STATE_PAGE_BYTES,
    STATE_VALUE_BYTES,
    STATE_WORKER_BYTES,
)
from cellblock.names import WorkerId
from cellblock.store.ports import StateStore, StoreFault
from cellblock.wire import messages as m
from cellblock.wire.codec import json_problem


class StateAdapter:
    """One worker's view of the store."""

    def __init__(self, store: StateStore, worker: WorkerId) -> None:
        self._store = store
        self._worker = worker
        self._sizes: dict[str, int] | None = None
        self._changing: asyncio.Future[None] | None = None

    async def answer(self, call: m.Call) -> bytes | None:
        """Answer one call; see `Adapter`."""
        await self._settled()
        try:
            match call:
                case m.StateGet(key):
                    return await self._store.get(self._worker, _key(key))
                case m.StateSet(key, value):
                    await self._set(_key(key), value)
                    return None
                case m.StateDelete(key):
                    await self._delete(_key(key))
                    return None
                case m.StateKeys(after):
                    return _keys(await self._store.keys(self._worker), after)
                case m.StatePage(after):
                    return _page(await self._store.page(self._worker, after, STATE_PAGE_BYTES))
                case _:
                    raise CallRefused("this is no call of ctx.state")
        except StoreFault as fault:
            raise CallRefused(f"ctx.state: {fault}") from fault

    async def _set(self, key: str, value: bytes) -> None:
        if len(value) > STATE_VALUE_BYTES:
            raise CallRefused(
                f"the state value of {key!r} has {len(value):,} bytes as JSON; "
                f"the limit is {STATE_VALUE_BYTES:,}",
                "ValueError",
            )
        problem = json_problem(value)
        if problem:
            raise CallRefused(f"the state value of {key!r} is {problem}", "ValueError")
        sizes = await self._known_sizes()
        size = len(key.encode()) + len(value)
        total = sum(sizes.values()) - sizes.get(key, 0) + size
        if total > STATE_WORKER_BYTES:
            raise CallRefused(
                f"the state of this worker would have {total:,} bytes; "
                f"the limit is {STATE_WORKER_BYTES:,}",
                "ValueError",
            )
        if key not in sizes and len(sizes) >= STATE_KEYS:
            raise CallRefused(
                f"the state of this worker has {len(sizes):,} keys, which is the limit",
                "ValueError",
            )
        await self._change(self._store.set(self._worker, key, value))
        sizes[key] = size

    async def _delete(self, key: str) -> None:
        await self._change(self._store.delete(self._worker, key))
        if self._sizes is not None:
            self._sizes.pop(key, None)

    async def _change(self, work: Coroutine[Any, Any, None]) -> None:
        """Change the store; a change that failed or was given up half-way makes sizes unknown."""
        self._changing = asyncio.ensure_future(work)
        try:
            await asyncio.shield(self._changing)
        except BaseException:
            self._sizes = None
            raise
        self._changing = None

    async def _settled(self) -> None:
        """Wait for a change that was given up at a deadline and is still under way."""
        if self._changing is not None:
            await asyncio.wait({self._changing})
            self._changing = None

    async def _known_sizes(self) -> dict[str, int]:
        if self._sizes is None:
            self._sizes = await self._store.sizes(self._worker)
        return self._sizes

    async def close(self) -> None:
        """Wait for a change that is under way; the store is closed by who opened it."""
        await self._settled()


def _key(key: str) -> str:
    # Characters first: to encode megabytes only to refuse them would keep the neighbours waiting.
    if not 0 < len(key) <= STATE_KEY_BYTES or len(key.encode("utf-8", "replace")) > STATE_KEY_BYTES:
        raise CallRefused(f"a state key has 1 to {STATE_KEY_BYTES} bytes", "ValueError")
    return key


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
