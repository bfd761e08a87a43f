"""A worker's ctx.bybit without its process: real connections and adapter, arguments as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from cellblock.broker.adapters.bybit import KIND, open_desk
from cellblock.broker.bybit.client import Patience
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.clock import Clock, SystemClock
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.wire.messages import AdapterCall
from peers.exchange import Exchange

QUICK = Patience(attempt_s=1.0, call_s=6.0, pauses_s=(0.0, 0.0, 0.0))


class Trader:
    """One host with a bybit connection; its methods are those of ctx.bybit, called in turn."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        key: bool = True,
        patience: Patience = QUICK,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        self._runner = asyncio.Runner()
        self._web = Web()
        self.scrub = Scrubber()
        values = {"endpoint": exchange.url, **settings}
        if key:
            values = {"api_key": exchange.key, "api_secret": exchange.secret, **values}
        kind = replace(
            KIND, shared=lambda chosen, around: open_desk(chosen, around, patience=patience)
        )
        around = Surroundings(clock=clock or SystemClock(), scrub=self.scrub, web=self._web)
        self._connections = Connections(
            {"bybit": kind}, [Connection("bybit", "main", values)], around
        )
        self.turn = Turn(n=1, planned_at=1_700_000_000.0, calls=1)
        self._workers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._connections.close())
        self._runner.run(self._web.close())
        self._runner.close()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Call as the worker named bot."""
        return lambda *arguments, **named: self.call("bot", method, *arguments, **named)

    def call(self, worker: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Call one method as *worker*."""
        return self._runner.run(self.begin(worker, method, *arguments, **named))

    def together(self, *calls: Any) -> list[Any]:
        """Run what `begin` gave at the same time."""

        async def all_of_them() -> list[Any]:
            return await asyncio.gather(*calls)

        return self._runner.run(all_of_them())

    async def begin(self, worker: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Make one call; arguments and answer travel as JSON, as they do over the wall."""
        if worker not in self._workers:
            guest = Guest(WorkerId(worker), self.turn, None, MemoryRenders())
            made = self._connections.adapter("bybit", "main", guest)
            self._workers[worker] = made
        text = json.dumps([arguments, named]).encode()
        answer = await self._workers[worker].answer(AdapterCall("bybit", method, text))
        return json.loads(answer)

    def restarted(self) -> None:
        """Begin with fresh adapters, as after a restart of the worker."""
        self._workers.clear()
