"""``cellblock connect … --server``: connections of a server. Secrets go in, never out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from cellblock.broker.choice import missing
from cellblock.broker.kind import Kind
from cellblock.broker.secret import Secret
from cellblock.cli import connecting as here
from cellblock.cli.fields import Field
from cellblock.cli.remote import show
from cellblock.cli.remote.desk import Desk
from cellblock.cli.text import one_line
from cellblock.jail.kernel import process
from cellblock.names import connection_name
from cellblock.store.ports import Entry


class _View(msgspec.Struct):
    kind: str
    name: str
    settings: dict[str, Any] = {}
    secrets: tuple[str, ...] = ()
    created_at: float = 0.0
    changed_at: float = 0.0
    openable: bool = True


def _entries(desk: Desk) -> list[Entry]:
    found = desk.client.items(desk.at("connections"), _View)
    return [Entry(**msgspec.structs.asdict(item)) for item in found]


def _entry(desk: Desk, kind: str, name: str) -> Entry:
    entries = _entries(desk)
    for entry in entries:
        if (entry.kind, entry.name) == (kind, name):
            return entry
    there = {(entry.kind, entry.name) for entry in entries}
    raise missing(kind, name, there, desk.workspace, desk.client.found.url)


def connect_there(
    desk: Desk, kind: Kind, fields: tuple[Field, ...], written: Mapping[str, Any]
) -> int:
    """Make or change one connection of the server. Raises: CellblockError, typer.Abort."""
    process.set_dumpable(False)
    name = connection_name(written["name"])
    entries = _entries(desk)
    before = next((item for item in entries if (item.kind, item.name) == (kind.name, name)), None)
    settings = dict(before.settings) if before else {}
    set_before = set(before.secrets) if before else set()
    secrets: dict[str, str | None] = {}
    for away in here.unset_written(fields, written, settings.keys() | set_before):
        settings.pop(away, None)
        if away in set_before:
            set_before.discard(away)
            secrets[away] = None
    settings |= here.settings_written(fields, written)
    entered = here.secrets_written(kind, fields, written, set_before, new=before is None)
    for value in entered.values():
        desk.scrub.add(Secret(value))
    secrets |= entered
    body = {"settings": settings, "secrets": secrets}
    answer = desk.client.send("PUT", desk.at("connections", kind.name, name), body)
    if desk.as_json:
        show.value(answer)
        return 0
    kept = sorted(set_before | entered.keys())
    url = desk.client.found.url
    show.say(f"{kind.name} {name} is connected in workspace {desk.workspace} of {url}")
    show.say(f"  settings  {here.shown(settings) or 'the defaults'}")
    show.say(f"  secrets   {', '.join(kept) or 'none'}")
    return 0


def show_all_there(desk: Desk) -> int:
    """List the connections of a workspace. Raises: CellblockError."""
    empty = f"Workspace {desk.workspace} has no connection at {desk.client.found.url}."
    return here.print_all(_entries(desk), empty, as_json=desk.as_json)


def show_one_there(desk: Desk, kind: str, name: str) -> int:
    """Show one connection. Raises: CellblockError."""
    return here.print_one(_entry(desk, kind, name), desk.workspace, as_json=desk.as_json)


def forget_there(desk: Desk, kind: str, name: str) -> int:
    """Remove one connection. Raises: CellblockError."""
    _entry(desk, kind, name)
    desk.client.send("DELETE", desk.at("connections", kind, name))
    show.say(f"{kind} {name} is removed from workspace {desk.workspace}")
    return 0


class _Trial(msgspec.Struct):
    works: bool = True
    answer: Any = None
    error: str | None = None
    code: str | None = None


def try_out_there(desk: Desk, kind: str, name: str) -> int:
    """Have the server make its cheapest call; 1 if it is refused. Raises: CellblockError."""
    raw = desk.client.send("POST", desk.at("connections", kind, name, "test"))
    found = desk.client.shaped(raw, _Trial)
    if not found.works:
        said = one_line(f"{found.error or 'no reason'} ({found.code or 'error'})")
        print(f"cellblock: {kind} {name} does not work: {said}", file=sys.stderr)
        return 1
    if found.answer is None:
        show.say(f"{kind} {name} can be opened; this kind has no call to try it with")
        return 0
    told = msgspec.json.encode(found.answer).decode()
    show.say(f"{kind} {name} works: {one_line(told)}")
    return 0
