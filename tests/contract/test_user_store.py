"""What every `UserStore` does."""

from __future__ import annotations

import pytest
from msgspec import structs

from cellblock.store.records import Session, User
from cellblock.store.service import Conflict
from service_samples import ROOM, TEXTS, workspace


def user(name="ada", **values):
    made = {"id": f"id-{name}", "name": name, "password": "kept", "role": "operator"}
    return User(**made | {"workspace": ROOM, "created_at": 1.0, "created_by": "me"} | values)


def session(digest, of):
    return Session(digest=digest, of=of, created_at=1.0, used_at=2.0, ends_at=9.0)


def test_a_user_is_found_by_the_name_and_has_it_alone(registry):
    async def scenario(stores):
        await stores.users.add_user(user())
        assert await stores.users.user("ada") == user()
        assert await stores.users.user("Ada") is None
        with pytest.raises(Conflict, match="a user ada already"):
            await stores.users.add_user(user(id="2", workspace=None))
        with pytest.raises(Conflict, match="no workspace x"):
            await stores.users.add_user(user("bob", workspace="x"))
        assert await stores.users.users(None) == [user()]

    registry(scenario)


def test_users_are_listed_by_name_of_a_workspace_or_all(registry):
    async def scenario(stores):
        for name, room in (("c", ROOM), ("a", None), ("b", ROOM)):
            await stores.users.add_user(user(name, workspace=room))
        assert [one.name for one in await stores.users.users(ROOM)] == ["b", "c"]
        assert [one.name for one in await stores.users.users(None)] == ["a", "b", "c"]

    registry(scenario)


def test_a_change_is_made_upon_the_revision_that_was_read(registry):
    async def scenario(stores):
        await stores.users.add_user(user())
        changed = await stores.users.change_user(user(role="viewer", workspace=None))
        assert changed == user(role="viewer", workspace=None, revision=2)
        assert await stores.users.user("ada") == changed
        with pytest.raises(Conflict, match="another meanwhile"):
            await stores.users.change_user(user(role="admin"))
        with pytest.raises(Conflict, match="another meanwhile"):
            await stores.users.change_user(user("bob"))
        with pytest.raises(Conflict, match="no workspace x"):
            await stores.users.change_user(structs.replace(changed, workspace="x"))

    registry(scenario)


def test_a_session_is_worth_what_its_user_is_now(registry):
    async def scenario(stores):
        await stores.users.add_user(user())
        await stores.sessions.add_session(session(b"s", user()), 9)
        found = await stores.sessions.session(b"s")
        assert (found.of, found.by) == (user(), "password")
        changed = await stores.users.change_user(user(role="viewer"))
        assert (await stores.sessions.session(b"s")).of == changed

    registry(scenario)


def test_a_new_password_ends_the_sessions_of_its_user_but_one(registry):
    async def scenario(stores):
        for name in ("ada", "bob"):
            await stores.users.add_user(user(name))
        for key, name in ((b"1", "ada"), (b"2", "ada"), (b"3", "bob")):
            await stores.sessions.add_session(session(key, user(name)), 9)
        changed = await stores.users.change_user(user(password="new"), but=b"2")
        left = [key for key in (b"1", b"2", b"3") if await stores.sessions.session(key)]
        assert left == [b"2", b"3"]
        await stores.users.change_user(structs.replace(changed, password="newer"))
        assert await stores.sessions.session(b"2") is None

    registry(scenario)


def test_who_goes_goes_with_the_sessions_and_one_of_the_name_has_none_of_them(registry):
    async def scenario(stores):
        await stores.users.add_user(user())
        await stores.sessions.add_session(session(b"s", user()), 9)
        assert await stores.users.remove_user("ada") is True
        assert await stores.users.remove_user("ada") is False
        await stores.users.add_user(user(id="another"))
        assert await stores.sessions.session(b"s") is None
        assert await stores.sessions.end_session(b"s") is False

    registry(scenario)


def test_users_of_a_workspace_go_with_it(registry):
    async def scenario(stores):
        await stores.workspaces.add_workspace(workspace("b"))
        await stores.users.add_user(user(workspace="b"))
        await stores.sessions.add_session(session(b"s", user()), 9)
        await stores.workspaces.remove_workspace("b")
        assert await stores.users.user("ada") is None
        assert await stores.sessions.session(b"s") is None
        assert await stores.sessions.sweep_sessions(0.0, 0.0) == 1

    registry(scenario)


def test_the_use_of_a_session_is_one_of_its_user(registry):
    async def scenario(stores):
        await stores.users.add_user(user())
        await stores.sessions.add_session(session(b"s", user()), 9)
        await stores.sessions.used_sessions({b"s": 5.0})
        await stores.sessions.used_sessions({b"s": 4.0})
        assert (await stores.users.user("ada")).last_used_at == 5.0

    registry(scenario)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_comes_back_as_it_was(registry, text):
    async def scenario(stores):
        await stores.users.add_user(user(text, created_by=text))
        assert await stores.users.user(text) == user(text, created_by=text)

    registry(scenario)
