"""What browsers hold in the place of tokens, in the registry: a `SessionStore`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from cellblock.store.ledger import Ledger
from cellblock.store.records import Session, Token, User


class SessionTable:
    """A `SessionStore`. What proves a session is never in the file."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def add_session(self, session: Session, most: int) -> None:
        """See `SessionStore`."""
        await self._ledger.write(partial(self._add, session, most))

    async def session(self, digest: bytes) -> Session | None:
        """See `SessionStore`."""
        return await self._ledger.read(partial(self._find, digest))

    async def end_session(self, digest: bytes) -> bool:
        """See `SessionStore`."""
        work = partial(self._ledger.run, "end_session", digest=digest)
        return bool(await self._ledger.write(work))

    async def used_sessions(self, at: Mapping[bytes, float]) -> None:
        """See `SessionStore`."""
        values = [{"digest": digest, "at": when} for digest, when in at.items()]
        await self._ledger.write(partial(self._use, values))

    async def sweep_sessions(self, now: float, unused_since: float) -> int:
        """See `SessionStore`."""
        values = {"now": now, "unused_since": unused_since}
        work = partial(self._ledger.run, "sweep_sessions", **values)
        return len(await self._ledger.write(work))

    def _add(self, session: Session, most: int) -> None:
        self._ledger.run(
            "add_session",
            digest=session.digest,
            way=session.by,
            holder=session.of.id,
            created_at=session.created_at,
            used_at=session.used_at,
            ends_at=session.ends_at,
        )
        self._ledger.run("forget_sessions", holder=session.of.id, most=most)

    def _use(self, values: list[dict[str, Any]]) -> None:
        self._ledger.run_each("use_session", values)
        self._ledger.run_each("use_user", values)

    def _find(self, digest: bytes) -> Session | None:
        rows = self._ledger.run("session", digest=digest)
        if not rows:
            return None
        way, holder, created_at, used_at, ends_at = rows[0]
        of = self._holder(way, holder)
        if of is None:
            return None
        return Session(
            digest=digest, of=of, created_at=created_at, used_at=used_at, ends_at=ends_at
        )

    def _holder(self, way: str, identity: str) -> Token | User | None:
        kind: type[Token | User] = Token if way == "token" else User
        query = "token_of_session" if way == "token" else "user_of_session"
        rows: list[tuple[Any, ...]] = self._ledger.run(query, id=identity)
        return kind(**dict(zip(kind.__struct_fields__, rows[0], strict=True))) if rows else None
