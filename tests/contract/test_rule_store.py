"""What every `RuleStore` does."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from cellblock.limits import ALERT_KEPT_S
from cellblock.store.service import Conflict
from service_samples import ROOM, TEXTS, rule, workspace


def test_a_rule_comes_back_as_it_was_kept(registry):
    async def scenario(stores):
        whole = rule(
            on=("paused", "disk"),
            workers=("a", "b"),
            channel="webhook",
            target="https://example.com/é",
            settings={"secret": None, "n": [1]},
            enabled=False,
        )
        kept = await stores.rules.put_rule(whole)
        assert kept == structs.replace(whole, revision=1)
        assert await stores.rules.rules(ROOM) == [kept]

    registry(scenario)


def test_rules_are_listed_by_workspace_and_name(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace("a"))
        for name, room in (("c", ROOM), ("b", ROOM), ("d", "a")):
            await stores.rules.put_rule(rule(name, workspace=room))
        assert [one.name for one in await stores.rules.rules(None)] == ["d", "b", "c"]
        assert [one.name for one in await stores.rules.rules(ROOM)] == ["b", "c"]

    registry(scenario)


def test_a_change_needs_the_revision_that_is_there_and_raises_it(registry):
    async def scenario(stores):
        first = await stores.rules.put_rule(rule())
        with pytest.raises(Conflict, match="there already"):
            await stores.rules.put_rule(rule())
        changes = (stores.rules.put_rule(structs.replace(first, target=str(n))) for n in range(5))
        ends = await asyncio.gather(*changes, return_exceptions=True)
        made = [end for end in ends if not isinstance(end, Conflict)]
        assert len(made) == 1
        assert made[0].revision == 2
        assert await stores.rules.rules(ROOM) == made
        with pytest.raises(Conflict, match="not at revision 1"):
            await stores.rules.put_rule(first)

    registry(scenario)


def test_a_rule_belongs_to_its_workspace(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace("b"))
        kept = await stores.rules.put_rule(rule())
        with pytest.raises(Conflict):
            await stores.rules.put_rule(structs.replace(kept, workspace="b"))
        with pytest.raises(Conflict, match="no workspace x"):
            await stores.rules.put_rule(rule("y", workspace="x"))
        assert await stores.rules.remove_rule("b", kept.id) is False
        assert await stores.rules.remove_rule(ROOM, kept.id) is True
        assert await stores.rules.remove_rule(ROOM, kept.id) is False
        assert await stores.rules.rules(None) == []

    registry(scenario)


@pytest.mark.parametrize("key", TEXTS)
def test_what_was_told_is_known_by_its_key(registry, key):
    async def scenario(stores):
        assert await stores.rules.told(key) is None
        await stores.rules.tell(key, 7.5)
        await stores.rules.tell(key + "x", 1.0)
        await stores.rules.tell(key, 8.5)
        assert await stores.rules.told(key) == 8.5

    registry(scenario)


def test_what_was_told_is_known_for_a_while_and_goes_with_its_rule(registry):
    async def scenario(stores):
        kept = await stores.rules.put_rule(rule())
        mine, longer = f"{ROOM}/{kept.id}/bot/paused", f"{ROOM}/{kept.id}0/bot/paused"
        for key in (mine, longer, f"{ROOM}/{kept.id}/old/paused"):
            await stores.rules.tell(key, 1.0)
        await stores.rules.tell(mine, 1.0 + ALERT_KEPT_S)
        assert await stores.rules.told(longer) == 1.0
        await stores.rules.remove_rule(ROOM, kept.id)
        assert await stores.rules.told(mine) is None
        await stores.rules.tell("another", 2.0 + ALERT_KEPT_S)
        assert await stores.rules.told(longer) is None

    registry(scenario)
