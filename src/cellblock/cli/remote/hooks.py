"""``cellblock hooks``: doors for events from outside. An address is shown once, when it is made."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from cellblock.cli.remote.desk import Desk, Worker, asks, group
from cellblock.errors import OperatorFault

app = group("Let others send events to a worker.")


@app.command()
@asks
def add(
    desk: Desk,
    worker: Worker,
    name: Annotated[str, typer.Option(metavar="NAME", help="What it is called.")] = "main",
    signed: Annotated[
        bool, typer.Option("--signed", help="Take only what is signed; the secret is shown once.")
    ] = False,
) -> int:
    """Make a hook, and print its address this once."""
    from cellblock.cli.remote import show

    made = desk.client.send("POST", desk.worker(worker, "hooks"), {"name": name, "signed": signed})
    if desk.as_json:
        show.value(made)
        return 0
    show.note(f"hook {name} of {worker}; POST JSON to its address, which is shown this once:")
    place = str(made.get("url") or made.get("path") or "")
    sys.stdout.write(f"{place if '://' in place else desk.client.found.url + place}\n")
    if secret := made.get("secret"):
        show.note("sign with the secret on the next line, which is shown this once, too:")
        sys.stdout.write(f"{secret}\n")
    return 0


@app.command("ls")
@asks
def list_(desk: Desk, worker: Worker) -> int:
    """List the hooks of a worker."""
    import time

    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items(desk.worker(worker, "hooks")))
    if desk.as_json:
        show.value(raw)
        return 0
    rows = [
        (
            item.get("id"),
            item.get("name"),
            "signed" if item.get("signed") else "open",
            times.clock(item.get("created_at") or 0, time.time()),
            item.get("created_by"),
        )
        for item in raw
    ]
    columns: list[Column | str] = [
        "ID",
        Column("NAME", gives=True),
        "BODY",
        "MADE",
        Column("BY", gives=True),
    ]
    show.rows(columns, rows, f"{worker} has no hook; `cellblock hooks add {worker}` makes one.")
    return 0


@app.command("rm")
@asks
def remove(
    desk: Desk,
    worker: Worker,
    hook: Annotated[str, typer.Argument(metavar="HOOK", help="Its name or id.")],
) -> int:
    """Remove a hook; what waits is still handed over."""
    from cellblock.cli.remote import show

    identity = chosen(desk.client.raw_items(desk.worker(worker, "hooks")), hook, "hook")
    desk.client.send("DELETE", desk.worker(worker, "hooks", identity))
    if not desk.as_json:
        show.say(f"hook {hook} of {worker} is removed")
    return 0


def chosen(found: Any, wanted: str, what: str) -> str:
    """Give the id of the one with that id or name. Raises: OperatorFault."""
    names = []
    for item in found:
        if wanted in {item.get("id"), item.get("name")}:
            return str(item["id"])
        names.append(str(item.get("name")))
    hint = f"there are {', '.join(names)}" if names else "there is none"
    raise OperatorFault(f"no-{what}", f"there is no {what} {wanted[:80]!r}", hint)
