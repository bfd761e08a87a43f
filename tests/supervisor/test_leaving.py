"""The end of a script's process goes on behind its outcome: bounded, and never lost."""

from __future__ import annotations

import asyncio
import os

import pytest

from cellblock import Sandbox, WorkerFault
from cellblock.supervisor.cells import Cells
from cellblock.supervisor.identities import Identities
from cellblock.supervisor.zygotes import Zygote
from cellblock.wire.codec import framed
from cellblock.wire.messages import Loaded

pytestmark = pytest.mark.jail
A_WHILE_S = 0.2


@pytest.fixture
def held(monkeypatch):
    """Runs a test in a sandbox whose dead wait to be collected until the event is set."""
    reap = Zygote.reap

    async def body(work):
        free = asyncio.Event()

        async def later(zygote, number):
            await free.wait()
            return await reap(zygote, number)

        monkeypatch.setattr(Zygote, "reap", later)
        async with Sandbox(preload=(), language="full") as sandbox:
            try:
                await work(sandbox, free)
            finally:
                free.set()

    return lambda work: asyncio.run(asyncio.wait_for(body(work), 20))


async def _waits(job):
    done, _ = await asyncio.wait([job], timeout=A_WHILE_S)
    return not done


@pytest.mark.parametrize(("code", "ok"), [("print('said')", True), ("1 / 0", False)])
def test_the_outcome_does_not_wait_for_the_end_of_the_process(held, code, ok):
    async def work(sandbox, free):
        assert (await sandbox.run(code)).ok is ok
        (burial,) = sandbox.host.cells._burials
        assert not burial.done()
        assert not sandbox.host._runners, "its name can be used again"
        free.set()
        await burial
        assert not sandbox.host.cells._burials

    held(work)


def test_a_death_is_told_when_all_is_known_of_it(held):
    async def work(sandbox, free):
        run = asyncio.ensure_future(sandbox.run("import os\nos.setuid(0)"))
        assert await _waits(run), "whether it was a breach is known when it was collected"
        free.set()
        assert (await run).kind.value == "security"

    held(work)


def test_a_process_that_ends_behind_keeps_its_uid(held, monkeypatch):
    given, give_back = [], Identities.give_back
    monkeypatch.setattr(
        Identities, "give_back", lambda own, uid: (given.append(uid), give_back(own, uid))
    )

    async def work(sandbox, free):
        assert (await sandbox.run("pass")).ok
        (burial,) = sandbox.host.cells._burials
        await asyncio.sleep(A_WHILE_S)
        early = list(given)
        free.set()
        await burial
        await asyncio.sleep(0)
        assert (early, len(given)) == ([], 1)

    held(work)


def test_who_wants_a_cell_waits_while_many_end(held):
    async def work(sandbox, free):
        for _ in range(sandbox.host.cells._few):
            assert (await sandbox.run("pass")).ok
        further = asyncio.ensure_future(sandbox.run("pass"))
        assert await _waits(further)
        free.set()
        assert (await further).ok

    held(work)


def test_the_end_of_a_sandbox_waits_for_every_process(held, monkeypatch):
    left, leave = [], Cells.leave

    def noted(own, cell, *, behind):
        left.append(cell.pid)
        return leave(own, cell, behind=behind)

    monkeypatch.setattr(Cells, "leave", noted)

    async def work(sandbox, free):
        assert (await sandbox.run("pass")).ok
        (pid,) = left
        closing = asyncio.ensure_future(sandbox.__aexit__(None, None, None))
        assert await _waits(closing)
        free.set()
        await closing
        assert not os.path.exists(f"/proc/{pid}")

    held(work)


def test_a_breach_behind_the_last_word_of_a_script_is_kept_when_it_was_heard(full):
    loaded = bytes(framed(Loaded(has_setup=False, has_on_error=False)))
    code = f"import os\nos.write(4, {loaded!r} + b'\\xff' * 4)\nwhile True: pass"

    async def work():
        assert (await full.sandbox.run(code)).ok
        with pytest.raises(WorkerFault, match="a frame announced") as caught:
            await full.sandbox.run(code)
        return caught.value.slug

    assert full.do(work()) == "quarantined"
