"""Who may come in, in the registry: a `TokenStore`. What proves a token is never in the file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import structs

from cellblock.store.ledger import Ledger
from cellblock.store.records import Token
from cellblock.store.registry_workspaces import refuse_missing
from cellblock.store.service import Conflict


class TokenTable:
    """A `TokenStore`. Names are apart by workspace, and free again once they are revoked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def add_token(self, token: Token) -> None:
        """See `TokenStore`. Raises: Conflict, also if the workspace is not there."""
        await self._ledger.write(partial(self._add, token))

    async def token(self, digest: bytes) -> Token | None:
        """See `TokenStore`."""
        rows = await self._ledger.rows(_token, "token", digest=digest)
        return rows[0] if rows else None

    async def tokens(self, workspace: str | None) -> list[Token]:
        """See `TokenStore`."""
        return await self._ledger.rows(_token, "tokens_of", workspace=workspace)

    async def revoke_token(self, identity: str, at: float) -> bool:
        """See `TokenStore`."""
        work = partial(self._ledger.run, "revoke_token", id=identity, at=at)
        return bool(await self._ledger.write(work))

    async def used_tokens(self, at: Mapping[str, float]) -> None:
        """See `TokenStore`."""
        values = [{"id": identity, "at": when} for identity, when in at.items()]
        await self._ledger.write(partial(self._ledger.run_each, "use_token", values))

    def _add(self, token: Token) -> None:
        if token.workspace is not None:
            refuse_missing(self._ledger, token.workspace)
        if not self._ledger.run("add_token", **structs.asdict(token)):
            raise Conflict(
                f"there is a token {token.name} already",
                "take another name; `cellblock tokens ls` shows those that are taken",
            )


def _token(row: tuple[Any, ...]) -> Token:
    return Token(**dict(zip(Token.__struct_fields__, row, strict=True)))
