"""``cellblock tokens``: who may come in. A token is shown once, when it is made."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from cellblock.cli.remote.desk import Desk, asks_everywhere, group

app = group("Make, list and revoke the tokens that open a server.")

_Scope = Annotated[
    str | None, typer.Option("-w", "--workspace", metavar="NAME", help="Only this workspace.")
]


@app.command()
@asks_everywhere
def create(
    desk: Desk,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="viewer, operator or admin.")
    ] = "operator",
    workspace: _Scope = None,
    everywhere: Annotated[
        bool, typer.Option("--all-workspaces", help="For all workspaces.")
    ] = False,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="Ends after this time, such as 30d.")
    ] = None,
) -> int:
    """Make a token, and print it this once."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.holders import holder, room

    body = holder("token", name, role, workspace, everywhere=everywhere)
    if expires is not None:
        body["expires_at"] = time.time() + times.span(expires, "--expires")
    made = desk.client.send("POST", "/tokens", body)
    if desk.as_json:
        show.value(made)
        return 0
    show.note(f"token {name} ({role}, {room(workspace)}); it is shown this once:")
    sys.stdout.write(f"{made['token']}\n")
    return 0


@app.command("ls")
@asks_everywhere
def list_(desk: Desk, workspace: _Scope = None) -> int:
    """List tokens: role, workspace, when they end and were last used."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items("/tokens", {"workspace": workspace}))
    if desk.as_json:
        show.value(raw)
        return 0
    now = time.time()
    columns: list[Column | str] = ["ID", Column("NAME", gives=True), "ROLE", "WORKSPACE"]
    columns += ["STATE", "LAST USED", Column("MADE BY", gives=True)]
    rows = []
    for item in raw:
        ends = item.get("expires_at")
        state = "revoked" if item.get("revoked_at") else "good"
        if state == "good" and ends is not None:
            state = "expired" if ends <= now else f"ends {times.ahead(ends, now)}"
        used = times.ago(item.get("last_used_at"), now)
        room = item.get("workspace") or "all"
        rows.append(
            (item["id"], item["name"], item.get("role"), room, state, used, item.get("created_by"))
        )
    show.rows(columns, rows, "There is no token.")
    return 0


@app.command()
@asks_everywhere
def revoke(
    desk: Desk,
    tokens: Annotated[list[str], typer.Argument(metavar="ID", help="Their ids, or names.")],
) -> int:
    """Revoke tokens; they open nothing from now on."""
    from cellblock.cli.remote.acting import each
    from cellblock.cli.remote.client import path

    known = {
        item["name"]: item["id"]
        for item in desk.client.raw_items("/tokens")
        if not item.get("revoked_at")
    }

    def ask(token: str) -> Any:
        return desk.client.send("DELETE", path("tokens", known.get(token, token)))

    return each(desk, tokens, ask, lambda _raw: "is revoked")
