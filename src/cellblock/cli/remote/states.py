"""``cellblock state``: a worker's state, at a server; with --state, in a store."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from cellblock.cli.remote.desk import Desk, Worker, asks, group, names_of_workers
from cellblock.errors import OperatorFault

app = group("Read, write and move a worker's state (ctx.state).")

_Store = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STORE",
        help="No server, but this store: sqlite:///file.db, redis://host:6379/0, rediss://… "
        "or unix:///redis.sock.",
    ),
]
_Name = Annotated[
    str | None, typer.Option("--name", metavar="WORKER", help="The worker, as NAME is.")
]
_Whose = Annotated[
    str | None,
    typer.Argument(metavar="NAME", help="The worker.", autocompletion=names_of_workers),
]
_Key = Annotated[str, typer.Argument(metavar="KEY", help="The key.")]


@app.command("get")
@asks
def get(desk: Desk, worker: Worker, key: _Key) -> int:
    """Print the value of a key, as JSON."""
    import msgspec

    from cellblock.cli.text import printable

    found = desk.client.answer("GET", desk.worker(worker, "state", key)).content
    shown = msgspec.json.format(found, indent=2).decode()
    # On a terminal no letter of it may steer; a pipe gets the value as it is.
    print(printable(shown) if sys.stdout.isatty() else shown)
    return 0


@app.command("set")
@asks
def set_(
    desk: Desk,
    worker: Worker,
    key: _Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="JSON, or text; - for stdin.")],
) -> int:
    """Set a key; a worker that runs sees it at its next look."""
    import msgspec

    from cellblock.cli.remote import show

    text = sys.stdin.read() if value == "-" else value
    try:
        parsed = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        parsed = text
    answer = desk.client.send("PUT", desk.worker(worker, "state", key), parsed)
    if desk.as_json:
        show.value(answer)
    return 0


@app.command("rm")
@asks
def remove(
    desk: Desk,
    worker: Worker,
    keys: Annotated[list[str], typer.Argument(metavar="KEY", help="The keys.")],
) -> int:
    """Delete keys."""
    from cellblock.cli.remote.acting import each

    def ask(key: str) -> Any:
        return desk.client.send("DELETE", desk.worker(worker, "state", key))

    return each(desk, keys, ask, lambda _raw: "is deleted")


@app.command("ls")
@asks
def list_(desk: Desk, worker: Worker) -> int:
    """List the keys, and the size of each value."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.show import Column

    raw = list(desk.client.raw_items(desk.worker(worker, "state")))
    if desk.as_json:
        show.value(raw)
        return 0
    rows = [(item.get("key"), times.bytes_(item.get("bytes", item.get("size")))) for item in raw]
    show.rows(
        [Column("KEY", gives=True), Column("SIZE", right=True)], rows, f"{worker} has no state."
    )
    return 0


@app.command("export")
@asks
def export_state(
    desk: Desk,
    worker: _Whose = None,
    state: _Store = None,
    name: _Name = None,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="Where to; it appears when it is whole.")
    ] = "-",
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the file if it is there.")
    ] = False,
) -> int:
    """Write all state of a worker, a line for each key."""
    from cellblock.cli import state as commands
    from cellblock.cli.remote import moving

    whose = _one(worker, name)
    if state is not None:
        return commands.export_state(state, whose, output, replace=replace)
    return moving.export_state(desk, whose, output, replace=replace)


@app.command("import")
@asks
def import_state(
    desk: Desk,
    source: Annotated[str, typer.Argument(metavar="FILE", help="What was exported; - for stdin.")],
    worker: _Whose = None,
    state: _Store = None,
    name: _Name = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of what the worker has there.")
    ] = False,
) -> int:
    """Keep an export as a worker's state, whole or not at all."""
    from cellblock.cli import state as commands
    from cellblock.cli.remote import moving

    whose = _one(worker, name)
    if state is not None:
        return commands.import_state(state, whose, source, replace=replace)
    return moving.import_state(desk, whose, source, replace=replace)


def _one(worker: str | None, name: str | None) -> str:
    if (worker is None) == (name is None):
        raise OperatorFault("bad-option", "whose state it is must be said once", "write its NAME")
    return str(worker if worker is not None else name)
