"""A worker's state to a file of lines and back, by way of a server."""

from __future__ import annotations

import sys

from cellblock.cli import state as files
from cellblock.cli.remote import show
from cellblock.cli.remote.desk import Desk
from cellblock.errors import OperatorFault
from cellblock.store import transfer


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


def import_state(desk: Desk, worker: str, source: str, *, replace: bool) -> int:
    """Put what *source* holds in a worker's place. Raises: CellblockError."""
    header, values = files.read_export(source)
    body = b"".join(transfer.lines_of(worker, values))
    headers = {"Content-Type": "application/x-ndjson"}
    where = desk.worker(worker, "state-import")
    query = {"replace": "true" if replace else "false"}
    desk.client.answer("PUT", where, query=query, content=body, headers=headers)
    origin = "" if header == worker else f" from an export of {header}"
    show.note(f"{show.plural(len(values), 'key')} of {worker} imported{origin}")
    return 0
