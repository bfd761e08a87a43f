"""What every `WorkerStore` does."""

from __future__ import annotations

import asyncio

import pytest

from cellblock.errors import OperatorFault
from cellblock.intake.settings import version_hash
from cellblock.limits import VERSIONS
from cellblock.names import WorkerRef
from cellblock.store.service import Conflict
from service_samples import (
    BOT,
    ELSEWHERE,
    OTHER,
    ROOM,
    SURROGATE,
    TEXTS,
    draft,
    event,
    hook,
    place,
    standing,
    workspace,
)


def test_a_first_deploy_makes_a_worker_and_its_version(registry):
    async def scenario(stores):
        wanted = draft("print()", settings={"config": {"a": [1, None]}}, note="first")
        deployed = await stores.workers.deploy(wanted)
        worker, version = deployed.worker, deployed.version
        assert deployed.changed
        assert (worker.ref, worker.desired, worker.version, worker.revision) == (
            BOT,
            "running",
            1,
            1,
        )
        assert (worker.created_at, worker.changed_at, worker.purge_at) == (5.0, 5.0, None)
        assert (version.number, version.source, version.note) == (1, "print()", "first")
        assert (version.created_at, version.created_by) == (5.0, "me")
        assert version.hash == version_hash("print()", wanted.settings)
        assert version.settings == wanted.settings
        assert await stores.workers.worker(BOT) == worker
        assert await stores.workers.version(BOT, 1) == version

    registry(scenario)


def test_a_worker_may_be_made_without_a_start_and_keeps_what_it_is_later(registry):
    async def scenario(stores):
        made = await stores.workers.deploy(draft(start=False))
        assert made.worker.desired == "stopped"
        again = await stores.workers.deploy(draft("2", start=True))
        assert again.worker.desired == "stopped"

    registry(scenario)


def test_a_deploy_of_what_is_wanted_changes_nothing(registry):
    async def scenario(stores):
        first = await stores.workers.deploy(draft())
        before = await stores.workers.revision()
        again = await stores.workers.deploy(draft(by="you", at=9.0, note="again"), expected=1)
        assert not again.changed
        assert (again.worker, again.version) == (first.worker, first.version)
        assert await stores.workers.revision() == before
        assert len(await stores.workers.versions(BOT)) == 1

    registry(scenario)


def test_a_deploy_of_an_older_version_wants_that_again(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft("1"))
        second = await stores.workers.deploy(draft("2"))
        other = await stores.workers.deploy(draft("2", settings={"interval_s": 7}))
        back = await stores.workers.deploy(draft("1", at=8.0))
        assert [d.version.number for d in (second, other, back)] == [2, 3, 1]
        assert (back.changed, back.worker.version, back.worker.changed_at) == (True, 1, 8.0)
        assert (await stores.workers.deploy(draft("4"))).version.number == 4

    registry(scenario)


def test_a_deploy_at_another_revision_is_a_conflict(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="no worker default/bot"):
            await stores.workers.deploy(draft(), expected=1)
        await stores.workers.deploy(draft(), expected=0)
        with pytest.raises(Conflict, match="is there already"):
            await stores.workers.deploy(draft("2"), expected=0)
        await stores.workers.deploy(draft("2"), expected=1)
        with pytest.raises(Conflict, match="at revision 2"):
            await stores.workers.deploy(draft("3"), expected=1)
        assert [line.number for line in await stores.workers.versions(BOT)] == [2, 1]

    registry(scenario)


def test_no_worker_is_made_in_a_workspace_that_is_not_there_or_while_it_is_deleted(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="no workspace elsewhere"):
            await stores.workers.deploy(draft(ref=ELSEWHERE))
        await stores.workers.deploy(draft())
        await stores.workers.change(BOT, {"desired": "deleted", "purge_at": 99.0})
        for source in "12":
            with pytest.raises(Conflict, match="being deleted"):
                await stores.workers.deploy(draft(source))
        await stores.workers.change(BOT, {"desired": "stopped", "purge_at": None})
        assert (await stores.workers.deploy(draft("2"))).worker.purge_at is None

    registry(scenario)


def test_two_deploys_at_once_are_two_versions_and_one_if_they_are_the_same(registry):
    async def scenario(stores):
        sources = [str(number % 10) for number in range(40)]
        done = await asyncio.gather(*(stores.workers.deploy(draft(source)) for source in sources))
        numbers = {one.version.source: one.version.number for one in done}
        assert sorted(numbers.values()) == list(range(1, 11))
        lines = await stores.workers.versions(BOT)
        assert [line.number for line in lines] == list(range(10, 0, -1))
        worker = await stores.workers.worker(BOT)
        assert worker.revision == sum(one.changed for one in done)

    registry(scenario)


def test_of_deploys_that_expect_no_worker_one_makes_it(registry):
    async def scenario(stores):
        deploys = (stores.workers.deploy(draft(str(n)), expected=0) for n in range(10))
        ends = await asyncio.gather(*deploys, return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["Conflict"] * 9 + ["Deployed"]
        assert len(await stores.workers.versions(BOT)) == 1

    registry(scenario)


def test_fields_are_set_and_the_revision_is_raised_by_a_difference_alone(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft("1"))
        await stores.workers.deploy(draft("2"))
        values = {"desired": "paused", "version": 1, "restarts_asked": 1, "ticks_asked": 2}
        changed = await stores.workers.change(BOT, values | {"purge_at": 7.5}, expected=2)
        assert (changed.desired, changed.version, changed.purge_at) == ("paused", 1, 7.5)
        assert (changed.restarts_asked, changed.ticks_asked) == (1, 2)
        assert (changed.revision, changed.created_at, changed.changed_at) == (3, 5.0, 1_000.0)
        before = await stores.workers.revision()
        assert await stores.workers.change(BOT, values) == changed
        assert await stores.workers.revision() == before
        assert await stores.workers.worker(BOT) == changed

    registry(scenario)


def test_a_change_of_what_is_not_there_or_is_another_meanwhile_is_a_conflict(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="no worker default/bot"):
            await stores.workers.change(BOT, {"desired": "stopped"})
        await stores.workers.deploy(draft())
        with pytest.raises(Conflict, match="no version 2"):
            await stores.workers.change(BOT, {"version": 2})
        with pytest.raises(Conflict, match="at revision 1"):
            await stores.workers.change(BOT, {"desired": "stopped"}, expected=2)
        with pytest.raises(ValueError, match="created_at"):
            await stores.workers.change(BOT, {"created_at": 2.0})
        assert (await stores.workers.worker(BOT)).revision == 1

    registry(scenario)


def test_workers_are_listed_by_workspace_and_name_in_pages(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace("a"))
        refs = [WorkerRef(room, name) for room in ("a", ROOM) for name in ("b", "bot", "c")]
        for ref in reversed(refs):
            await stores.workers.deploy(draft(ref=ref))
        for room, wanted in ((None, refs), ("a", refs[:3]), (ROOM, refs[3:]), ("x", [])):
            for limit in (1, 2, 1_000):
                found: list[WorkerRef] = []
                while some := await stores.workers.workers(
                    room, found[-1] if found else None, limit
                ):
                    assert len(some) <= limit
                    found += [worker.ref for worker in some]
                assert found == wanted
        for room, after, count in (("a", BOT, 0), (ROOM, WorkerRef("a", "z"), 3)):
            assert len(await stores.workers.workers(room, after)) == count

    registry(scenario)


def test_versions_are_listed_the_newest_first_in_pages_and_without_their_source(registry):
    async def scenario(stores):
        for number in range(7):
            await stores.workers.deploy(draft("é" * number, note=str(number)))
        found: list[int] = []
        while lines := await stores.workers.versions(BOT, found[-1] if found else None, 3):
            found += [line.number for line in lines]
            assert [line.source_bytes for line in lines] == [
                2 * n - 2 for n in found[-len(lines) :]
            ]
        assert found == [7, 6, 5, 4, 3, 2, 1]
        assert lines == await stores.workers.versions(OTHER) == []
        assert await stores.workers.version(BOT, 8) is None
        assert await stores.workers.version(OTHER, 1) is None

    registry(scenario)


def test_a_purged_worker_leaves_nothing_and_a_new_one_begins_anew(registry):
    async def scenario(stores):
        for ref in (BOT, OTHER):
            await stores.workers.deploy(draft(ref=ref))
            await stores.standings.stand([standing(ref)])
            await stores.standings.settle([place(ref)])
            await stores.hooks.add_hook(hook(ref.name, ref=ref))
            await stores.hooks.enqueue(event(ref=ref), 9)
        await stores.workers.purge(BOT)
        await stores.workers.purge(BOT)
        assert await stores.workers.worker(BOT) is None
        assert await stores.workers.version(BOT, 1) is None
        assert await stores.hooks.hooks(BOT) == await stores.hooks.waiting(BOT, 9) == []
        assert await stores.hooks.hook(b"bot") is None
        assert set(await stores.standings.standings(None)) == {OTHER}
        assert set(await stores.standings.places()) == {OTHER}
        assert await stores.hooks.awaited() == {OTHER}
        assert len(await stores.hooks.hooks(OTHER)) == 1
        again = await stores.workers.deploy(draft("new"), expected=0)
        assert (again.version.number, again.worker.version) == (1, 1)

    registry(scenario)


def test_the_revision_is_another_after_every_change_of_intent_and_after_nothing_else(registry):
    async def scenario(stores):
        seen = [await stores.workers.revision()]
        for change in (
            stores.workers.deploy(draft("1")),
            stores.workers.deploy(draft("2")),
            stores.workers.change(BOT, {"ticks_asked": 1}),
            stores.workers.purge(BOT),
        ):
            await change
            seen.append(await stores.workers.revision())
        assert len(set(seen)) == 5
        await stores.workers.purge(BOT)
        await stores.standings.stand([standing()])
        assert await stores.workers.revision() == seen[-1]

    registry(scenario)


@pytest.mark.parametrize("text", [*TEXTS, "x" * 100_000])
def test_hostile_and_large_text_comes_back_as_it_was(registry, text):
    async def scenario(stores):
        await stores.workers.deploy(
            draft(text, by=text, note=text, settings={"config": {text: text}})
        )
        version = await stores.workers.version(BOT, 1)
        assert (version.source, version.created_by, version.note) == (text, text, text)
        assert version.settings.config == {text: text}
        assert not (
            await stores.workers.deploy(draft(text, settings={"config": {text: text}}))
        ).changed
        assert (await stores.workers.versions(BOT))[0].source_bytes == len(text.encode())

    registry(scenario)


@pytest.mark.parametrize("values", [{"source": SURROGATE}, {"note": SURROGATE}, {"by": SURROGATE}])
def test_what_no_file_can_hold_is_refused_in_words_and_nothing_is_kept(registry, values):
    async def scenario(stores):
        with pytest.raises(OperatorFault) as caught:
            await stores.workers.deploy(draft(**values))
        assert caught.value.slug == "bad-value"
        assert "lone surrogate" in str(caught.value)
        assert await stores.workers.worker(BOT) is None
        assert await stores.workers.versions(BOT) == []

    registry(scenario)


def test_numbers_beyond_the_files_are_refused_in_words(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        for work in (
            stores.workers.version(BOT, 1 << 70),
            stores.workers.versions(BOT, limit=1 << 70),
            stores.workers.change(BOT, {"ticks_asked": 1 << 63}),
        ):
            with pytest.raises(OperatorFault, match="64 bits"):
                await work
        assert (await stores.workers.worker(BOT)).revision == 1

    registry(scenario)


def test_a_worker_that_is_made_anew_has_no_revision_of_the_one_before(registry):
    async def scenario(stores):
        await stores.workers.deploy(draft())
        before = await stores.workers.change(BOT, {"ticks_asked": 1})
        await stores.workers.deploy(draft(ref=OTHER))
        await stores.workers.purge(BOT)
        await stores.workers.purge(OTHER)
        made = await stores.workers.deploy(draft())
        assert made.new
        assert made.worker.revision > before.revision
        with pytest.raises(Conflict):
            await stores.workers.change(BOT, {"desired": "deleted"}, before.revision)
        assert not (await stores.workers.deploy(draft("2"))).new

    registry(scenario)


def test_so_many_versions_are_kept_and_the_one_that_is_wanted(registry):
    async def scenario(stores):
        for number in range(1, VERSIONS + 11):
            await stores.workers.deploy(draft(str(number)))
        found = await stores.workers.versions(BOT, limit=1000)
        assert [one.number for one in found] == list(range(VERSIONS + 10, 10, -1))
        await stores.workers.change(BOT, {"version": 11})
        assert (await stores.workers.version(BOT, 11)).source == "11"
        await stores.workers.deploy(draft("one more"))
        assert await stores.workers.version(BOT, 11) is None
        assert len(await stores.workers.versions(BOT, limit=1000)) == VERSIONS

    registry(scenario)
