"""A worker's state to a file of lines and back, by way of a server."""

from __future__ import annotations

import sys

import msgspec

from cellblock.cli import state as files
from cellblock.cli.remote import show
from cellblock.cli.remote.desk import Desk
from cellblock.cli.text import one_line
from cellblock.errors import OperatorFault


def export_state(desk: Desk, worker: str, output: str, *, replace: bool) -> int:
    """Write a worker's state to the file *output*, or to stdout for ``-``.

    Raises: CellblockError.
    """
    where = desk.worker(worker, "state-export")
    lines = 0
    ended = False

    with files.target(output, replace=replace) as write:

        def counted(part: bytes) -> None:
            nonlocal lines, ended
            lines += part.count(b"\n")
            ended = part.endswith(b"\n")
            write(part)

        desk.client.download(where, counted)
        if not ended:
            text = "the export ended in the middle of a line"
            raise OperatorFault("server-gone", text, "try again")
    sys.stdout.flush()
    show.note(f"{show.plural(max(lines - 1, 0), 'key')} of {worker} exported")
    return 0


class _Kept(msgspec.Struct):
    keys: int = 0
    worker: str = ""


def import_state(desk: Desk, worker: str, source: str, *, replace: bool) -> int:
    """Put what *source* holds in a worker's place; the server checks it. Raises: CellblockError."""
    where = desk.worker(worker, "state-import")
    with files.opened(source) as file:
        try:
            raw = desk.client.upload(where, file, "application/x-ndjson", {"replace": replace})
        except OperatorFault as fault:
            if fault.slug == "state-there":
                fault.hint = "--replace puts the import in its place"
            raise
    if desk.as_json:
        show.value(raw)
        return 0
    found = desk.client.shaped(raw, _Kept)
    origin = "" if found.worker == worker else f" from an export of {one_line(found.worker, 63)}"
    show.note(f"{show.plural(found.keys, 'key')} of {worker} imported{origin}")
    return 0
