"""What the commands of ``cellblock connect`` do.

Nothing is kept before all of it is known to be right; what is shown holds no secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from cellblock import compose
from cellblock.broker.adapter import AdapterError
from cellblock.broker.choice import no_kind
from cellblock.broker.connections import settings_of
from cellblock.broker.kind import Kind
from cellblock.broker.secret import Scrubber, Secret
from cellblock.cli import entering
from cellblock.cli.fields import Field, fields_of
from cellblock.cli.screen import PipedConsole
from cellblock.cli.shelf import Shelf
from cellblock.cli.text import printable
from cellblock.compose import vaults
from cellblock.errors import OperatorFault
from cellblock.names import connection_name
from cellblock.store.ports import ConnectionStore, Entry, Kept

Place = tuple[str | None, str]
"""Data directory and workspace, as they were written."""


def connect(
    kind: Kind, fields: tuple[Field, ...], written: Mapping[str, Any], scrub: Scrubber
) -> int:
    """Make or change one connection. Raises: OperatorFault, typer.Abort."""
    name = connection_name(written["name"])
    shelf = Shelf.of(written["data"], written["workspace"], scrub)
    # Opened whatever is entered now: settings that were changed in the file must not be sealed.
    before = shelf.kept(kind.name, name)
    settings = dict(before.settings) if before else {}
    set_before = set(before.secrets) if before else set()
    for away in unset_written(fields, written, settings.keys() | set_before):
        settings.pop(away, None)
        set_before.discard(away)
    settings |= settings_written(fields, written)
    secrets = secrets_written(kind, fields, written, set_before, new=before is None)
    for value in secrets.values():
        scrub.add(Secret(value))
    left = set_before - secrets.keys()
    secrets |= {key: before.secrets[key] for key in left} if before else {}
    settings_of(kind, name, {**settings, **secrets})
    kept = _keep(shelf, kind.name, name, settings, secrets)
    console = PipedConsole(highlight=False, soft_wrap=True)
    console.print(Text(f"{kind.name} {name} is connected in workspace {shelf.workspace}"))
    console.print(Text(f"  settings  {shown(settings) or 'the defaults'}"))
    console.print(Text(f"  secrets   {', '.join(sorted(secrets)) or 'none'}"))
    console.print(Text(f"  sealed    with the key in {kept}"))
    return 0


def unset_written(
    fields: tuple[Field, ...], written: Mapping[str, Any], there: set[str]
) -> list[str]:
    """Give the settings and secrets to take away. Raises: OperatorFault("bad-option")."""
    known = there | {field.name for field in fields}
    names = [text.removeprefix("--").replace("-", "_") for text in written["unset"] or ()]
    for name in names:
        if name not in known:
            raise OperatorFault(
                "bad-option",
                f"--unset names {name[:80]!r}, which is no setting",
                f"the settings are {', '.join(sorted(known))}",
            )
    return names


def settings_written(fields: tuple[Field, ...], written: Mapping[str, Any]) -> dict[str, Any]:
    """Read the options of the settings. Raises: OperatorFault("bad-option")."""
    found: dict[str, Any] = {}
    for field in fields:
        value = written.get(f"set_{field.key}")
        flags = [name for name in field.choices if written.get(f"flag_{name}")]
        if len(flags) + (value is not None) > 1:
            raise OperatorFault(
                "bad-option",
                f"{field.option} is set more than once: {', '.join(flags)}",
                "write one of them",
            )
        if (chosen := flags[0] if flags else value) is not None:
            found[field.name] = field.read(chosen)
    return found


def secrets_written(
    kind: Kind,
    fields: tuple[Field, ...],
    written: Mapping[str, Any],
    set_before: set[str],
    *,
    new: bool,
) -> dict[str, str]:
    """Give the secrets that are entered now; those not given here stay as they are."""
    all_ = [field for field in fields if field.secret]
    source, ask, none = (written.get(key) for key in ("secrets", "ask", "no_secrets"))
    if (source is not None) + bool(ask) + bool(none) > 1:
        raise OperatorFault(
            "bad-option", "--secrets, --ask and --no-secrets exclude one another", "write one"
        )
    if source is not None:
        found, warning = entering.read(source, kind.name, all_)
        if warning:
            print(f"cellblock: {printable(warning)}", file=sys.stderr)
        return found
    wanted = all_ if new or ask else [field for field in all_ if field.required]
    wanted = [field for field in wanted if ask or field.name not in set_before]
    if none or not wanted:
        return {}
    if not ask and not sys.stdin.isatty() and not any(field.required for field in wanted):
        return {}  # nobody is there to be asked, and it does without
    try:
        return entering.ask(kind.name, wanted)
    except (KeyboardInterrupt, EOFError):
        print("\ncellblock: nothing was kept", file=sys.stderr)
        raise typer.Abort from None


def _keep(
    shelf: Shelf, kind: str, name: str, settings: Mapping[str, Any], secrets: Mapping[str, str]
) -> str:
    """Keep a connection, and tell where the key is."""
    kept = Kept(workspace=shelf.workspace, kind=kind, name=name, settings=settings, secrets=secrets)

    async def keep(vault: ConnectionStore) -> str:
        await vault.put(kept)
        return vault.key_place

    return shelf.work(keep)


def show_all(place: Place, *, as_json: bool) -> int:
    """List the connections of a workspace."""
    shelf = Shelf.of(*place, Scrubber())
    empty = f"Workspace {shelf.workspace} has no connection in {shelf.folder}."
    return print_all(shelf.entries(), empty, as_json=as_json)


def print_all(entries: list[Entry], empty: str, *, as_json: bool) -> int:
    """Show connections as they are listed."""
    if as_json:
        _print_json([asdict(entry) for entry in entries])
        return 0
    if not entries:
        print(empty)
        return 0
    table = Table(box=None, pad_edge=False)
    for name in ("kind", "name", "settings", "secrets set", "changed (UTC)"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        secrets = ", ".join(entry.secrets) or "none"
        lost = "" if entry.openable else " (their key is lost)"
        table.add_row(
            Text(printable(entry.kind)),
            Text(printable(entry.name)),
            Text(shown(entry.settings) or "the defaults"),
            Text(printable(secrets + lost)),
            _day(entry.changed_at),
        )
    PipedConsole(highlight=False).print(table)
    return 0


def show_one(kind: str, name: str, place: Place, *, as_json: bool) -> int:
    """Show one connection, and the defaults of what is not set. Raises: OperatorFault."""
    shelf = Shelf.of(*place, Scrubber())
    entry = shelf.entry(kind, name)
    if entry is None:
        raise shelf.missing(kind, name)
    return print_one(entry, shelf.workspace, as_json=as_json)


def print_one(entry: Entry, workspace: str, *, as_json: bool) -> int:
    """Show one connection, and the defaults of what is not set."""
    kind, name = entry.kind, entry.name
    known = None
    with contextlib.suppress(OperatorFault):  # a plugin that is broken now
        known = compose.kinds().get(kind)
    plain = [field for field in fields_of(known.settings) if not field.secret] if known else []
    defaults = {field.name: msgspec.to_builtins(field.default) for field in plain}
    if as_json:
        _print_json({**asdict(entry), "settings": {**defaults, **entry.settings}})
        return 0
    console = PipedConsole(highlight=False, soft_wrap=True)
    console.print(Text(printable(f"{kind} {name} of workspace {workspace}")))
    for key, value in {**defaults, **entry.settings}.items():
        usual = "" if key in entry.settings else "  (default)"
        console.print(Text(printable(f"  {key}  {_json(value)}{usual}")))
    console.print(Text(printable(f"  secrets set  {', '.join(entry.secrets) or 'none'}")))
    console.print(f"  entered {_day(entry.created_at)}, changed {_day(entry.changed_at)} (UTC)")
    if not entry.openable:
        console.print("  The key that sealed it is not here.")
    return 0


def forget(kind: str, name: str, place: Place) -> int:
    """Remove one connection. Raises: OperatorFault("no-connection")."""
    shelf = Shelf.of(*place, Scrubber())
    if not shelf.entry(kind, name) or not shelf.work(
        lambda vault: vault.remove(shelf.workspace, kind, name)
    ):
        raise shelf.missing(kind, name)
    print(printable(f"{kind} {name} is removed from workspace {shelf.workspace}"))
    return 0


def try_out(kind: str, name: str, place: Place, scrub: Scrubber) -> int:
    """Make a connection's cheapest call; 1 if the far side refuses. Raises: OperatorFault."""
    shelf = Shelf.of(*place, scrub)
    if (kinds := compose.kinds()).get(kind) is None:
        raise no_kind(kind, kinds)
    connection = shelf.connection(kind, name)
    try:
        found = asyncio.run(vaults.check_connection(connection))
    except (AdapterError, TimeoutError) as error:
        said, code = (
            (str(error), error.code) if isinstance(error, AdapterError) else ("", "timeout")
        )
        found = {"error": said or "no answer in time", "code": code}
    if isinstance(found, dict) and "error" in found:
        text = f"{kind} {name} does not work: {found['error']} ({found.get('code', 'error')})"
        print(f"cellblock: {printable(scrub.text(text))}", file=sys.stderr)
        return 1
    if found is None:
        print(f"{kind} {name} can be opened; this kind has no call to try it with")
    else:
        print(printable(scrub.text(f"{kind} {name} works: {_json(found)}")))
    return 0


def seal_anew(data: str | None) -> int:
    """Give every connection of the data directory a new seal. Raises: OperatorFault."""
    shelf = Shelf.of(data, "default", Scrubber())
    if not vaults.has_vault(shelf.folder):
        raise OperatorFault(
            "no-vault", f"there are no connections in {shelf.folder}", "name the folder with --data"
        )

    async def rekey(vault: ConnectionStore) -> tuple[int, str]:
        return await vault.rekey(), vault.key_place

    count, place = shelf.work(rekey)
    plural = "" if count == 1 else "s"
    print(
        f"{count} connection{plural} sealed with the key in {place}; older keys open none of them"
    )
    return 0


def shown(settings: Mapping[str, Any]) -> str:
    """Show settings on one line."""
    return printable(" ".join(f"{key}={_json(value)}" for key, value in settings.items()))


def _json(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _print_json(value: Any) -> None:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()
