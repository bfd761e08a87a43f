"""The host of many workspaces: who is granted what, and who is to be renewed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from cellblock import compose
from cellblock.broker.adapter import AdapterError
from cellblock.broker.kind import Connection, Kind
from cellblock.broker.plugins import Kinds
from cellblock.clock import SystemClock
from cellblock.compose.catalogue import BUILT_IN, RESERVED
from cellblock.compose.premises import Premises
from cellblock.compose.service_host import ServiceHost, Supplies, Terms
from cellblock.compose.vaults import Given, open_vault
from cellblock.errors import Bug, OperatorFault, WorkerFault
from cellblock.intake import policy
from cellblock.intake.settings import LimitSettings, Settings, settings, version_hash
from cellblock.names import WorkerRef
from cellblock.store.memory import MemoryQuarantine, MemoryRenders, MemoryState
from cellblock.store.ports import Kept
from cellblock.store.records import Version
from cellblock.wire.messages import AdapterCall

SOURCE = "def tick(ctx): pass"


class Loose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings."""

    word: str = "hello"
    broken: bool = False


class Echo:
    """An adapter that says its connection's word."""

    def __init__(self, settings: Loose, _place: Any) -> None:
        if settings.broken:
            raise ValueError("out of order")
        self._word = settings.word

    async def say(self) -> str:
        return self._word

    async def check(self) -> dict[str, str]:
        if self._word == "wrong":
            raise AdapterError("a wrong word", "denied")
        return {"word": self._word}


ECHO = Kind(name="echo", summary="Says a word.", settings=Loose, worker=Echo)


class WithEcho(Kinds):
    """The kinds that there are, and one more."""

    def __getitem__(self, name: str) -> Kind:
        return ECHO if name == "echo" else super().__getitem__(name)

    def __iter__(self):
        yield from (*super().__iter__(), "echo")


@asynccontextmanager
async def opened(
    folder, installed: tuple[str, ...] = (), *, landlock: bool = False
) -> AsyncIterator[ServiceHost]:
    premises = Premises.open(folder / "data")
    vault = await open_vault(folder / "data", Given())
    host = ServiceHost(
        Terms(language=policy.language(installed), preload=installed, require_landlock=landlock),
        Supplies(
            states=MemoryState(),
            pictures=MemoryRenders(),
            quarantine=MemoryQuarantine(),
            vault=vault,
            files=premises.files,
            kinds=WithEcho(BUILT_IN, RESERVED),
            clock=SystemClock(),
        ),
    )
    try:
        yield host
    finally:
        await host.close()
        await vault.close()
        await premises.close()


def version(ref: WorkerRef, **values: Any) -> Version:
    chosen = settings({"interval_s": 1.0, **values})
    return Version(
        ref=ref,
        number=1,
        hash=version_hash(SOURCE, chosen),
        source=SOURCE,
        settings=chosen,
        created_at=0.0,
        created_by="test",
    )


def echo(word: str, workspace: str = "w", **more: Any) -> Kept:
    return Kept(workspace=workspace, kind="echo", name="main", settings={"word": word, **more})


def ignore(_line: Any) -> None:
    """Hear no log."""


ONE, OTHER = WorkerRef("w", "one"), WorkerRef("v", "one")


def test_a_worker_is_granted_what_its_settings_name_and_no_more(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            await host.supplies.vault.put(echo("hello"))
            free = {kind for kind, built_in in compose.BUILT_IN.items() if built_in.keyless}
            for connect, granted in (
                (None, free),
                ((), set()),
                (("echo", "http"), {"echo", "http"}),
            ):
                runner = await host.runner(version(ONE, connect=connect), ignore)
                assert set(runner._job.grants.adapters) == {"state", "files", *granted}
                assert runner.version == version(ONE, connect=connect).hash
                await runner.close()
            with pytest.raises(OperatorFault, match="no echo connection main in workspace v"):
                await host.runner(version(OTHER, connect=("echo",)), ignore)

    asyncio.run(scenario())


def test_workers_of_one_name_in_two_workspaces_have_their_own_state_and_files(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            runners = [await host.runner(version(ref), ignore) for ref in (ONE, OTHER)]
            jobs = [runner._job for runner in runners]
            assert [job.deployment.worker for job in jobs] == ["w/one", "v/one"]
            folders = [job.grants.adapters["files"]._workspace for job in jobs]
            assert folders[0] is not folders[1]
            for runner in runners:
                await runner.close()

    asyncio.run(scenario())


def test_a_worker_has_one_runner_at_a_time(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            first = await host.runner(version(ONE), ignore)
            with pytest.raises(Bug, match="w/one is run already"):
                await host.runner(version(ONE), ignore)
            await first.close()
            await (await host.runner(version(ONE), ignore)).close()

    asyncio.run(scenario())


def test_one_whose_adapter_cannot_be_made_holds_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            await host.supplies.vault.put(echo("hello", broken=True))
            for _ in range(2):
                with pytest.raises(OperatorFault, match="cannot be opened: ValueError"):
                    await host.runner(version(ONE, connect=("http", "echo")), ignore)
            assert not host.web._clients
            await (await host.runner(version(ONE, connect=("http",)), ignore)).close()

    asyncio.run(scenario())


def test_those_are_renewed_whose_connection_was_changed(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            vault = host.supplies.vault
            await vault.put(echo("hello"))
            await vault.put(echo("hello", workspace="v"))
            two = WorkerRef("w", "two")
            runners = {
                ref: await host.runner(version(ref, connect=connect), ignore)
                for ref, connect in ((ONE, ("echo",)), (two, None), (OTHER, ("echo",)))
            }
            assert await host.moved() == set()
            await vault.put(echo("goodbye"))
            assert await host.moved() == {ONE}
            assert await host.moved() == {ONE}  # until it has its new one
            await runners.pop(ONE).close()
            runners[ONE] = await host.runner(version(ONE, connect=("echo",)), ignore)
            assert await host.moved() == set()
            call = AdapterCall("echo", "say", b"[[], {}]")
            assert await runners[ONE]._job.grants.adapters["echo"].answer(call) == b'"goodbye"'
            await vault.remove("v", "echo", "main")
            assert await host.moved() == {OTHER}
            for runner in runners.values():
                await runner.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("source", "chosen", "said"),
    [
        (SOURCE, Settings(interval_s=0.1), "interval"),
        (SOURCE, Settings(cron="every day"), "every day"),
        (SOURCE, Settings(interval_s=1, limits=LimitSettings(memory_bytes=5)), "5 bytes"),
        (SOURCE, Settings(interval_s=1, connect=("echo",)), "no echo connection"),
        (SOURCE, Settings(interval_s=1, connect=("nothing",)), "no kind of connection"),
        ("", Settings(interval_s=1), "empty"),
        ("x" * 1_000_001, Settings(interval_s=1), "at most"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_is_deployed(tmp_path, source, chosen, said):
    async def scenario():
        async with opened(tmp_path) as host:
            await host.admit("w", SOURCE, Settings(interval_s=1))
            with pytest.raises((OperatorFault, WorkerFault), match=said):
                await host.admit("w", source, chosen)

    asyncio.run(scenario())


def test_a_connection_is_proved_and_called_for_the_host_itself(tmp_path):
    async def scenario():
        async with opened(tmp_path) as host:
            assert await host.prove(Connection("echo", "x", {"word": "hi"})) == {"word": "hi"}
            with pytest.raises(AdapterError, match="a wrong word"):
                await host.prove(Connection("echo", "x", {"word": "wrong"}))
            await host.supplies.vault.put(echo("hello"))
            call = AdapterCall("echo", "say", b"[[], {}]")
            assert await host.call("w", "echo=main", call) == b'"hello"'
            with pytest.raises(OperatorFault, match="no echo connection"):
                await host.call("v", "echo", call)

    asyncio.run(scenario())


@pytest.mark.jail
def test_workers_come_from_a_lean_and_a_laden_zygote_side_by_side(tmp_path):
    async def scenario():
        async with opened(tmp_path, ("numpy", "pandas"), landlock=True) as host:
            await host.warm()
            flavours = host.flavours
            assert not flavours.lean.begun, "it is started for the first who can do with it"
            laden = msgspec.structs.replace(
                version(OTHER), source="import numpy\ndef tick(ctx):\n    numpy.arange(3)"
            )
            for chosen, cells in ((version(ONE), flavours.lean), (laden, flavours.laden)):
                runner = await host.runner(chosen, ignore)
                assert (await runner.start()).ok
                zygote = await cells.warm()
                assert runner.enforcement.attested["PPid"] == str(zygote.pid)
                await runner.close()

    asyncio.run(scenario())


@pytest.mark.jail
def test_log_lines_are_told_and_none_is_kept_beside_the_journal(tmp_path):
    async def scenario():
        heard: list[str] = []
        async with opened(tmp_path) as host:
            source = "print('hello')\ndef tick(ctx):\n    pass"
            chosen = msgspec.structs.replace(version(ONE), source=source)
            runner = await host.runner(chosen, lambda line: heard.append(line.message))
            outcome = await runner.start()
            await runner.close()
        assert outcome.ok
        return heard, outcome.logs

    assert asyncio.run(scenario()) == (["hello"], ())
