"""What connections share, such as one poller of a bot: made for the first, closed after the last.

In: a key and a way to make the thing. Out: the thing, the same for the same key while anybody
holds it. A thing that is being closed is not made anew before it is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from cellblock.broker.methods import closed
from cellblock.broker.secret import Scrubber

Key = tuple[str, Hashable]
"""The kind, and what connections of it have in common to share one thing."""


@dataclass(slots=True)
class _Share:
    thing: Any
    holders: int = 0


class Shares:
    """The things that the connections of one host share."""

    def __init__(self, scrub: Scrubber) -> None:
        self._scrub = scrub
        self._there: dict[Key, _Share] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def take(self, key: Key, make: Callable[[], Any]) -> Any:
        """Give the thing, made if nobody holds it; `leave` it once for each time."""
        if key not in self._there:
            self._there[key] = _Share(make())
        self._there[key].holders += 1
        return self._there[key].thing

    def leave(self, key: Key) -> None:
        """Let go of a thing that was taken; the last has it closed, which `quiet` waits for."""
        share = self._there[key]
        share.holders -= 1
        if not share.holders:
            del self._there[key]
            task = asyncio.get_running_loop().create_task(self._close(key[0], share.thing))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def quiet(self) -> None:
        """Wait until what was left is closed, which no adapter can hold up for long."""
        if self._closing:
            await asyncio.wait(tuple(self._closing))

    async def close(self) -> None:
        """Close all that is there; a cancellation leaves none out."""
        shares, self._there = self._there, {}
        async with AsyncExitStack() as ends:
            ends.push_async_callback(self.quiet)
            for (kind, _), share in shares.items():
                ends.push_async_callback(self._close, kind, share.thing)

    async def _close(self, kind: str, thing: Any) -> None:
        if hasattr(thing, "close"):
            await closed(f"what the {kind} connection shares", thing, self._scrub)
