"""What every `SessionStore` does."""

from __future__ import annotations

from msgspec import structs

from cellblock.store.records import Session
from service_samples import token


def session(digest=b"s", of=None, **values):
    made = {"digest": digest, "of": of or token(), "created_at": 1.0, "used_at": 2.0}
    return Session(**made | {"ends_at": 9.0} | values)


def test_a_session_is_found_by_its_digest_with_whom_it_stands_for(registry):
    async def scenario(stores):
        await stores.tokens.add_token(token())
        await stores.sessions.add_session(session(), 9)
        assert await stores.sessions.session(b"s") == session()
        assert session().by == "token"
        assert await stores.sessions.session(b"t") is None
        await stores.tokens.revoke_token("id-ci", 5.0)
        found = await stores.sessions.session(b"s")
        assert found == session(of=structs.replace(token(), revoked_at=5.0)), "as it is now"

    registry(scenario)


def test_one_whose_token_is_gone_is_not_there(registry):
    async def scenario(stores):
        await stores.sessions.add_session(session(), 9)
        assert await stores.sessions.session(b"s") is None

    registry(scenario)


def test_of_each_holder_so_many_are_kept(registry):
    async def scenario(stores):
        for name in "ab":
            await stores.tokens.add_token(token(name))
        await stores.sessions.add_session(session(b"other", token("b"), used_at=0.5), 2)
        for used in (3.0, 1.0, 2.0):
            one = session(b"%d" % used, token("a"), used_at=used)
            await stores.sessions.add_session(one, 2)
        found = {key: await stores.sessions.session(key) for key in (b"1", b"2", b"3", b"other")}
        assert [key for key, one in found.items() if one is None] == [b"1"]

    registry(scenario)


def test_they_end_one_by_one(registry):
    async def scenario(stores):
        await stores.tokens.add_token(token())
        for key in (b"1", b"2"):
            await stores.sessions.add_session(session(key), 9)
        assert await stores.sessions.end_session(b"1") is True
        assert await stores.sessions.end_session(b"1") is False
        assert await stores.sessions.session(b"1") is None
        assert await stores.sessions.session(b"2") is not None

    registry(scenario)


def test_the_last_use_never_goes_back(registry):
    async def scenario(stores):
        await stores.tokens.add_token(token())
        await stores.sessions.add_session(session(), 9)
        await stores.sessions.used_sessions({b"s": 5.0, b"gone": 6.0})
        await stores.sessions.used_sessions({b"s": 4.0})
        await stores.sessions.used_sessions({})
        assert (await stores.sessions.session(b"s")).used_at == 5.0

    registry(scenario)


def test_those_that_are_over_are_swept(registry):
    async def scenario(stores):
        for name, more in (("a", {}), ("b", {"revoked_at": 1.0}), ("c", {"expires_at": 4.0})):
            await stores.tokens.add_token(token(name, **more))
        for key, of, more in (
            (b"good", "a", {}),
            (b"ended", "a", {"ends_at": 5.0}),
            (b"unused", "a", {"used_at": 1.0}),
            (b"revoked", "b", {}),
            (b"expired", "c", {}),
            (b"gone", "d", {}),
        ):
            await stores.sessions.add_session(session(key, token(of), **more), 9)
        assert await stores.sessions.sweep_sessions(5.0, unused_since=1.0) == 5
        assert await stores.sessions.session(b"good") is not None
        assert await stores.sessions.sweep_sessions(5.0, unused_since=1.0) == 0

    registry(scenario)
