"""Connections as the vault has them now: replaced, removed, broken, shared by workspaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from cellblock import compose
from cellblock.broker.clients import Web
from cellblock.broker.connections import Guest
from cellblock.broker.kind import Kind, Surroundings, Turn
from cellblock.broker.plugins import Kinds
from cellblock.broker.secret import HIDDEN, Scrubber, Secret
from cellblock.clock import HandClock
from cellblock.compose.catalogue import BUILT_IN, RESERVED
from cellblock.compose.outlets import Outlets
from cellblock.compose.vaults import Given, open_vault
from cellblock.errors import OperatorFault
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import ConnectionStore, Kept


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a bot."""

    token: Secret
    chat: int = 0


class Bot:
    """What is shared."""

    def __init__(self, settings: Settings, _around: Surroundings) -> None:
        self.token = settings.token.reveal()
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Talk:
    """The adapter."""

    def __init__(self, _settings: Settings, place: Any) -> None:
        self.shared = place.shared

    async def say(self) -> str:
        return self.shared.token


BOT = Kind(
    name="bot",
    summary="A bot.",
    settings=Settings,
    worker=Talk,
    shared=Bot,
    shared_by=lambda settings: settings.token,
)


class WithBot(Kinds):
    """The kinds that there are, and one more."""

    def __getitem__(self, name: str) -> Kind:
        return BOT if name == "bot" else super().__getitem__(name)

    def __iter__(self):
        yield from (*super().__iter__(), "bot")


@asynccontextmanager
async def opened(folder) -> AsyncIterator[tuple[ConnectionStore, Outlets]]:
    vault = await open_vault(folder, Given())
    around = Surroundings(clock=HandClock(), scrub=Scrubber(), web=Web())
    outlets = Outlets(vault, WithBot(BUILT_IN, RESERVED), around)
    try:
        yield vault, outlets
    finally:
        await outlets.close()
        await vault.close()


def kept(workspace: str, name: str = "main", token: str = "token-1", chat: int = 0) -> Kept:
    return Kept(
        workspace=workspace,
        kind="bot",
        name=name,
        settings={"chat": chat},
        secrets={"token": token},
    )


def guest() -> Guest:
    return Guest(WorkerId("a"), Turn(), None, MemoryRenders())


async def plugged(outlets: Outlets, workspace: str, *wanted: str):
    (outlet,) = await outlets.choose(workspace, wanted)
    outlet.plug(guest())
    (bot,) = outlet._connections._shared.values()
    return outlet, bot


def test_none_stands_for_the_kinds_that_need_no_keys_and_nothing_for_none(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            free = {kind for kind, built_in in compose.BUILT_IN.items() if built_in.keyless}
            assert {outlet.kind for outlet in await outlets.choose("w", None)} == free
            assert await outlets.choose("w", ()) == ()
            (named,) = await outlets.choose("w", ("http",))
            assert named in await outlets.choose("other", None)

    asyncio.run(scenario())


def test_a_connection_of_another_workspace_is_not_there(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            with pytest.raises(
                OperatorFault, match="there is no bot connection main in workspace v"
            ):
                await outlets.choose("v", ("bot",))
            with pytest.raises(OperatorFault, match="no kind of connection 'bto'"):
                await outlets.judge("w", ("bto",))
            await outlets.judge("w", ("bot",))

    asyncio.run(scenario())


def test_two_workspaces_with_one_bot_share_what_its_kind_shares(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            await vault.put(kept("v", name="ours", chat=3))
            await vault.put(kept("u", token="token-2"))
            _, first = await plugged(outlets, "w", "bot")
            _, second = await plugged(outlets, "v", "bot")
            _, third = await plugged(outlets, "u", "bot")
            assert first is second
            assert third is not first
        assert first.closed
        assert third.closed

    asyncio.run(scenario())


def test_one_that_is_replaced_serves_those_it_has_until_the_last_has_gone(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            old, bot = await plugged(outlets, "w", "bot")
            old.plug(guest())
            assert outlets.same("w", ("bot",), (old,))
            await vault.put(kept("w", token="token-9"))
            assert await outlets.look("w")
            assert not await outlets.look("w")
            assert not outlets.same("w", ("bot",), (old,))
            new, other = await plugged(outlets, "w", "bot")
            assert (bot.closed, other.token) == (False, "token-9")
            await old.unplug()
            assert not bot.closed
            await old.unplug()
            assert bot.closed
            assert outlets.same("w", ("bot",), (new,))

    asyncio.run(scenario())


def test_secrets_of_before_are_hidden_for_as_long_as_they_are_used(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            scrub = outlets._around.scrub
            await vault.put(kept("w", token="token-of-before"))
            old, _ = await plugged(outlets, "w", "bot")
            await vault.put(kept("w", token="token-of-now"))
            await outlets.look("w")
            assert scrub.text("token-of-before token-of-now") == f"{HIDDEN} {HIDDEN}"
            await old.unplug()
            assert scrub.text("token-of-before token-of-now") == f"token-of-before {HIDDEN}"
            await vault.remove("w", "bot", "main")
            await outlets.look("w")
            assert not scrub._in_text

    asyncio.run(scenario())


def test_one_that_is_removed_is_missed_by_those_it_had(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            await vault.put(kept("w", name="second", token="token-2"))
            main, _ = await plugged(outlets, "w", "bot")
            second, _ = await plugged(outlets, "w", "bot=second")
            assert await vault.remove("w", "bot", "main")
            assert await outlets.look("w")
            assert not outlets.same("w", ("bot=main",), (main,))
            assert outlets.same("w", ("bot=second",), (second,))
            with pytest.raises(OperatorFault, match="no bot connection main"):
                await outlets.choose("w", ("bot=main",))

    asyncio.run(scenario())


def test_one_that_cannot_be_opened_is_the_trouble_of_those_who_want_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w"))
            await vault.put(replace(kept("w", name="odd"), settings={"chat": "many"}))
            await vault.put(replace(kept("w"), kind="gone", name="x", secrets={}))
            await plugged(outlets, "w", "bot=main")
            with pytest.raises(OperatorFault, match=r"bot connection odd: .*chat"):
                await outlets.choose("w", ("bot=odd",))

    asyncio.run(scenario())


def test_the_secrets_are_known_to_the_scrubber_before_anybody_has_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as (vault, outlets):
            await vault.put(kept("w", token="a-long-token"))
            await outlets.look("w")
            assert "a-long-token" not in outlets._around.scrub.text("so: a-long-token")

    asyncio.run(scenario())
