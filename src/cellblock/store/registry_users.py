"""People who come in with a password, in the registry: a `UserStore`."""

from __future__ import annotations

from functools import partial
from typing import Any

from msgspec import structs

from cellblock.store.ledger import Ledger
from cellblock.store.records import User
from cellblock.store.registry_workspaces import refuse_missing
from cellblock.store.service import Conflict

_LISTED = "`cellblock users ls` shows those that there are"


class UserTable:
    """A `UserStore`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def add_user(self, user: User) -> None:
        """See `UserStore`. Raises: Conflict, also if the workspace is not there."""
        await self._ledger.write(partial(self._add, user))

    async def user(self, name: str) -> User | None:
        """See `UserStore`."""
        rows = await self._ledger.rows(_user, "user", name=name)
        return rows[0] if rows else None

    async def users(self, workspace: str | None) -> list[User]:
        """See `UserStore`."""
        return await self._ledger.rows(_user, "users_of", workspace=workspace)

    async def change_user(self, user: User, but: bytes = b"") -> User:
        """See `UserStore`. Raises: Conflict, also if the workspace is not there."""
        return await self._ledger.write(partial(self._change, user, but))

    async def remove_user(self, name: str) -> bool:
        """See `UserStore`."""
        return await self._ledger.write(partial(self._remove, name))

    def _add(self, user: User) -> None:
        if user.workspace is not None:
            refuse_missing(self._ledger, user.workspace)
        if not self._ledger.run("add_user", **structs.asdict(user)):
            raise Conflict(f"there is a user {user.name} already", f"take another name; {_LISTED}")

    def _change(self, user: User, but: bytes) -> User:
        if user.workspace is not None:
            refuse_missing(self._ledger, user.workspace)
        before = self._ledger.run("user", name=user.name)
        values = structs.asdict(user)
        rows = self._ledger.run(
            "change_user",
            **{name: values[name] for name in ("id", "password", "role", "workspace", "revision")},
        )
        if not rows:
            raise Conflict(f"the user {user.name} is another meanwhile, or gone")
        if _user(before[0]).password != user.password:
            self._ledger.run("end_sessions", holder=user.id, but=but)
        return _user(rows[0])

    def _remove(self, name: str) -> bool:
        rows = self._ledger.run("remove_user", name=name)
        for (identity,) in rows:
            self._ledger.run("end_sessions", holder=identity, but=b"")
        return bool(rows)


def _user(row: tuple[Any, ...]) -> User:
    return User(**dict(zip(User.__struct_fields__, row, strict=True)))
