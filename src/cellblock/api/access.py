"""Who may come in: bearer tokens, sessions of browsers, roles and workspaces.

A token is ``cb_<id>_<secret>``; its SHA-256 alone is kept. What a token may not see is 404, what it
sees but may not do 403. A right token always passes; wrong ones are counted by client address.
"""

from __future__ import annotations

import hmac
import re
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Path
from starlette.types import Scope

from cellblock.api import cookies
from cellblock.api.doors import Doors
from cellblock.api.problems import Problem, missing
from cellblock.api.proofs import digest_of, good
from cellblock.api.sessions import Sessions, seated
from cellblock.api.throttle import Throttle
from cellblock.api.visit import Caller, visit
from cellblock.clock import Clock
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Role, Token
from cellblock.store.service import TokenStore

_TOKEN = re.compile(r"cb_([a-z2-7]{8})_([a-z2-7]{52})", re.ASCII)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cellblock"'}


class Gate:
    """Lets callers in. Bounded in memory, whatever is tried."""

    def __init__(self, tokens: TokenStore, sessions: Sessions, clock: Clock) -> None:
        self.sessions = sessions
        self._tokens = tokens
        self._clock = clock
        self._throttle = Throttle()
        self._used: dict[str, float] = {}

    async def enter(self, scope: Scope, address: str) -> Caller | None:
        """Give who asks; None if no token was shown, nor the cookie of a session that is good.

        A request that shows both goes by the token alone. Raises: Problem 401 for a token that is
        not good, 429 if too many such came from *address*, 403 for a changing request of a session
        that does not prove that a page of ours made it.
        """
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if not shown:
            return await self._seated(scope)
        scheme, _, text = shown[0].decode("latin-1").partition(" ")
        if len(shown) == 1 and scheme.lower() == "bearer":
            found = await self.token(text.strip())
            if found is not None:
                self._used[found.id] = self._clock.wall_s()
                return Caller(found)
        raise self.failed(address)

    async def token(self, text: str) -> Token | None:
        """Give the token that *text* is, if it is good."""
        return await self.known(digest_of(text)) if _TOKEN.fullmatch(text) else None

    async def known(self, digest: bytes) -> Token | None:
        """Give the token of that digest, if it is good."""
        found = await self._tokens.token(digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        return found if good(found, self._clock.wall_s()) else None

    def failed(self, address: str) -> Problem:
        """Count a wrong token of an address, and give what is answered."""
        wait_s = self._throttle.fail(address, self._clock.monotonic_s())
        if not wait_s:
            return unknown()
        return Problem(
            429,
            "too-many-failures",
            "too many wrong tokens came from this address",
            "wait, and then show a token that is good",
            headers={"Retry-After": str(int(wait_s) + 1)},
        )

    async def _seated(self, scope: Scope) -> Caller | None:
        text = cookies.shown(scope)
        session = await self.sessions.found(text) if text is not None else None
        if text is None or session is None:
            return None
        home = cookies.at_home(scope)
        if scope["method"] == "GET":
            # Another site's page shall not even learn by the status what there is.
            if home is False and not cookies.asked_by_hand(scope):
                return None
        elif not home or not cookies.proves(scope, text):
            raise strayed()
        self.sessions.use(session)
        if isinstance(session.of, Token):
            self._used[session.of.id] = self._clock.wall_s()
        return seated(session)

    async def stays(self, caller: Caller) -> bool:
        """Tell whether a caller's token or session is good still; asked by what streams."""
        if caller.session is None:
            return good(await self._tokens.token(caller.token.digest), self._clock.wall_s())
        return await self.sessions.stays(caller.session)

    async def keep_used(self) -> None:
        """Write down when tokens and sessions were last used. Raises: StoreFault."""
        used, self._used = self._used, {}
        if used:
            await self._tokens.used_tokens(used)
        await self.sessions.keep_used()


def unknown() -> Problem:
    """Say that no good token was shown."""
    return Problem(
        401,
        "unauthorized",
        "a good token is needed: none was shown, or it is wrong, expired or revoked",
        "send the header Authorization: Bearer cb_…",
        headers=_CHALLENGE,
    )


def strayed() -> Problem:
    """Say that no page of ours made a changing request of a session."""
    return Problem(
        403,
        "csrf",
        "a session changes nothing without proof that a page of this service asks",
        f"send its `csrf` in the header {cookies.CSRF}, from a page of this address",
    )


def forbidden(role: Role, where: str = "here") -> Problem:
    """Say that the token sees it, but may not do it."""
    return Problem(403, "forbidden", f"this needs the role {role} {where}")


# Dependencies are coroutines, all of them: the framework calls any other in a thread of its own,
# which costs as much as the rest of a request.


async def doors(request: Request) -> Doors:
    """Give what the API stands on."""
    found: Doors = request.app.state.doors
    return found


async def anyone(request: Request) -> Caller:
    """Let in every good token. Raises: Problem 401."""
    caller = visit(request).caller
    if caller is None:
        raise unknown()
    return caller


async def owner(request: Request) -> Caller:
    """Let in administrators of all workspaces. Raises: Problem 403."""
    caller = await anyone(request)
    if not caller.owns:
        raise forbidden("admin", "of all workspaces")
    return caller


WorkspaceName = Annotated[str, Path(pattern=NAME_PATTERN, description="A workspace's name.")]


async def reader(workspace: WorkspaceName, request: Request) -> Caller:
    """Let in who sees the workspace. Raises: Problem 404 for another, or one that is not there."""
    caller = await anyone(request)
    visit(request).workspace = workspace
    await _see(workspace, caller, await doors(request))
    return caller


async def operator(workspace: WorkspaceName, request: Request) -> Caller:
    """Let in operators of the workspace. Raises: Problem 404, 403."""
    return _held(await reader(workspace, request), "operator")


async def admin(workspace: WorkspaceName, request: Request) -> Caller:
    """Let in administrators of the workspace. Raises: Problem 404, 403."""
    return _held(await reader(workspace, request), "admin")


async def placing(workspace: str | None, caller: Caller, here: Doors) -> None:
    """See that an administrator may make tokens and users there; None is all workspaces.

    Raises: Problem 403, 404.
    """
    if workspace is not None:
        await _see(workspace, caller, here)
    elif caller.token.workspace is not None:
        raise forbidden("admin", "of all workspaces")


async def _see(workspace: str, caller: Caller, here: Doors) -> None:
    if not caller.sees(workspace) or await here.stores.workspaces.workspace(workspace) is None:
        raise missing("workspace", workspace)


def _held(caller: Caller, role: Role) -> Caller:
    if not caller.may(role):
        raise forbidden(role)
    return caller


Inside = Annotated[Doors, Depends(doors)]
Anyone = Annotated[Caller, Depends(anyone)]
Owner = Annotated[Caller, Depends(owner)]
Reader = Annotated[Caller, Depends(reader)]
Operator = Annotated[Caller, Depends(operator)]
Admin = Annotated[Caller, Depends(admin)]
