"""``cellblock files``: the files of a workspace, which its workers share as ctx.files."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cellblock.cli.remote.desk import Desk, asks, group
from cellblock.errors import OperatorFault

app = group("List, fetch, send and remove a workspace's files.")

_There = Annotated[str, typer.Argument(metavar="PATH", help="The file in the workspace.")]


def _at(desk: Desk, name: str) -> str:
    return desk.at("files", *name.removeprefix("/").split("/"))


@app.command("ls")
@asks
def list_(
    desk: Desk,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="Only what begins so.")] = "",
) -> int:
    """List the files, and how much room is left."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.remote.show import Column

    query = {"prefix": prefix or None}
    raw = list(desk.client.raw_items(desk.at("files"), query))
    if desk.as_json:
        show.value(raw)
        return 0
    now = time.time()
    rows = [
        (item["path"], times.bytes_(item["size"]), times.clock(item.get("modified_at") or 0, now))
        for item in raw
    ]
    columns = [Column("PATH", gives=True), Column("SIZE", right=True), Column("MODIFIED")]
    show.rows(columns, rows, f"There is no file in workspace {desk.workspace}.")
    room = desk.client.get(desk.at("files"), {"limit": 1})
    used, limit = (times.bytes_(room.get(key)) for key in ("used_bytes", "limit_bytes"))
    show.note(f"{used} of {limit} are used")
    return 0


@app.command()
@asks
def get(
    desk: Desk,
    name: _There,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; - for stdout.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite the file if it is there.")
    ] = False,
) -> int:
    """Fetch a file; it appears when it is whole."""
    from cellblock.cli.remote import show, times
    from cellblock.cli.state import target

    where = output if output is not None else Path(name).name
    if where == "-":
        desk.client.download(_at(desk, name), _shown if sys.stdout.isatty() else _written)
        sys.stdout.flush()
        return 0
    with target(where, replace=replace) as write:
        size = desk.client.download(_at(desk, name), write)
    show.note(f"{where}  {times.bytes_(size)}")
    return 0


def _written(part: bytes) -> None:
    sys.stdout.buffer.write(part)


def _shown(part: bytes) -> None:
    """Show on a terminal, so that no file can steer it."""
    from cellblock.cli.text import printable

    sys.stdout.write(printable(part.decode("utf-8", "replace")))


@app.command()
@asks
def put(
    desk: Desk,
    file: Annotated[str, typer.Argument(metavar="FILE", help="What is sent; - for stdin.")],
    name: Annotated[
        str | None, typer.Argument(metavar="PATH", help="Its name there [the file's].")
    ] = None,
) -> int:
    """Send a file, whole or not at all."""
    from cellblock.cli.remote import show

    if file == "-" and name is None:
        raise OperatorFault("bad-option", "what comes on stdin has no name", "write - PATH")
    there = name if name is not None else Path(file).name
    if there.endswith("/"):
        there += Path(file).name
    if file == "-":
        answer = _send(desk, there, sys.stdin.buffer)
    else:
        try:
            with open(file, "rb") as opened:
                answer = _send(desk, there, opened)
        except OSError as error:
            said = f"{file} cannot be read: {error.strerror}"
            raise OperatorFault("bad-file", said, "name a file that you can read") from error
    if desk.as_json:
        show.value(answer)
    else:
        show.say(f"{there} is kept in workspace {desk.workspace}")
    return 0


def _send(desk: Desk, name: str, opened: IO[bytes]) -> Any:
    return desk.client.upload(_at(desk, name), opened, "application/octet-stream")


@app.command("rm")
@asks
def remove(
    desk: Desk,
    names: Annotated[list[str], typer.Argument(metavar="PATH", help="The files.")],
) -> int:
    """Remove files."""
    from cellblock.cli.remote.acting import each

    def ask(name: str) -> Any:
        return desk.client.send("DELETE", _at(desk, name))

    return each(desk, names, ask, lambda _raw: "is removed")
