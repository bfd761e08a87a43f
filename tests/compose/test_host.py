"""What a host opens is closed: by whoever was given it, or with the host, whatever fails."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import msgspec
import pytest

from cellblock import compose
from cellblock.broker.kind import Connection, Kind
from cellblock.compose import host as house
from cellblock.errors import OperatorFault
from cellblock.intake import policy
from cellblock.intake.deployment import deployment
from cellblock.limits import Limits
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryState
from cellblock.store.sqlite import SqliteState
from cellblock.supervisor.runner import Runner

LANGUAGE = policy.language((), full=False, more_modules=(), more_builtins=())


def opened(*kinds: str) -> compose.Host:
    """Make a host that starts no process, for no worker of it is started."""
    connections = tuple(Connection(kind, "main", {}) for kind in kinds)
    choices = compose.Choices(
        language=LANGUAGE, preload=(), connections=connections, require_landlock=False
    )
    return compose.Host(choices)


async def runner(host: compose.Host, name: str = "bot", **options: Any) -> Runner:
    job = deployment(WorkerId(name), "def tick(ctx): pass", LANGUAGE, filename="bot.py")
    rest: dict[str, Any] = {"state": "memory", "files": None, "limits": Limits()} | options
    return await host.runner(job, heard=lambda _line: None, **rest)


def test_a_worker_whose_name_is_taken_leaves_no_adapter_open():
    async def scenario():
        host, store = opened("http"), MemoryState()
        first = await runner(host, state=store)
        for _ in range(3):
            with pytest.raises(OperatorFault, match="a worker named bot is using this state"):
                await runner(host, state=store)
        assert len(host._web._clients) == 1
        await first.close()
        assert not host._web._clients
        await (await runner(host, state=store)).close()  # for the name is free again
        await host.close()

    asyncio.run(scenario())


class NoSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is to be set."""


def _fail(_settings: Any, _place: Any) -> Any:
    raise ValueError("no such city")


def test_a_worker_one_of_whose_adapters_cannot_be_made_leaves_none_open(monkeypatch):
    broken = Kind(name="broken", summary="Broken.", settings=NoSettings, worker=_fail)
    known = {"http": compose.kinds()["http"], "broken": broken}
    monkeypatch.setattr(house, "kinds", lambda: known)

    async def scenario():
        host, store = opened("http", "broken"), MemoryState()
        with pytest.raises(OperatorFault, match="cannot be opened: ValueError: no such city"):
            await runner(host, state=store)
        assert not host._web._clients
        await (await runner(host, state=store, connect=("http",))).close()  # the name is free
        await host.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("how", ["raises", "is given up"])
def test_a_store_that_does_not_close_keeps_nothing_else_open(tmp_path, monkeypatch, how):
    closed: list[SqliteState] = []
    close = SqliteState.close
    stuck = asyncio.Event()

    async def failing(store: SqliteState) -> None:
        await close(store)
        closed.append(store)
        if how == "raises":
            raise OSError("the disk is gone")
        if len(closed) == 1:
            stuck.set()
            await asyncio.Event().wait()

    monkeypatch.setattr(SqliteState, "close", failing)

    async def scenario():
        host = opened()
        await runner(host, files=tmp_path, state=f"sqlite:///{tmp_path}/1.db")
        (workspace,) = host._workspaces.values()
        stores = [await host.state(f"sqlite:///{tmp_path}/{n}.db") for n in range(3)]
        closing = asyncio.ensure_future(host.close())
        if how == "is given up":
            await stuck.wait()
            closing.cancel()
        with pytest.raises(OSError if how == "raises" else asyncio.CancelledError):
            await closing
        assert {id(store) for store in closed} == {id(store) for store in stores}
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(workspace.folder)

    asyncio.run(scenario())


def test_a_worker_of_two_ends_is_closed_once_and_both_wait_for_it(monkeypatch):
    begun, go_on = asyncio.Event(), asyncio.Event()
    calls = []

    class Slow:
        def __init__(self, _settings: Any, _place: Any) -> None: ...

        async def close(self) -> None:
            calls.append("close")
            begun.set()
            await go_on.wait()

    slow = Kind(name="slow", summary="Slow.", settings=NoSettings, worker=Slow)
    monkeypatch.setattr(house, "kinds", lambda: {"slow": slow})

    async def scenario():
        host = opened("slow")
        first = await runner(host, "a")
        await runner(host, "b")
        closing = [asyncio.ensure_future(first.close())]
        await begun.wait()
        closing.append(asyncio.ensure_future(host.close()))
        while len(calls) < 2:
            await asyncio.sleep(0)
        assert not any(task.done() for task in closing)
        go_on.set()
        await asyncio.gather(*closing)
        assert calls == ["close", "close"]  # once for each of the two workers

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_a_host_that_is_closed_opens_nothing_more(tmp_path):
    async def scenario():
        host = opened("http")
        opening = asyncio.ensure_future(host.state(f"sqlite:///{tmp_path}/s.db"))
        await asyncio.sleep(0)
        await host.close()
        with pytest.raises(OperatorFault, match="the sandbox is closed; open a new one"):
            await opening
        with pytest.raises(OperatorFault, match="the sandbox is closed; open a new one"):
            await runner(host, files=tmp_path)
        assert not host._workspaces
        assert not host._states

    asyncio.run(scenario())
