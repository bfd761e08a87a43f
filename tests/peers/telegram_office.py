"""A host's side of ctx.telegram for tests: workers of connections to the test server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cellblock.broker.adapter import Adapter
from cellblock.broker.adapters.files import Workspace
from cellblock.broker.adapters.telegram import KIND
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.clock import Clock, SystemClock
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.wire.messages import AdapterCall
from peers.telegram import TOKEN, Telegram


class Worker:
    """Asks as a worker does: JSON there, JSON back."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter

    def __getattr__(self, method: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def ask(*arguments: Any, **named: Any) -> Any:
            text = json.dumps([arguments, named]).encode()
            answer = await self.adapter.answer(AdapterCall("telegram", method, text))
            return json.loads(answer or b"null")

        return ask


class Office:
    """A host's connections of kind telegram."""

    def __init__(
        self, server: Telegram, clock: Clock, folder: Path | None, named: dict[str, dict[str, Any]]
    ) -> None:
        self.web = Web()
        self.scrub = Scrubber()
        base = {"token": TOKEN, "base_url": server.url}
        known = [Connection("telegram", name, base | values) for name, values in named.items()]
        surroundings = Surroundings(clock=clock, scrub=self.scrub, web=self.web)
        self.connections = Connections({"telegram": KIND}, known, surroundings)
        self.connections.open()
        self.space = Workspace.open(folder, 200_000_000) if folder else None

    def worker(self, name: str = "bot", connection: str = "main") -> Worker:
        guest = Guest(WorkerId(name), Turn(), self.space, MemoryRenders())
        return Worker(self.connections.adapter("telegram", connection, guest))

    @property
    def bots(self) -> list[Any]:
        """What the connections share."""
        return list(self.connections._shared.values())


@asynccontextmanager
async def office(
    server: Telegram,
    *,
    clock: Clock | None = None,
    folder: Path | None = None,
    named: dict[str, dict[str, Any]] | None = None,
    **settings: Any,
) -> AsyncIterator[Office]:
    """Connect to the test server; *settings* are those of the connection main."""
    made = Office(server, clock or SystemClock(), folder, named or {"main": settings})
    try:
        yield made
    finally:
        await made.connections.close()
        await made.web.close()
        if made.space is not None:
            await made.space.close()


def play(
    server: Telegram,
    scenario: Callable[[Office], Coroutine[Any, Any, None]],
    *,
    debug: bool = False,
    **options: Any,
) -> None:
    """Run a scenario within half a minute."""

    async def run() -> None:
        async with office(server, **options) as made:
            async with asyncio.timeout(30):
                await scenario(made)

    asyncio.run(run(), debug=debug)
