"""``cellblock workspaces``: rooms of their own, and how long each keeps its logs and runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cellblock.cli.remote.desk import Desk, asks_everywhere, group
from cellblock.errors import OperatorFault

app = group("List, make, change and remove workspaces.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The workspace.")]
_Days = Annotated[
    str | None, typer.Option(metavar="TIME", help="Forget logs and runs older than this: 14d.")
]
_Bytes = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Forget the oldest beyond this size: 1GB.")
]


@app.command("ls")
@asks_everywhere
def list_(desk: Desk) -> int:
    """List the workspaces that the token sees."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.client import path
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items("/workspaces"))
    if desk.as_json:
        show.value(raw)
        return 0
    columns = [Column("NAME", gives=True), Column("KEEPS", right=True), Column("UP TO", right=True)]
    columns += [Column(title, right=True) for title in ("LINES", "RUNS", "SIZE")]
    rows = []
    for item in raw:
        whole = item.get("usage") or desk.client.get(path("workspaces", item["name"])).get("usage")
        usage: dict[str, Any] = whole or {}
        rows.append(
            (
                item["name"],
                f"{item.get('retention_days', 0):g}d",
                times.bytes_(item.get("retention_bytes")),
                f"{usage.get('lines', 0):,}",
                f"{usage.get('runs', 0):,}",
                times.bytes_(usage.get("bytes")),
            )
        )
    show.rows(columns, rows, "The token sees no workspace.")
    return 0


@app.command()
@asks_everywhere
def create(desk: Desk, name: _Name, keep: _Days = None, keep_size: _Bytes = None) -> int:
    """Make a workspace."""
    from cellblock.cli.remote import show
    from cellblock.names import connection_name

    connection_name(name, "workspace")
    made = desk.client.send("POST", "/workspaces", {"name": name, **_retention(keep, keep_size)})
    if desk.as_json:
        show.value(made)
    else:
        show.say(f"workspace {name} is made")
    return 0


@app.command("set")
@asks_everywhere
def set_(desk: Desk, name: _Name, keep: _Days = None, keep_size: _Bytes = None) -> int:
    """Change how long a workspace keeps logs and runs."""
    from cellblock.cli.remote import show
    from cellblock.cli.remote.client import path

    change = _retention(keep, keep_size)
    if not change:
        raise OperatorFault("bad-option", "nothing is to be changed", "write --keep or --keep-size")
    made = desk.client.send("PATCH", path("workspaces", name), change)
    if desk.as_json:
        show.value(made)
    else:
        show.say(f"workspace {name} is changed")
    return 0


@app.command("rm")
@asks_everywhere
def remove(desk: Desk, name: _Name) -> int:
    """Remove a workspace that has no workers."""
    from cellblock.cli.remote import show
    from cellblock.cli.remote.client import path

    desk.client.send("DELETE", path("workspaces", name))
    if not desk.as_json:
        show.say(f"workspace {name} is removed; its files stay on the server's disk")
    return 0


def _retention(keep: str | None, keep_size: str | None) -> dict[str, Any]:
    from cellblock.cli import values
    from cellblock.cli.remote import times

    found: dict[str, Any] = {}
    if keep is not None:
        found["retention_days"] = times.span(keep, "--keep") / 86_400
    if keep_size is not None:
        found["retention_bytes"] = values.size(keep_size, "--keep-size")
    return found
