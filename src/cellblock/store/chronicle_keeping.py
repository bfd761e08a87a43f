"""Putting log lines and runs into the chronicle, and reading them from its rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from msgspec import structs

from cellblock.errors import OperatorFault
from cellblock.names import WorkerRef
from cellblock.store.ledger import Ledger, of
from cellblock.store.records import Beat, Line, Run
from cellblock.wire.messages import Level

_LEVELS: tuple[Level, ...] = ("debug", "info", "warn", "error")
_RANKS: dict[str, int] = {level: rank for rank, level in enumerate(_LEVELS)}
ERA_BITS = 14
"""See sql/steps_journal.sql, whose indices have this number."""
_LINE_BYTES = 80
"""What a line takes besides its message, with its places in the indices."""
_RUN_BYTES = 180
"""Likewise a run besides its error."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Numbers that are in the file, of workspaces and workers."""

    version: int = -1
    """Of the file, as ``PRAGMA data_version`` has it: another once somebody else wrote."""
    owners: Mapping[WorkerRef, tuple[int, int]] = field(default_factory=dict)


class Keeping:
    """The one who writes rows, in batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # Read anew for each batch, the names of 4,000 workers took as long as its rows.
        self._known = _Known()

    async def keep(
        self, lines: Sequence[Line], runs: Sequence[Run]
    ) -> tuple[list[Line], list[Run]]:
        """See `ChronicleStore`."""
        lines, runs = [_clean_line(line) for line in lines], [_clean_run(run) for run in runs]
        known = self._known
        work = partial(self._keep, lines, runs, known)
        last_line, last_run, learned = await self._ledger.write(work)
        if self._known is known:  # else some may be gone
            self._known = learned
        first_line, first_run = last_line - len(lines) + 1, last_run - len(runs) + 1
        return (
            [structs.replace(line, id=first_line + k) for k, line in enumerate(lines)],
            [structs.replace(run, id=first_run + k) for k, run in enumerate(runs)],
        )

    def unlearn(self) -> None:
        """Take no number for known in what is kept from now on: some are about to go."""
        self._known = _Known()

    def _keep(
        self, lines: Sequence[Line], runs: Sequence[Run], known: _Known
    ) -> tuple[int, int, _Known]:
        last_line, last_run = self._ledger.run("give", lines=len(lines), runs=len(runs))[0]
        self._ledger.run_each("begin_line_eras", _eras(last_line, len(lines)))
        self._ledger.run_each("begin_run_eras", _eras(last_run, len(runs)))
        known, owners = self._learn(
            [*(line.ref for line in lines), *(run.ref for run in runs)], known
        )
        counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        ids = range(last_line - len(lines) + 1, last_line + 1)
        line_rows = [*map(_line_values, lines, ids, owners)]
        for row in line_rows:
            count = counts[row[1]]
            count[0] += 1
            count[2] += row[-1]
        self._ledger.run_together("add_line", line_rows)
        ids = range(last_run - len(runs) + 1, last_run + 1)
        run_rows = [*map(_run_values, runs, ids, owners[len(lines) :])]
        for row in run_rows:
            count = counts[row[1]]
            count[1] += 1
            count[2] += row[-1]
        self._ledger.run_together("add_run", run_rows)
        for room, (line_count, run_count, size) in counts.items():
            self._ledger.run("count", room=room, lines=line_count, runs=run_count, bytes=size)
        return last_line, last_run, known

    def _learn(
        self, refs: Sequence[WorkerRef], known: _Known
    ) -> tuple[_Known, list[tuple[int, int]]]:
        """Give the numbers of workspaces and workers, in the order of *refs*; new ones get some."""
        version = self._ledger.run("data_version")[0][0]
        if known.version == version:
            found = [known.owners.get(ref) for ref in refs]
            if None not in found:
                return known, cast("list[tuple[int, int]]", found)
        owners = dict(known.owners) if known.version == version else {}
        names: defaultdict[str, dict[str, WorkerRef]] = defaultdict(dict)
        for ref in refs:
            if ref not in owners:
                names[ref.workspace][ref.name] = ref
        for workspace, wanted in names.items():
            room = (
                self._ledger.run("room", workspace=workspace)
                or self._ledger.run("add_room", workspace=workspace)
            )[0][0]
            # All at once: a batch has lines of most workers.
            workers = dict(self._ledger.run("names_of", workspace=workspace))
            for name, ref in wanted.items():
                worker = workers.get(name) or self._ledger.run("add_name", **of(ref))[0][0]
                owners[ref] = room, worker
        return _Known(version, owners), [owners[ref] for ref in refs]


def _eras(last: int, count: int) -> list[tuple[int]]:
    """Give the eras of so many rows, up to an id."""
    return [(era,) for era in range((last - count + 1) >> ERA_BITS, (last >> ERA_BITS) + 1)]


def level_number(level: str) -> int:
    """Give the rank of a level, the worst the highest. Raises: OperatorFault("bad-value")."""
    number = _RANKS.get(level)
    if number is None:
        raise OperatorFault(
            "bad-value", f"there is no level {level[:20]!r}", f"use one of {', '.join(_LEVELS)}"
        )
    return number


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


def beat_of(row: tuple[Any, ...]) -> Beat:
    """Read a run in short."""
    return Beat(**dict(zip(Beat.__struct_fields__, row, strict=True)))


def _line_values(line: Line, identity: int, owner: tuple[int, int]) -> tuple[Any, ...]:
    """Give the values of ``add_line``."""
    size = _LINE_BYTES + _size(line.message)
    level = level_number(line.level)
    return (identity, *owner, line.at, level, line.version, line.message, size)


def _run_values(run: Run, identity: int, owner: tuple[int, int]) -> tuple[Any, ...]:
    """Give the values of ``add_run``."""
    size = _RUN_BYTES + _size(run.error or "") + _size(run.traceback) + len(run.calls or "")
    return (identity, *owner, *structs.astuple(run)[2:], size)


def _clean_line(line: Line) -> Line:
    """Make what a worker wrote such that one line cannot keep a batch from the disk."""
    if math.isfinite(line.at) and _is_text(line.message):
        return line
    at = line.at if math.isfinite(line.at) else 0.0
    return structs.replace(line, at=at, message=_text(line.message))


def _clean_run(run: Run) -> Run:
    if run.error is None and not run.traceback:
        return run
    if _is_text(run.traceback) and (run.error is None or _is_text(run.error)):
        return run
    error = None if run.error is None else _text(run.error)
    return structs.replace(run, error=error, traceback=_text(run.traceback))


def _is_text(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _text(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
