"""The administrator's token: made once, kept by its owner, and anew when it is lost."""

from __future__ import annotations

import asyncio
import os
import stat

import pytest

from cellblock.api.first import FILE, first_token, new_admin_token
from cellblock.api.proofs import digest_of
from cellblock.clock import HandClock
from cellblock.errors import OperatorFault
from cellblock.store.registry import Registry


def play(folder, scenario):
    async def run():
        clock = HandClock()
        registry = await Registry.open(folder / "service.db", clock)
        try:
            return await scenario(registry.tokens, clock)
        finally:
            await registry.close()

    return asyncio.run(run())


def test_it_is_made_once_and_its_file_is_its_owners(tmp_path):
    async def scenario(tokens, clock):
        before = os.umask(0)
        try:
            first = await first_token(tokens, tmp_path, clock)
        finally:
            os.umask(before)
        assert await first_token(tokens, tmp_path, clock) is None
        return first, await tokens.token(digest_of(first))

    text, token = play(tmp_path, scenario)
    assert (tmp_path / FILE).read_text() == text + "\n"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert (token.role, token.workspace, token.expires_at) == ("admin", None, None)
    assert [path.name for path in tmp_path.iterdir() if ".token." in path.name] == []


def test_a_link_that_lies_in_wait_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    text = play(tmp_path, lambda tokens, clock: first_token(tokens, tmp_path, clock))
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert (tmp_path / FILE).read_text().strip() == text


def test_with_no_good_administrator_left_there_is_a_new_first_one(tmp_path):
    async def scenario(tokens, clock):
        first = await first_token(tokens, tmp_path, clock)
        (kept,) = await tokens.tokens(None)
        await tokens.revoke_token(kept.id, clock.wall_s())
        return first, await first_token(tokens, tmp_path, clock)

    first, second = play(tmp_path, scenario)
    assert second not in (None, first)
    assert (tmp_path / FILE).read_text().strip() == second


def test_a_new_one_ends_the_one_that_was_lost(tmp_path):
    async def scenario(tokens, clock):
        first = await first_token(tokens, tmp_path, clock)
        second = await new_admin_token(tokens, tmp_path, clock)
        third = await new_admin_token(tokens, tmp_path, clock)
        return [(await tokens.token(digest_of(t))).revoked_at for t in (first, second, third)]

    first, second, third = play(tmp_path, scenario)
    assert None not in {first, second}
    assert third is None


def test_a_file_that_cannot_be_written_is_told_and_no_token_is_kept(tmp_path):
    async def scenario(tokens, clock):
        with pytest.raises(OperatorFault) as caught:
            await first_token(tokens, tmp_path / "nowhere", clock)
        assert caught.value.slug == "admin-token"
        return await tokens.tokens(None)

    assert play(tmp_path, scenario) == []
