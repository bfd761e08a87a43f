"""Sessions of browsers: beginning one, looking at it, ending it."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field, model_validator

from cellblock.api import cookies
from cellblock.api.access import Anyone, Gate, Inside, strayed
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.logins import logins
from cellblock.api.problems import Problem
from cellblock.api.router import Router
from cellblock.api.sent import Sent
from cellblock.api.sessions import seated
from cellblock.api.visit import note, visit
from cellblock.limits import PASSWORD_CHARACTERS, TICKET_S
from cellblock.store.records import Role, Session, Token, User, Way

router = Router(prefix="/api/v1/session", tags=["sessions"])


WAYS = ({"token"}, {"ticket"}, {"user", "password"})


class Login(Sent):
    """What a session begins with."""

    token: str | None = Field(default=None, max_length=1000)
    ticket: str | None = Field(default=None, max_length=1000)
    user: str | None = Field(default=None, max_length=100)
    password: str | None = Field(default=None, max_length=PASSWORD_CHARACTERS)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = {name for name, value in self if value is not None}
        if given not in WAYS:
            raise ValueError("it has a token, or a ticket, or a user and a password")
        return self


class SessionView(BaseModel):
    """A session, without what proves it."""

    name: str = Field(description="Of the token or the user that it stands for.")
    role: Role
    workspace: str | None = Field(description="null for all of them.")
    expires_at: float = Field(description="When it is over if it is not used from now on.")
    csrf: str = Field(description="For the header X-CSRF-Token of each changing request.")
    by: Way


class TicketView(BaseModel):
    """What lets a browser in."""

    ticket: str = Field(description="For the `ticket` of a login; good once.")
    expires_at: float


async def _gate(request: Request) -> Gate:
    found: Gate = request.app.state.gate
    return found


Entrance = Annotated[Gate, Depends(_gate)]


def _view(gate: Gate, session: Session, text: str) -> SessionView:
    return SessionView(
        name=session.of.name,
        role=session.of.role,
        workspace=session.of.workspace,
        expires_at=gate.sessions.until(session),
        csrf=cookies.csrf_of(text),
        by=session.by,
    )


async def _seat(request: Request, caller: Anyone) -> tuple[Session, str]:
    """Give the session that asks, and what its cookie holds. Raises: Problem 401."""
    text = cookies.shown(request.scope)
    if caller.session is None or text is None:
        raise Problem(
            401,
            "unauthorized",
            "a session is needed, and a token asks",
            "begin one with POST, and send its cookie alone",
        )
    return caller.session, text


Seat = Annotated[tuple[Session, str], Depends(_seat)]


@router.post("", name="session.begin", status_code=201, responses=problems(401, 403, 429))
async def begin(
    request: Request, response: Response, login: Login, doors: Inside, gate: Entrance
) -> SessionView:
    """Begin a session; the cookie of the answer proves it. One that the cookie held ends."""
    here = visit(request)
    if cookies.at_home(request.scope) is False:
        raise strayed()
    of = await _known(request, login, doors)
    before = cookies.shown(request.scope)
    text, session = await gate.sessions.begin(of)
    if before is not None:
        await gate.sessions.end(before)
    here.caller, here.workspace = seated(session), of.workspace
    response.headers.append("Set-Cookie", cookies.setting(request.scope, text))
    return _view(gate, session, text)


async def _known(request: Request, login: Login, doors: Doors) -> Token | User:
    """Give whom a login is of. Raises: Problem 401, 429, 503."""
    ways = logins(request)
    here = visit(request)
    if login.token is not None:
        return await ways.by_token(login.token, here.address)
    if login.ticket is not None:
        return await ways.by_ticket(login.ticket, here.address)
    name = login.user or ""
    try:
        return await ways.by_password(name, login.password or "", here.address)
    except Problem:
        # A name that is none may be a password that was written in the wrong place.
        if (user := await doors.stores.users.user(name)) is not None:
            note(request, user.name)
            here.workspace = user.workspace
        raise


@router.post("/tickets", name="session.ticket", status_code=201)
async def ticket(request: Request, doors: Inside, caller: Anyone) -> TicketView:
    """Make a ticket that lets a browser in once, as the token that asks; no session makes one."""
    if caller.session is not None:
        raise Problem(403, "forbidden", "this needs a token, and a session asks")
    text = logins(request).tickets.make(caller.token)
    return TicketView(ticket=text, expires_at=doors.clock.wall_s() + TICKET_S)


@router.get("", name="session.show")
async def show(gate: Entrance, seat: Seat) -> SessionView:
    """Show the session whose cookie asks."""
    session, text = seat
    return _view(gate, session, text)


@router.delete("", name="session.end", status_code=204)
async def end(request: Request, response: Response, gate: Entrance, seat: Seat) -> None:
    """End the session whose cookie asks, at once."""
    text = seat[1]
    await gate.sessions.end(text)
    response.headers.append("Set-Cookie", cookies.setting(request.scope, None))
