"""What every `AuditStore` does."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.limits import AUDIT_ENTRIES
from cellblock.store import registry_audit
from service_samples import ROOM, SURROGATE, TEXTS, audit


def test_entries_come_back_the_newest_first_with_ids_that_fall(registry):
    async def scenario(stores):
        kept = [audit(str(k), target="bot", detail={"k": [k]}, status=400 + k) for k in range(5)]
        for entry in kept:
            await stores.audit.note(entry)
        found = await stores.audit.audit(None)
        assert [structs.replace(entry, id=0) for entry in found] == kept[::-1]
        assert all(one.id > two.id > 0 for one, two in pairwise(found))

    registry(scenario)


def test_pages_give_each_entry_of_a_workspace_once(registry):
    async def scenario(stores):
        rooms = [None, ROOM, "b"] * 4
        await asyncio.gather(*(stores.audit.note(audit(workspace=room)) for room in rooms))
        for room, count in ((None, 12), (ROOM, 4), ("b", 4), ("x", 0)):
            found = []
            while some := await stores.audit.audit(room, found[-1].id if found else None, 3):
                found += some
            assert len({entry.id for entry in found}) == len(found) == count
            assert room is None or {entry.workspace for entry in found} <= {room}

    registry(scenario)


@pytest.mark.parametrize("text", [*TEXTS, "x" * 1_000_000])
def test_hostile_and_large_text_comes_back_as_it_was(registry, text):
    async def scenario(stores):
        kept = audit(text, actor=text, target=text, detail={text: text})
        await stores.audit.note(kept)
        assert [structs.replace(one, id=0) for one in await stores.audit.audit(ROOM)] == [kept]

    registry(scenario)


@pytest.mark.parametrize(
    "values", [{"target": SURROGATE}, {"detail": {"a": SURROGATE}}, {"detail": {"a": object()}}]
)
def test_what_no_file_can_hold_is_refused_in_words(registry, values):
    async def scenario(stores):
        with pytest.raises(OperatorFault) as caught:
            await stores.audit.note(audit(**values))
        assert caught.value.slug == "bad-value"
        assert await stores.audit.audit(None) == []

    registry(scenario)


def test_of_each_workspace_the_newest_stay_and_a_flood_of_one_is_its_own(registry, monkeypatch):
    assert AUDIT_ENTRIES >= 10_000
    monkeypatch.setattr(registry_audit, "AUDIT_ENTRIES", 50)

    async def scenario(stores):
        for room in (None, "b"):
            await stores.audit.note(audit(workspace=room))
        for number in range(400):
            await stores.audit.note(audit(str(number)))
        found = await stores.audit.audit(ROOM, limit=1000)
        assert 50 <= len(found) < 150
        assert found[0].action == "399"
        for room in (None, "b"):
            assert [
                one for one in await stores.audit.audit(None, limit=1000) if one.workspace == room
            ]
        assert len(await stores.audit.audit("b")) == 1

    registry(scenario)
