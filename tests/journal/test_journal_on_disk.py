"""The journal over its real file: a full disk, a killed host, retention beside writing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cellblock.clock import SystemClock
from cellblock.journal.sweeper import Sweeper
from cellblock.journal.tail import Tail
from cellblock.journal.writer import Writer
from cellblock.limits import SWEEP_ROWS
from cellblock.names import WorkerRef
from cellblock.store.chronicle import Chronicle
from cellblock.store.records import Line, Workspace
from cellblock.store.registry import Registry
from cellblock.store.service import LineQuery

ANT = WorkerRef("default", "ant")
PATIENCE_S = 30.0


def line(message: str, at: float | None = None, ref: WorkerRef = ANT) -> Line:
    return Line(ref=ref, at=time.time() if at is None else at, level="info", message=message)


@asynccontextmanager
async def journal(folder: Path):
    chronicle = await Chronicle.open(folder / "journal.db")
    writer = Writer(chronicle, Tail(), SystemClock())
    try:
        yield chronicle, writer
    finally:
        await writer.close()
        await chronicle.close()


async def messages(chronicle: Chronicle) -> list[str]:
    found: list[str] = []
    after = 0
    while page := await chronicle.lines(LineQuery(workspace="default", after=after, limit=500)):
        found += [one.message for one in page]
        after = page[-1].id
    return found


async def eventually(there) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not there():
            await asyncio.sleep(0.02)


async def goes_on_after_a_full_disk(folder: Path, fill, empty) -> None:
    async with journal(folder) as (chronicle, writer):
        with writer._tail.follow(lambda _line: True) as follower:
            writer.line(line("before"))
            assert await writer.flush()
            await fill(chronicle)
            wanted = ["before"]
            while writer.problem is None:
                for _ in range(200):
                    wanted.append(f"{len(wanted)} {'x' * 1_000}")
                    writer.line(line(wanted[-1]))
                await writer.flush()
            assert "full" in writer.problem
            assert writer.backlog > 0
            for _ in range(10):
                wanted.append(f"{len(wanted)} while it is full")
                writer.line(line(wanted[-1]))
            await empty(chronicle)
            await eventually(lambda: writer.backlog == 0)
            assert (writer.problem, writer.lost) == (None, 0)
            assert await messages(chronicle) == wanted
            told, missed = await follower.next(PATIENCE_S)
            assert ([one.message for one in told], missed) == (wanted, 0)
            assert [one.id for one in told] == sorted({one.id for one in told})


def test_a_file_that_may_not_grow_holds_the_rows_back_until_it_may(tmp_path):
    async def bound(chronicle: Chronicle, pages: int) -> None:
        work = f"PRAGMA max_page_count = {pages}"
        await chronicle._ledger._database.work(
            lambda: chronicle._ledger.connection.execute(work).fetchall()
        )

    asyncio.run(
        goes_on_after_a_full_disk(
            tmp_path,
            lambda chronicle: bound(chronicle, 100),
            lambda chronicle: bound(chronicle, 1_000_000),
        )
    )


def test_a_full_disk_holds_the_rows_back_until_it_has_room(small_disk):
    async def fill(_chronicle: Chronicle) -> None:
        with (small_disk / "large").open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4_096):
                    pass
            except OSError:
                pass

    async def empty(_chronicle: Chronicle) -> None:
        (small_disk / "large").unlink()

    asyncio.run(goes_on_after_a_full_disk(small_disk, fill, empty))


LOGS_UNTIL_KILLED = """
import asyncio, sys, time
from pathlib import Path
from cellblock.clock import SystemClock
from cellblock.journal.tail import Tail
from cellblock.journal.writer import Writer
from cellblock.names import WorkerRef
from cellblock.store.chronicle import Chronicle
from cellblock.store.records import Line

async def main():
    chronicle = await Chronicle.open(Path(sys.argv[1]) / "journal.db")
    writer = Writer(chronicle, Tail(), SystemClock())
    number = 0
    while True:
        for _ in range(20):
            number += 1
            writer.line(Line(ref=WorkerRef("default", "ant"), at=0.0, level="info", message=str(number)))
        print(number, time.monotonic(), flush=True)
        await asyncio.sleep(0.01)

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_line_older_than_a_second_outlives_a_killed_host(tmp_path):
    taken: list[tuple[int, float]] = []
    with subprocess.Popen(
        [sys.executable, "-c", LOGS_UNTIL_KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as host:
        try:
            assert host.stdout is not None
            while not taken or taken[-1][1] - taken[0][1] < 2.7:
                number, at_s = host.stdout.readline().split()
                taken.append((int(number), float(at_s)))
        finally:
            host.kill()
    killed_s = taken[-1][1]
    safe = max(number for number, at_s in taken if at_s < killed_s - 1.0)

    async def look() -> list[str]:
        async with journal(tmp_path) as (chronicle, _writer):
            return await messages(chronicle)

    kept = asyncio.run(look())
    assert kept == [str(number) for number in range(1, len(kept) + 1)]
    assert len(kept) >= safe > 1_000


def test_retention_forgets_what_is_old_and_what_is_too_much_and_no_more(tmp_path):
    async def scenario():
        registry = await Registry.open(tmp_path / "service.db")
        await registry.workspaces.add_workspace(
            Workspace(name="small", created_at=0.0, retention_bytes=100_000)
        )
        await registry.workspaces.add_workspace(
            Workspace(name="short", created_at=0.0, retention_days=1.0)
        )
        small, short = WorkerRef("small", "ant"), WorkerRef("short", "bee")
        now = time.time()
        async with journal(tmp_path) as (chronicle, writer):
            for number in range(2_000):
                writer.line(line(f"{number} {'x' * 100}", ref=small))
                old = number < 1_500
                writer.line(line(str(number), at=now - 2 * 86_400 if old else now, ref=short))
            assert await writer.flush()
            sweeper = Sweeper(registry.workspaces, chronicle, SystemClock())
            forgotten = await sweeper.sweep()
            left = await chronicle.usage("small")
            assert 90_000 < left.bytes <= 100_000
            assert (await chronicle.usage("short")).lines == 500
            assert forgotten == 2_000 - left.lines + 1_500
            newest = await chronicle.lines(LineQuery(workspace="small", limit=1))
            assert newest[0].message.startswith("1999 ")
            assert await sweeper.sweep() == 0
            assert await sweeper.forget(short) == 500
            assert (await chronicle.usage("short")).lines == 0
            assert (await chronicle.usage("small")) == left
        await registry.close()

    asyncio.run(scenario())


def test_what_is_written_beside_the_retention_waits_for_a_step_and_no_longer(tmp_path):
    class Watched(Sweeper):
        steps = 0

        async def _step(self, work):
            Watched.steps += 1
            return await super()._step(work)

    async def scenario():
        registry = await Registry.open(tmp_path / "service.db")
        for name in ("default", "old"):  # of one that is not there nothing would stay
            await registry.workspaces.add_workspace(Workspace(name=name, created_at=0.0))
        async with journal(tmp_path) as (chronicle, writer):
            for number in range(20_000):
                writer.line(line(str(number), at=0.0, ref=WorkerRef("old", "ant")))
            assert await writer.flush()
            sweeper = Watched(registry.workspaces, chronicle, SystemClock())
            sweeping = asyncio.create_task(sweeper.sweep())
            kept_beside = 0
            while not sweeping.done():
                before = Watched.steps
                await chronicle.keep([line("beside")], [])
                assert Watched.steps - before <= 2
                kept_beside += 1
            assert await sweeping == 20_000
            assert Watched.steps >= 20_000 / SWEEP_ROWS
            assert kept_beside >= Watched.steps
        await registry.close()

    asyncio.run(scenario())


def test_a_search_that_takes_long_keeps_no_line_from_the_disk(tmp_path):
    async def scenario():
        async with journal(tmp_path) as (chronicle, writer):
            done = threading.Event()
            searching = asyncio.create_task(chronicle._readers.read(lambda: done.wait(PATIENCE_S)))
            try:
                writer.line(line("beside"))
                assert await asyncio.wait_for(writer.flush(), PATIENCE_S / 2)
                assert not searching.done()
            finally:
                done.set()
            assert await searching
            assert await messages(chronicle) == ["beside"]

    asyncio.run(scenario())
