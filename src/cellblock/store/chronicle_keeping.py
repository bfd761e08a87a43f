"""Putting log lines and runs into the chronicle, and reading them from its rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.names import WorkerRef
from cellblock.store.ledger import Ledger, of
from cellblock.store.records import Line, Run
from cellblock.wire.messages import Level

_LEVELS: tuple[Level, ...] = ("debug", "info", "warn", "error")
_LINE_BYTES = 80
"""What a line takes besides its message, with its places in the indices."""
_RUN_BYTES = 180
"""Likewise a run besides its error."""


class Keeping:
    """The one who writes rows, in batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def keep(
        self, lines: Sequence[Line], runs: Sequence[Run]
    ) -> tuple[list[Line], list[Run]]:
        """See `ChronicleStore`."""
        lines, runs = [_clean_line(line) for line in lines], [_clean_run(run) for run in runs]
        last_line, last_run = await self._ledger.write(partial(self._keep, lines, runs))
        first_line, first_run = last_line - len(lines) + 1, last_run - len(runs) + 1
        return (
            [structs.replace(line, id=first_line + k) for k, line in enumerate(lines)],
            [structs.replace(run, id=first_run + k) for k, run in enumerate(runs)],
        )

    def _keep(self, lines: Sequence[Line], runs: Sequence[Run]) -> tuple[int, int]:
        last_line, last_run = self._ledger.run("give", lines=len(lines), runs=len(runs))[0]
        owners = self._owners({line.ref for line in lines} | {run.ref for run in runs})
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        rows = [
            _line_values(line, last_line - len(lines) + k, owners[line.ref])
            for k, line in enumerate(lines, 1)
        ]
        for row in rows:
            counts[row["room"]][0] += 1
            counts[row["room"]][2] += row["bytes"]
        self._ledger.run_each("add_line", rows)
        rows = [
            _run_values(run, last_run - len(runs) + k, owners[run.ref])
            for k, run in enumerate(runs, 1)
        ]
        for row in rows:
            counts[row["room"]][1] += 1
            counts[row["room"]][2] += row["bytes"]
        self._ledger.run_each("add_run", rows)
        for room, (line_count, run_count, size) in counts.items():
            self._ledger.run("count", room=room, lines=line_count, runs=run_count, bytes=size)
        return last_line, last_run

    def _owners(self, refs: set[WorkerRef]) -> dict[WorkerRef, dict[str, int]]:
        """Give the numbers of workers and their workspaces, new ones to those that have none."""
        names: defaultdict[str, set[str]] = defaultdict(set)
        for ref in refs:
            names[ref.workspace].add(ref.name)
        owners = {}
        for workspace, wanted in names.items():
            room = (
                self._ledger.run("room", workspace=workspace)
                or self._ledger.run("add_room", workspace=workspace)
            )[0][0]
            # All at once: a batch has lines of most workers.
            workers = dict(self._ledger.run("names_of", workspace=workspace))
            for name in wanted:
                ref = WorkerRef(workspace, name)
                worker = workers.get(name) or self._ledger.run("add_name", **of(ref))[0][0]
                owners[ref] = {"room": room, "worker": worker}
        return owners


def level_number(level: str) -> int:
    """Give the rank of a level, the worst the highest. Raises: OperatorFault("bad-value")."""
    for number, known in enumerate(_LEVELS):
        if known == level:
            return number
    raise OperatorFault(
        "bad-value", f"there is no level {level[:20]!r}", f"use one of {', '.join(_LEVELS)}"
    )


def line_of(row: tuple[Any, ...]) -> Line:
    """Read a line."""
    identity, workspace, name, at, level, message, version = row
    return Line(
        id=identity,
        ref=WorkerRef(workspace, name),
        at=at,
        level=_LEVELS[level],
        message=message,
        version=version,
    )


def run_of(row: tuple[Any, ...]) -> Run:
    """Read a run."""
    identity, workspace, name, *values = row
    fields = dict(zip(Run.__struct_fields__[2:], values, strict=True))
    return Run(id=identity, ref=WorkerRef(workspace, name), **fields)


def _line_values(line: Line, identity: int, owner: dict[str, int]) -> dict[str, Any]:
    return {
        "id": identity,
        **owner,
        "at": line.at,
        "level": level_number(line.level),
        "version": line.version,
        "bytes": _LINE_BYTES + len(line.message.encode()),
        "message": line.message,
    }


def _run_values(run: Run, identity: int, owner: dict[str, int]) -> dict[str, Any]:
    values = structs.asdict(run) | owner
    del values["ref"]
    size = _RUN_BYTES + len((run.error or "").encode()) + len(run.traceback.encode())
    return values | {"id": identity, "bytes": size}


def _clean_line(line: Line) -> Line:
    """Make what a worker wrote such that one line cannot keep a batch from the disk."""
    if math.isfinite(line.at) and _is_text(line.message):
        return line
    at = line.at if math.isfinite(line.at) else 0.0
    return structs.replace(line, at=at, message=_text(line.message))


def _clean_run(run: Run) -> Run:
    if _is_text(run.traceback) and (run.error is None or _is_text(run.error)):
        return run
    error = None if run.error is None else _text(run.error)
    return structs.replace(run, error=error, traceback=_text(run.traceback))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
