"""Bearer tokens: listing, making, revoking. A token itself is shown once, when it is made."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path, Query, Request
from pydantic import BaseModel, Field

from cellblock.api.access import Anyone, Inside, forbidden, placing
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, Moment, Page, after_name, page_of
from cellblock.api.problems import Problem, missing
from cellblock.api.proofs import digest_of, mint
from cellblock.api.router import Router
from cellblock.api.sent import Sent
from cellblock.api.visit import Caller, note
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Role, Token

router = Router(prefix="/api/v1/tokens", tags=["tokens"])


class TokenView(BaseModel):
    """A token, without what proves it."""

    id: str
    name: str
    role: Role
    workspace: str | None = Field(description="null for all of them.")
    created_at: float
    created_by: str
    expires_at: float | None
    last_used_at: float | None = Field(description="True to the minute.")
    revoked_at: float | None


class NewToken(Sent):
    """What a token is made with."""

    name: str = Field(pattern=NAME_PATTERN)
    role: Role
    workspace: str | None = Field(
        default=None, pattern=NAME_PATTERN, description="null for all of them."
    )
    expires_at: Moment | None = None


class MadeToken(TokenView):
    """A token that was made just now."""

    token: str = Field(description="Shown this once.")


def _view(token: Token) -> TokenView:
    values = msgspec.structs.asdict(token)
    del values["digest"]
    return TokenView(**values)


@router.get("", name="token.list")
async def tokens(
    doors: Inside,
    caller: Anyone,
    workspace: Annotated[str | None, Query(pattern=NAME_PATTERN)] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[TokenView]:
    """List tokens by name and id. Needs an administrator, who sees those of their workspaces."""
    past = after_name(cursor) or ""
    found = await _seen(doors, caller, workspace)
    rows = sorted((token for token in found if _key(token) > past), key=_key)
    return page_of(rows[: limit + 1], limit, _key, _view)


@router.post("", name="token.create", status_code=201, responses=problems(404, 409))
async def create(request: Request, new: NewToken, doors: Inside, caller: Anyone) -> MadeToken:
    """Make a token. Needs an administrator, of the workspace or of all of them."""
    if not caller.may("admin"):
        raise forbidden("admin")
    await placing(new.workspace, caller, doors)
    now = doors.clock.wall_s()
    if new.expires_at is not None and new.expires_at <= now:
        raise Problem(422, "expired-already", "expires_at is in the past")
    identity, text = mint()
    token = Token(
        id=identity,
        name=new.name,
        digest=digest_of(text),
        role=new.role,
        workspace=new.workspace,
        created_at=now,
        created_by=caller.actor,
        expires_at=new.expires_at,
    )
    note(request, identity, name=new.name, role=new.role, of=new.workspace)
    await doors.stores.tokens.add_token(token)
    return MadeToken(**_view(token).model_dump(), token=text)


@router.get("/self", name="token.self", responses=problems(404))
async def itself(caller: Anyone) -> TokenView:
    """Show the token that asks, or for which a session stands."""
    return _view(_own(caller))


@router.delete("/self", name="token.end", status_code=204, responses=problems(404))
async def end(request: Request, doors: Inside, caller: Anyone) -> None:
    """Revoke the token that asks, or for which a session stands, at once."""
    token = _own(caller)
    note(request, token.id)
    await doors.stores.tokens.revoke_token(token.id, doors.clock.wall_s())


@router.delete("/{identity}", name="token.revoke", status_code=204)
async def revoke(
    identity: Annotated[str, Path(max_length=100)], doors: Inside, caller: Anyone
) -> None:
    """Revoke a token, at once. Needs an administrator, who sees it."""
    if identity not in {token.id for token in await _seen(doors, caller, None)}:
        raise missing("token", identity)
    if not await doors.stores.tokens.revoke_token(identity, doors.clock.wall_s()):
        raise Problem(404, "not-found", "the token is revoked already")


def _own(caller: Caller) -> Token:
    """Give the token that asks. Raises: Problem 404 for the session of a user."""
    if caller.session is not None and caller.session.by == "password":
        text = "no token asks: it is the session of a user"
        raise Problem(404, "not-found", text, "GET /api/v1/session shows it")
    return caller.token


def _key(token: Token) -> str:
    return f"{token.name} {token.id}"


async def _seen(doors: Doors, caller: Caller, workspace: str | None) -> list[Token]:
    """Give the tokens that an administrator sees, of one workspace or all that they may.

    Raises: Problem 403, 404.
    """
    if not caller.may("admin"):
        raise forbidden("admin")
    if workspace is not None and not caller.sees(workspace):
        raise missing("workspace", workspace)
    return await doors.stores.tokens.tokens(workspace or caller.token.workspace)
