"""Rules for alerts: listing, making, changing, removing, and sending a test.

What signs the alerts of a webhook is shown once, when it is drawn.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Body, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from cellblock.api.access import Inside, Operator, Reader, WorkspaceName, operator
from cellblock.api.described import problems
from cellblock.api.doors import Doors
from cellblock.api.paging import LIMIT, Cursor, Limit, Page, after_name, expected, page_of, tag
from cellblock.api.problems import Problem, missing
from cellblock.api.router import Router
from cellblock.api.sent import Sent, Whole
from cellblock.api.visit import Caller, note
from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import bad_port, literal, port_of, read_url, reason_against
from cellblock.broker.telegram.chats import chat_of
from cellblock.limits import ALERT_LATE_S, ALERT_LATE_TICKS, ALERT_REPEAT_S, ALERT_RULES, LATE_S
from cellblock.names import NAME_PATTERN, room_words
from cellblock.store.ports import ALERT_KIND, Kept
from cellblock.store.records import Channel, Occasion, Rule
from cellblock.store.service import Conflict

router = Router(prefix="/api/v1/workspaces/{workspace}/alerts", tags=["alerts"])
Identity = Annotated[str, Path(max_length=100, description="A rule's id.")]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Occasions = Annotated[list[Occasion], Field(min_length=1, max_length=5)]
Workers = Annotated[list[Name], Field(max_length=1000)]
Chat = Annotated[Whole, Field(ge=-(2**52), le=2**52)] | Annotated[str, Field(max_length=100)]
Repeat = Annotated[float, Field(ge=60, le=30 * 86_400, allow_inf_nan=False)]
Late = Annotated[float, Field(ge=LATE_S, le=86_400, allow_inf_nan=False)]
Row = Annotated[Whole, Field(ge=1, le=1000)]
Url = Annotated[str, Field(min_length=1, max_length=2000)]
SharedSecret = Annotated[str, Field(min_length=16, max_length=256, pattern=r"^[!-~]+$")]


class RuleSettings(Sent):
    """When a rule tells again, and what it holds to be late."""

    repeat_s: Repeat = Field(default=ALERT_REPEAT_S, description="The same is not told sooner.")
    late_s: Late = Field(default=ALERT_LATE_S, description="Above this a tick counts as late.")
    late_ticks: Row = Field(default=ALERT_LATE_TICKS, description="So many in a row are told.")


class ChatSettings(RuleSettings):
    """The same, and where a bot writes to."""

    chat_id: Chat | None = Field(default=None, description="null for the connection's own.")


class _NewRule(Sent):
    name: Name
    on: Occasions
    workers: Workers = Field(default=[], description="Names; none for all.")
    enabled: bool = True


class NewTelegramRule(_NewRule):
    """A rule that tells by a bot."""

    channel: Literal["telegram"]
    target: Name = Field(default="main", description="The telegram connection's name.")
    settings: ChatSettings = ChatSettings()


class NewWebhookRule(_NewRule):
    """A rule that tells by a signed request."""

    channel: Literal["webhook"]
    target: Url = Field(description="Where alerts are sent.")
    settings: RuleSettings = RuleSettings()
    secret: SharedSecret | None = Field(default=None, description="One is drawn if none is given.")


class NewLogRule(_NewRule):
    """A rule that tells in the logs of the service and the worker."""

    channel: Literal["log"]
    target: Literal[""] = ""
    settings: RuleSettings = RuleSettings()


NewRule = Annotated[NewTelegramRule | NewWebhookRule | NewLogRule, Body(discriminator="channel")]
_SETTINGS: dict[Channel, type[RuleSettings]] = {
    "telegram": ChatSettings,
    "webhook": RuleSettings,
    "log": RuleSettings,
}


class SettingsChange(Sent):
    """Settings that are changed; the rest stays."""

    repeat_s: Repeat | None = None
    late_s: Late | None = None
    late_ticks: Row | None = None
    chat_id: Chat | None = None


class RuleChange(Sent):
    """What of a rule is changed; the rest stays."""

    name: Name | None = None
    on: Occasions | None = None
    workers: Workers | None = None
    target: Url | None = None
    settings: SettingsChange | None = None
    enabled: bool | None = None
    secret: SharedSecret | None = None


class RuleView(BaseModel):
    """A rule. Of a webhook's address a viewer is told the host alone."""

    id: str
    name: str
    on: list[Occasion]
    workers: list[str]
    channel: Channel
    target: str
    settings: dict[str, Any]
    enabled: bool
    created_at: float
    revision: int


class MadeRule(RuleView):
    """A rule that was made just now."""

    secret: str | None = Field(description="What signs the alerts of a webhook. Shown this once.")


def _view(rule: Rule, caller: Caller) -> RuleView:
    values = msgspec.to_builtins(rule)
    del values["workspace"]
    if rule.channel == "webhook" and not caller.may("operator"):
        values["target"] = str(read_url(rule.target).copy_with(raw_path=b"/"))
    return RuleView(**values)


@router.get("", name="alert.list")
async def rules(
    workspace: WorkspaceName,
    doors: Inside,
    caller: Reader,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[RuleView]:
    """List the rules of a workspace."""
    past = after_name(cursor) or ""
    found = sorted(await doors.stores.rules.rules(workspace), key=_key)
    rows = [rule for rule in found if _key(rule) > past][: limit + 1]
    return page_of(rows, limit, _key, lambda rule: _view(rule, caller))


@router.post("", name="alert.create", status_code=201, responses=problems(409))
async def create(
    request: Request,
    response: Response,
    workspace: WorkspaceName,
    new: NewRule,
    doors: Inside,
    caller: Operator,
) -> MadeRule:
    """Make a rule."""
    if len(await doors.stores.rules.rules(workspace)) >= ALERT_RULES:
        raise Problem(409, "too-many-rules", f"a workspace has {ALERT_RULES} rules at the most")
    rule = Rule(
        id=secrets.token_hex(8),
        workspace=workspace,
        name=new.name,
        on=tuple(dict.fromkeys(new.on)),
        workers=tuple(dict.fromkeys(new.workers)),
        channel=new.channel,
        target=new.target,
        settings=new.settings.model_dump(exclude_unset=True, exclude_none=True),
        enabled=new.enabled,
        created_at=doors.clock.wall_s(),
        revision=0,
    )
    await _judge(doors, rule)
    if rule.channel == "webhook":
        _judge_place(rule.target)
    note(request, rule.id, name=rule.name, channel=rule.channel, on=list(rule.on))
    secret = None
    if isinstance(new, NewWebhookRule):
        secret = new.secret or secrets.token_urlsafe(32)
        await _keep_secret(doors, rule, secret)
    try:
        kept = await doors.stores.rules.put_rule(rule)
    except Exception:
        await _forget_secret(doors, rule)
        raise
    tag(response, kept.revision)
    return MadeRule(**_view(kept, caller).model_dump(), secret=secret)


@router.patch("/{identity}", name="alert.change", responses=problems(409))
async def change(
    request: Request,
    response: Response,
    workspace: WorkspaceName,
    identity: Identity,
    wanted: RuleChange,
    doors: Inside,
    caller: Operator,
    revision: Annotated[int | None, Depends(expected)],
) -> RuleView:
    """Change a rule; a setting that is null goes back to its default."""
    before = await _there(doors, workspace, identity)
    if revision is not None and revision != before.revision:
        raise Conflict(f"the rule has revision {before.revision}")
    values = wanted.model_dump(exclude_none=True, exclude={"settings", "secret"})
    for field in ("on", "workers"):
        if field in values:
            values[field] = tuple(dict.fromkeys(values[field]))
    if wanted.settings is not None:
        changed = wanted.settings.model_dump(exclude_unset=True)
        both = before.settings | changed
        values["settings"] = {key: value for key, value in both.items() if value is not None}
    after = msgspec.structs.replace(before, **values)
    await _judge(doors, after)
    if after.channel == "webhook" and after.target != before.target:
        _judge_place(after.target)
    if wanted.secret is not None and after.channel != "webhook":
        raise _bad("only the alerts of a webhook are signed", "leave the secret out")
    note(request, changed=sorted(wanted.model_fields_set))
    if wanted.secret is not None:
        await _keep_secret(doors, after, wanted.secret)
    if after != before:
        after = await doors.stores.rules.put_rule(after)
    tag(response, after.revision)
    return _view(after, caller)


@router.delete(
    "/{identity}", name="alert.remove", status_code=204, dependencies=[Depends(operator)]
)
async def remove(workspace: WorkspaceName, identity: Identity, doors: Inside) -> None:
    """Remove a rule."""
    rule = await _there(doors, workspace, identity)
    if not await doors.stores.rules.remove_rule(workspace, identity):
        raise missing("rule", identity, room_words(workspace))
    await _forget_secret(doors, rule)


@router.post(
    "/{identity}/test", name="alert.test", status_code=204, dependencies=[Depends(operator)]
)
async def test(workspace: WorkspaceName, identity: Identity, doors: Inside) -> None:
    """Send a test now, by a rule that is enabled or not; 422 says why it was not delivered."""
    await _there(doors, workspace, identity)
    await doors.alert(workspace, identity)


async def _there(doors: Doors, workspace: str, identity: str) -> Rule:
    for rule in await doors.stores.rules.rules(workspace):
        if rule.id == identity:
            return rule
    raise missing("rule", identity, room_words(workspace))


def _key(rule: Rule) -> str:
    return f"{rule.name} {rule.id}"


async def _judge(doors: Doors, rule: Rule) -> None:
    """Judge what a channel is to be told by. Raises: Problem 422, OperatorFault."""
    if more := rule.settings.keys() - _SETTINGS[rule.channel].model_fields.keys():
        raise _bad(f"{sorted(more)[0]} is no setting of a {rule.channel} rule", "leave it out")
    if rule.channel == "log" and rule.target:
        raise _bad("a rule for the log has no target", "leave it out")
    if rule.channel == "webhook":
        _judge_url(rule.target)
    if rule.channel == "telegram":
        await _judge_chat(doors, rule)


def _judge_url(text: str) -> None:
    try:
        read_url(text)
    except AdapterError:  # whose text has the URL, and maybe a password in it
        raise _bad(
            "target is no URL that can be asked for", "write https://host/path, without a user name"
        ) from None


def _judge_place(text: str) -> None:
    """Refuse at once what would not be sent to. Raises: Problem 422."""
    url = read_url(text)
    address = literal(url.host)  # a name is looked up and judged when it is asked
    reason = reason_against(address) if address is not None else None
    if reason or bad_port(port_of(url)):
        what = f"not at a public address but {reason}" if reason else "at a port that is not HTTP's"
        raise _bad(f"target is {what}", "webhooks go to public addresses alone")


async def _judge_chat(doors: Doors, rule: Rule) -> None:
    chat = rule.settings.get("chat_id")
    try:
        if chat is not None:
            chat_of(chat)
    except ValueError as error:
        raise _bad(f"settings.chat_id: {error}", "give a chat's number, or @name") from None
    entries = await doors.vault.entries(rule.workspace)
    found = [item for item in entries if (item.kind, item.name) == ("telegram", rule.target)]
    if not found:
        raise _bad(
            f"the workspace has no telegram connection {rule.target[:80]!r}",
            "connect it first, or name another as the target",
        )
    if chat is None and found[0].settings.get("chat_id") is None:
        raise _bad("neither the rule nor its connection names a chat", "set settings.chat_id")


def _bad(detail: str, hint: str) -> Problem:
    return Problem(422, "bad-rule", detail, hint)


async def _keep_secret(doors: Doors, rule: Rule, secret: str) -> None:
    kept = Kept(
        workspace=rule.workspace,
        kind=ALERT_KIND,
        name=rule.id,
        settings={},
        secrets={"secret": secret},
    )
    await doors.vault.put(kept)


async def _forget_secret(doors: Doors, rule: Rule) -> None:
    if rule.channel == "webhook":
        await doors.vault.remove(rule.workspace, ALERT_KIND, rule.id)
