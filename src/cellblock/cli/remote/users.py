"""``cellblock users``: people who come in with a name and a password."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from cellblock.broker.secret import Secret
from cellblock.cli.remote.desk import Desk, asks_everywhere, group
from cellblock.errors import OperatorFault

app = group("Make, list and remove the people who come in with a password.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The user.")]
_File = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Read the password from a file, or - for stdin."),
]
_STDIN = "-"
_BYTES = 10_000


@app.command()
@asks_everywhere
def add(
    desk: Desk,
    name: _Name,
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="viewer, operator or admin.")
    ] = "operator",
    workspace: Annotated[
        str | None, typer.Option("-w", "--workspace", metavar="NAME", help="Of this workspace.")
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--all-workspaces", help="Of all workspaces.")
    ] = False,
    password_file: _File = None,
) -> int:
    """Make a user; the password is asked for."""
    from cellblock.cli.remote import show
    from cellblock.cli.remote.holders import holder, room

    body = holder("user", name, role, workspace, everywhere=everywhere)
    body["password"] = _password(desk, password_file)
    made = desk.client.send("POST", "/users", body)
    if desk.as_json:
        show.value(made)
        return 0
    show.say(f"user {name} is made: {role} of {room(workspace)}")
    return 0


@app.command("ls")
@asks_everywhere
def list_(
    desk: Desk,
    workspace: Annotated[
        str | None, typer.Option("-w", "--workspace", metavar="NAME", help="Only this workspace.")
    ] = None,
) -> int:
    """List users: role, workspace, when they were here last."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items("/users", {"workspace": workspace}))
    if desk.as_json:
        show.value(raw)
        return 0
    now = time.time()
    columns: list[Column | str] = [Column("NAME", gives=True), "ROLE", "WORKSPACE", "LAST HERE"]
    columns.append(Column("MADE BY", gives=True))
    rows = []
    for item in raw:
        room = item.get("workspace") or "all"
        used = times.ago(item.get("last_used_at"), now)
        rows.append((item["name"], item.get("role"), room, used, item.get("created_by")))
    show.rows(columns, rows, "There is no user.")
    return 0


@app.command()
@asks_everywhere
def password(desk: Desk, name: _Name, password_file: _File = None) -> int:
    """Set another password; the user's sessions end."""
    from cellblock.cli.remote import show
    from cellblock.cli.remote.client import path

    body = {"password": _password(desk, password_file)}
    made = desk.client.send("PATCH", path("users", name), body)
    if desk.as_json:
        show.value(made)
    else:
        show.say(f"the password of {name} is another; whoever was here by it is so no more")
    return 0


@app.command("rm")
@asks_everywhere
def remove(
    desk: Desk,
    users: Annotated[list[str], typer.Argument(metavar="NAME", help="The users.")],
) -> int:
    """Remove users; their sessions end."""
    from cellblock.cli.remote.acting import each
    from cellblock.cli.remote.client import path

    def ask(name: str) -> Any:
        return desk.client.send("DELETE", path("users", name))

    return each(desk, users, ask, lambda _raw: "is removed")


def _password(desk: Desk, file: str | None) -> str:
    """Ask for a password, or read it. Raises: OperatorFault, KeyboardInterrupt."""
    if file is not None:
        text = _read(desk, file)
    elif sys.stdin.isatty():
        text = _asked()
    else:
        raise OperatorFault(
            "no-terminal",
            "there is no terminal on which the password could be asked for",
            "write --password-file FILE, or --password-file - for a pipe",
        )
    if not text:
        raise OperatorFault("bad-password", "there is no password", "write one")
    desk.scrub.add(Secret(text))
    return text


def _asked() -> str:
    import getpass

    text = getpass.getpass("password, 12 characters at least: ")
    if getpass.getpass("once more: ") != text:
        raise OperatorFault("bad-password", "the two are not the same", "try again")
    return text


def _read(desk: Desk, file: str) -> str:
    if file == _STDIN and desk.where.token_file == _STDIN:
        raise OperatorFault(
            "bad-option", "stdin is one thing: the token or the password", "name a file for one"
        )
    try:
        if file == _STDIN:
            content = sys.stdin.buffer.read(_BYTES)
        else:
            with open(file, "rb") as opened:
                content = opened.read(_BYTES)
        return content.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        text = f"the password in {file} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        text = f"the password in {file} is not UTF-8"
    raise OperatorFault("bad-password", text, "name a file that holds it, or - for stdin")
