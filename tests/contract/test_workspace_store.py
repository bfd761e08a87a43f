"""What every `WorkspaceStore` does."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.store.service import Conflict
from service_samples import ROOM, SURROGATE, draft, rule, token, workspace


def test_a_workspace_comes_back_as_it_was_kept(registry):
    async def scenario(stores):
        kept = workspace("b", created_at=7.25, retention_days=0.5, retention_bytes=1 << 40)
        await stores.workspaces.add_workspace(kept)
        assert await stores.workspaces.workspace("b") == kept
        assert await stores.workspaces.workspace("c") is None

    registry(scenario)


def test_a_name_is_given_once(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="default is there already"):
            await stores.workspaces.add_workspace(workspace(created_at=9.0))
        assert (await stores.workspaces.workspace(ROOM)).created_at == 1.0

    registry(scenario)


def test_workspaces_are_listed_by_name_in_pages(registry):
    async def scenario(stores):
        for name in "cab":
            await stores.workspaces.add_workspace(workspace(name))
        found, after = [], ""
        while some := await stores.workspaces.workspaces(after, 3):
            found += [one.name for one in some]
            after = found[-1]
        assert found == ["a", "b", "c", "default"]
        assert await stores.workspaces.workspaces("", 0) == []
        assert await stores.workspaces.workspaces("", -1) == []

    registry(scenario)


def test_a_change_needs_the_revision_that_is_there_and_raises_it(registry):
    async def scenario(stores):
        first = await stores.workspaces.workspace(ROOM)
        changed = await stores.workspaces.change_workspace(
            structs.replace(first, retention_days=1.0, retention_bytes=5)
        )
        assert changed == structs.replace(
            first, retention_days=1.0, retention_bytes=5, revision=first.revision + 1
        )
        assert await stores.workspaces.workspace(ROOM) == changed
        with pytest.raises(Conflict, match="at revision 2"):
            await stores.workspaces.change_workspace(structs.replace(first, retention_days=2.0))
        with pytest.raises(Conflict, match="no workspace x"):
            await stores.workspaces.change_workspace(workspace("x"))
        assert await stores.workspaces.workspace(ROOM) == changed

    registry(scenario)


def test_of_changes_at_the_same_time_one_is_made(registry):
    async def scenario(stores):
        first = await stores.workspaces.workspace(ROOM)
        changes = (
            stores.workspaces.change_workspace(structs.replace(first, retention_bytes=size))
            for size in range(20)
        )
        ends = await asyncio.gather(*changes, return_exceptions=True)
        made = [end for end in ends if not isinstance(end, Conflict)]
        assert len(made) == 1
        assert await stores.workspaces.workspace(ROOM) == made[0]

    registry(scenario)


def test_a_workspace_with_workers_is_not_removed(registry):
    async def scenario(stores):
        deployed = await stores.workers.deploy(draft())
        with pytest.raises(Conflict, match="default has workers"):
            await stores.workspaces.remove_workspace(ROOM)
        await stores.workers.purge(deployed.worker.ref)
        assert await stores.workspaces.remove_workspace(ROOM) is True
        assert await stores.workspaces.remove_workspace(ROOM) is False
        assert await stores.workspaces.workspace(ROOM) is None

    registry(scenario)


def test_who_could_enter_a_workspace_cannot_enter_a_later_one_of_its_name(registry):
    async def scenario(stores):
        await stores.tokens.add_token(token("old"))
        await stores.tokens.add_token(token("of-all", workspace=None))
        await stores.rules.put_rule(rule())
        await stores.workspaces.remove_workspace(ROOM)
        await stores.workspaces.add_workspace(workspace())
        assert await stores.tokens.token(b"old") is None
        assert [one.name for one in await stores.tokens.tokens(None)] == ["of-all"]
        assert await stores.rules.rules(None) == []

    registry(scenario)


@pytest.mark.parametrize("values", [{"name": SURROGATE}, {"retention_bytes": 1 << 63}])
def test_what_no_file_can_hold_is_refused_in_words(registry, values):
    async def scenario(stores):
        with pytest.raises(OperatorFault) as caught:
            await stores.workspaces.add_workspace(workspace(**{"name": "n"} | values))
        assert caught.value.slug == "bad-value"
        assert len(await stores.workspaces.workspaces()) == 1

    registry(scenario)
