"""What every `TokenStore` does."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from cellblock.store.service import Conflict
from service_samples import ROOM, TEXTS, token, workspace


def test_a_token_is_found_by_its_digest_alone(registry):
    async def scenario(stores):
        whole = token(role="admin", workspace=None, expires_at=9.0, digest=bytes(range(32)))
        await stores.tokens.add_token(whole)
        assert await stores.tokens.token(bytes(range(32))) == whole
        assert await stores.tokens.token(bytes(32)) is None

    registry(scenario)


def test_a_name_is_taken_within_its_workspace_until_it_is_revoked(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace("b"))
        await stores.tokens.add_token(token())
        with pytest.raises(Conflict, match="a token ci already"):
            await stores.tokens.add_token(token(id="2", digest=b"2"))
        await stores.tokens.add_token(token(id="3", digest=b"3", workspace="b"))
        await stores.tokens.add_token(token(id="4", digest=b"4", workspace=None))
        await stores.tokens.revoke_token("id-ci", 5.0)
        await stores.tokens.add_token(token(id="5", digest=b"5"))
        assert [one.id for one in await stores.tokens.tokens(ROOM)] == ["5", "id-ci"]

    registry(scenario)


def test_no_token_enters_a_workspace_that_is_not_there(registry):
    async def scenario(stores):
        with pytest.raises(Conflict, match="no workspace x"):
            await stores.tokens.add_token(token(workspace="x"))
        assert await stores.tokens.tokens(None) == []

    registry(scenario)


def test_tokens_are_listed_by_name_of_a_workspace_or_all(registry):
    async def scenario(stores):
        for name, room in (("c", ROOM), ("a", None), ("b", ROOM)):
            await stores.tokens.add_token(token(name, workspace=room))
        assert [one.name for one in await stores.tokens.tokens(ROOM)] == ["b", "c"]
        assert [one.name for one in await stores.tokens.tokens(None)] == ["a", "b", "c"]
        assert await stores.tokens.tokens("x") == []

    registry(scenario)


def test_a_token_is_revoked_once_and_stays_listed(registry):
    async def scenario(stores):
        await stores.tokens.add_token(token())
        assert await stores.tokens.revoke_token("x", 5.0) is False
        ends = await asyncio.gather(*(stores.tokens.revoke_token("id-ci", 5.0) for _ in range(5)))
        assert sorted(ends) == [False] * 4 + [True]
        assert await stores.tokens.revoke_token("id-ci", 6.0) is False
        assert await stores.tokens.token(b"ci") == structs.replace(token(), revoked_at=5.0)

    registry(scenario)


def test_the_last_use_is_kept_and_never_goes_back(registry):
    async def scenario(stores):
        for name in "ab":
            await stores.tokens.add_token(token(name))
        await stores.tokens.used_tokens({"id-a": 7.0, "id-b": 8.0, "gone": 9.0})
        await stores.tokens.used_tokens({"id-a": 6.0, "id-b": 8.5})
        await stores.tokens.used_tokens({})
        found = {one.name: one.last_used_at for one in await stores.tokens.tokens(None)}
        assert found == {"a": 7.0, "b": 8.5}

    registry(scenario)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_comes_back_as_it_was(registry, text):
    async def scenario(stores):
        await stores.tokens.add_token(token(text, created_by=text))
        assert await stores.tokens.token(text.encode()) == token(text, created_by=text)

    registry(scenario)
