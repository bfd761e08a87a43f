"""People who come in with a name and a password: listing, making, changing, removing."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from cellblock.api.access import Anyone, Inside, forbidden, placing
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.logins import logins
from cellblock.api.paging import (
    LIMIT,
    Cursor,
    Limit,
    Page,
    Revision,
    after_name,
    page_of,
    tag,
)
from cellblock.api.problems import Problem, missing
from cellblock.api.proofs import mint
from cellblock.api.router import Router
from cellblock.api.sent import Sent
from cellblock.api.visit import Caller, note, visit
from cellblock.limits import PASSWORD_CHARACTERS, PASSWORD_MIN_CHARACTERS
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Role, User
from cellblock.store.service import Conflict

router = Router(prefix="/api/v1/users", tags=["users"])
_SELF = "self"
Password = Annotated[str, Field(min_length=PASSWORD_MIN_CHARACTERS, max_length=PASSWORD_CHARACTERS)]
Room = Annotated[str | None, Field(pattern=NAME_PATTERN, description="null for all of them.")]
Name = Annotated[str, Path(max_length=100)]


class UserView(BaseModel):
    """A user, without what proves it."""

    name: str
    role: Role
    workspace: str | None = Field(description="null for all of them.")
    created_at: float
    created_by: str
    last_used_at: float | None = Field(description="True to the minute.")
    revision: int


class NewUser(Sent):
    """What a user is made with."""

    name: str = Field(pattern=NAME_PATTERN)
    role: Role
    workspace: Room = None
    password: Password


class UserChange(Sent):
    """What of a user is changed; the rest stays. A new password ends the user's sessions."""

    role: Role | None = None
    workspace: Room = None
    password: Password | None = None


class PasswordChange(Sent):
    """A password of one's own."""

    old: str = Field(max_length=PASSWORD_CHARACTERS)
    new: Password


def _view(user: User) -> UserView:
    values = msgspec.structs.asdict(user)
    return UserView(**{name: values[name] for name in UserView.model_fields})


@router.get("", name="user.list")
async def users(
    doors: Inside,
    caller: Anyone,
    workspace: Annotated[str | None, Query(pattern=NAME_PATTERN)] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[UserView]:
    """List users by name. Needs an administrator, who sees those of their workspaces."""
    _judge(caller)
    if workspace is not None and not caller.sees(workspace):
        raise missing("workspace", workspace)
    past = after_name(cursor) or ""
    found = await doors.stores.users.users(workspace or caller.token.workspace)
    rows = [user for user in found if user.name > past]
    return page_of(rows[: limit + 1], limit, lambda user: user.name, _view)


@router.post("", name="user.create", status_code=201, responses=problems(404, 409))
async def create(request: Request, new: NewUser, doors: Inside, caller: Anyone) -> UserView:
    """Make a user. Needs an administrator, of the workspace or of all of them."""
    _judge(caller)
    note(request, new.name, role=new.role, of=new.workspace)
    await placing(new.workspace, caller, doors)
    if new.name == _SELF:
        raise Conflict("no user is called self", "take another name")
    if await doors.stores.users.user(new.name) is not None:
        raise Conflict(f"there is a user {new.name} already", "take another name")
    user = User(
        id=mint()[0],
        name=new.name,
        password=await logins(request).passwords.keep(new.password),
        role=new.role,
        workspace=new.workspace,
        created_at=doors.clock.wall_s(),
        created_by=caller.actor,
    )
    await doors.stores.users.add_user(user)
    return _view(user)


@router.put("/self/password", name="user.password", status_code=204, responses=problems(409))
async def password(request: Request, wanted: PasswordChange, doors: Inside, caller: Anyone) -> None:
    """Change the password of the user whose session asks. Their other sessions end."""
    session = caller.session
    if session is None or not isinstance(session.of, User):
        raise Problem(
            403,
            "forbidden",
            "this needs the session of a user",
            "begin one with name and password; an administrator may PATCH the user",
        )
    note(request, session.of.name)
    ways = logins(request)
    try:
        user = await ways.by_password(session.of.name, wanted.old, visit(request).address)
    except Problem as problem:
        if problem.slug != "wrong-login":
            raise
        # Not 401, by which pages know that their session is over.
        raise Problem(403, "wrong-password", "the old password is wrong") from None
    made = await ways.passwords.keep(wanted.new)
    changed = msgspec.structs.replace(user, password=made)
    await doors.stores.users.change_user(changed, but=session.digest)


@router.patch("/{name}", name="user.change", responses=problems(409))
async def change(
    name: Name,
    wanted: UserChange,
    request: Request,
    response: Response,
    doors: Inside,
    caller: Anyone,
    revision: Revision,
) -> UserView:
    """Change role, workspace or password. Needs an administrator, who sees the user."""
    before = await _there(doors, caller, name)
    if revision is not None and revision != before.revision:
        raise Conflict(f"the user has revision {before.revision}")
    sent = {field: getattr(wanted, field) for field in wanted.model_fields_set}
    # Only of a workspace null says something.
    values = {key: value for key, value in sent.items() if value is not None or key == "workspace"}
    note(request, name, **{("of" if k == "workspace" else k): values[k] for k in _told(values)})
    if "workspace" in values:
        await placing(values["workspace"], caller, doors)
    if "password" in values:
        note(request, name, password="changed")  # noqa: S106 - says that, and not what
        values["password"] = await logins(request).passwords.keep(values["password"])
    after_it = msgspec.structs.replace(before, **values)
    if after_it != before:
        after_it = await doors.stores.users.change_user(after_it)
    tag(response, after_it.revision)
    return _view(after_it)


@router.delete("/{name}", name="user.remove", status_code=204)
async def remove(name: Name, doors: Inside, caller: Anyone) -> None:
    """Remove a user, whose sessions end at once. Needs an administrator, who sees the user."""
    await _there(doors, caller, name)
    if not await doors.stores.users.remove_user(name):
        raise missing("user", name)


def _told(values: dict[str, object]) -> list[str]:
    return [key for key in values if key != "password"]


def _judge(caller: Caller) -> None:
    if not caller.may("admin"):
        raise forbidden("admin")


async def _there(doors: Doors, caller: Caller, name: str) -> User:
    """Give a user that an administrator sees. Raises: Problem 403, 404."""
    _judge(caller)
    found = await doors.stores.users.user(name)
    if found is None or caller.token.workspace not in (None, found.workspace):
        raise missing("user", name)
    return found
