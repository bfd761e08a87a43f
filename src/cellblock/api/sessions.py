"""Sessions: what a browser holds in the place of a token, in a cookie that no script can read.

A session is ``cs_<secret>``; its SHA-256 alone is kept. It stands for a token or a user, and is
worth what they are worth at that moment: it ends with them. It is no bearer token, and none is a
session.
"""

from __future__ import annotations

import re

from cellblock.api.proofs import digest_of, good, letters
from cellblock.api.visit import Caller
from cellblock.clock import Clock
from cellblock.limits import SESSION_IDLE_S, SESSION_S, SESSIONS
from cellblock.store.records import Session, Token, User
from cellblock.store.service import SessionStore

_SESSION = re.compile(r"cs_[a-z2-7]{52}", re.ASCII)


def seated(session: Session) -> Caller:
    """Give who asks by a session."""
    of = session.of
    if isinstance(of, User):
        of = Token(
            id=of.id,
            name=of.name,
            digest=b"",
            role=of.role,
            workspace=of.workspace,
            created_at=of.created_at,
            created_by=of.created_by,
        )
    return Caller(of, session)


class Sessions:
    """Those of one service."""

    def __init__(self, store: SessionStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._used: dict[bytes, float] = {}

    async def begin(self, of: Token | User) -> tuple[str, Session]:
        """Make one; gives what the cookie holds, and what is kept. Raises: StoreFault."""
        text = f"cs_{letters(32)}"
        now = self._clock.wall_s()
        session = Session(
            digest=digest_of(text), of=of, created_at=now, used_at=now, ends_at=now + SESSION_S
        )
        await self._store.add_session(session, SESSIONS)
        return text, session

    async def found(self, text: str) -> Session | None:
        """Give the session that *text* is, if it is good."""
        if not _SESSION.fullmatch(text):
            return None
        return await self._good(digest_of(text))

    async def end(self, text: str) -> None:
        """End the session that *text* is, if there is such a one."""
        if _SESSION.fullmatch(text):
            await self._store.end_session(digest_of(text))

    async def stays(self, session: Session) -> bool:
        """Tell whether it is good still, and worth what it was."""
        now = await self._good(session.digest)
        return now is not None and _worth(now) == _worth(session)

    def until(self, session: Session) -> float:
        """Tell when it is over if it is not used from now on."""
        ends = min(session.ends_at, self._clock.wall_s() + SESSION_IDLE_S)
        of = session.of
        if isinstance(of, Token) and of.expires_at is not None:
            return min(ends, of.expires_at)
        return ends

    def use(self, session: Session) -> None:
        """Note that it was used just now."""
        self._used[session.digest] = self._clock.wall_s()

    async def keep_used(self) -> None:
        """Write down when sessions were last used. Raises: StoreFault."""
        used, self._used = self._used, {}
        if used:
            await self._store.used_sessions(used)

    async def _good(self, digest: bytes) -> Session | None:
        found = await self._store.session(digest)
        now = self._clock.wall_s()
        if found is None or now >= found.ends_at:
            return None
        if now >= max(found.used_at, self._used.get(digest, 0.0)) + SESSION_IDLE_S:
            return None
        if isinstance(found.of, Token) and not good(found.of, now):
            return None
        return found


def _worth(session: Session) -> tuple[str, str | None]:
    return session.of.role, session.of.workspace
