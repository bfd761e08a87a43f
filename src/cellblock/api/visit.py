"""One request: who asks, how much of a body is read, and what is noted of it.

Made by the shield before anything of the request is believed; routes reach it with `visit`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection
from starlette.types import Message, Receive

from cellblock.api.problems import Problem
from cellblock.limits import API_BODY_BYTES, API_BODY_S
from cellblock.store.records import Role, Session, Token, User

RANKS: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}
DRAIN_S = 1.0
"""Time for which a body that nobody wants is read, so that the answer reaches its sender."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token that is good now, or a session of a browser."""

    token: Token
    """What a session stands for; of a user one that has their role and workspace."""
    session: Session | None = None

    @property
    def actor(self) -> str:
        """The name that the audit log gives."""
        if self.session is not None and isinstance(self.session.of, User):
            return f"user {self.token.name}"
        return f"{self.token.name} ({self.token.id})"

    def sees(self, workspace: str) -> bool:
        """Tell whether the token is for that workspace."""
        return self.token.workspace in (None, workspace)

    def may(self, role: Role) -> bool:
        """Tell whether the token has that role or a higher one."""
        return RANKS[self.token.role] >= RANKS[role]

    @property
    def owns(self) -> bool:
        """Whether it is an administrator of all workspaces."""
        return self.token.workspace is None and self.may("admin")


class Body:
    """The bytes that come, held to a size and a time."""

    def __init__(self, receive: Receive, headers: list[tuple[bytes, bytes]]) -> None:
        named = dict(headers)
        length = named.get(b"content-length", b"")
        self._receive = receive
        self._declared = int(length) if length.isdigit() else 0
        self._asked = named.get(b"expect", b"").lower() == b"100-continue"
        self._whole = not self._declared and b"transfer-encoding" not in named
        self._limit_bytes = API_BODY_BYTES
        self._limit_s = API_BODY_S
        self._until: float | None = None
        self._seen = 0

    def allow(self, most_bytes: int, seconds: float) -> None:
        """Let more come than `API_BODY_BYTES` in `API_BODY_S`; before the first byte is read."""
        self._limit_bytes, self._limit_s = most_bytes, seconds

    async def receive(self) -> Message:
        """Give the next message. Raises: Problem 413 or 408."""
        if self._whole:
            return await self._receive()
        if self._declared > self._limit_bytes:
            raise self._too_large()
        loop = asyncio.get_running_loop()
        self._until = self._until or loop.time() + self._limit_s
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._next()
        except TimeoutError:
            raise Problem(
                408, "slow-body", f"the body did not come within {self._limit_s:g} s"
            ) from None
        if self._seen > self._limit_bytes:
            raise self._too_large()
        return message

    async def _next(self) -> Message:
        self._asked = False
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return message

    def _too_large(self) -> Problem:
        return Problem(
            413, "too-large", f"the body is longer than {self._limit_bytes:,} bytes", "send less"
        )

    async def drained(self) -> bool:
        """Read what nobody wants, for a short time; tell whether all of it came.

        A sender that is still writing when the connection closes may never read the answer.
        """
        if self._whole:
            return True
        if self._asked or self._declared > 10 * API_BODY_BYTES:
            return False
        try:
            async with asyncio.timeout(DRAIN_S):
                while self._seen <= 10 * API_BODY_BYTES:
                    if not (await self._next()).get("more_body", False):
                        return True
        except TimeoutError:
            pass
        return False


@dataclass(slots=True)
class Visit:
    """One request."""

    id: str
    address: str
    """Of the client; "local" for one that came by a socket of the machine."""
    body: Body
    caller: Caller | None = None
    workspace: str | None = None
    target: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def visit(request: HTTPConnection) -> Visit:
    """Give the visit of a request."""
    found: Visit = request.scope["cellblock"]
    return found


def note(request: HTTPConnection, target: str | None = None, **detail: Any) -> None:
    """Say what the audit log shall tell of a changing request besides its address.

    Never a secret, nor a value of a worker's state, nor a source.
    """
    here = visit(request)
    here.target = target if target is not None else here.target
    here.detail |= detail


def allow_body(request: HTTPConnection, most_bytes: int, seconds: float) -> None:
    """Let this route read a larger body than others; it streams what it reads."""
    visit(request).body.allow(most_bytes, seconds)
