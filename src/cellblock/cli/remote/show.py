"""How answers are shown: tables, sentences, JSON. Whatever comes from a server is made printable.

A terminal gets tables that fit it; a pipe gets rows of whole lines, with nothing cut.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from cellblock.cli.screen import PipedConsole
from cellblock.cli.text import one_line, printable

_PIPE_COLUMNS = 20_000
_LEAST_COLUMNS = 4
_SHORT_COLUMNS = 10
"""A column that needs no more is never cut."""

STYLES = {
    "running": "green",
    "done": "green",
    "new": "cyan",
    "lost": "yellow",
    "held": "yellow",
    "paused": "yellow",
    "stopped": "dim",
    "deleted": "dim",
    "quarantined": "bold red",
    "error": "red",
    "timeout": "magenta",
    "memory": "magenta",
    "crash": "bold red",
    "security": "bold red",
    "-": "dim",
}
"""Of words that stand alone in a cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    right: bool = False
    """Numbers stand at the right."""
    gives: bool = False
    """Whether it is this one that is cut when the terminal is too narrow."""


def console() -> PipedConsole:
    """Make the console of stdout."""
    if sys.stdout.isatty():
        return PipedConsole(highlight=False)
    return PipedConsole(highlight=False, width=_PIPE_COLUMNS)


def table(
    columns: Sequence[Column | str], rows: Iterable[Sequence[object]], width: int | None = None
) -> Table:
    """Make a table, *width* columns wide at the most, of cells that nobody vouches for."""
    named = [Column(item) if isinstance(item, str) else item for item in columns]
    cells = [[_cell(value) for value in row] for row in rows]
    wanted = [
        max([cell_len(column.name), *(row[place].cell_len for row in cells)])
        for place, column in enumerate(named)
    ]
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    room = (width or console().width) - 2 * (len(named) - 1)
    for column, fits in zip(named, _widths(named, wanted, room), strict=True):
        made.add_column(
            column.name,
            justify="right" if column.right else "left",
            no_wrap=True,
            overflow="ellipsis",
            width=fits,
        )
    for row in cells:
        made.add_row(*row)
    return made


def _widths(columns: Sequence[Column], wanted: Sequence[int], room: int) -> list[int]:
    """Share out the room: those that give have what the others leave, the longest least of it."""
    found = list(wanted)
    giving = [
        place
        for place, column in enumerate(columns)
        if column.gives and wanted[place] > _SHORT_COLUMNS
    ]
    left = room - sum(size for place, size in enumerate(wanted) if place not in giving)
    for rank, place in enumerate(sorted(giving, key=lambda place: wanted[place])):
        found[place] = max(min(wanted[place], left // (len(giving) - rank)), _LEAST_COLUMNS)
        left -= found[place]
    return found


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    text = "-" if value is None or value == "" else one_line(str(value))
    return Text(text, style=STYLES.get(text, ""))


def put(made: Table) -> None:
    """Print a table; into a pipe without the blanks at the ends of its lines."""
    shown = console()
    if sys.stdout.isatty():
        shown.print(made)
        return
    with shown.capture() as captured:
        shown.print(made)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    sys.stdout.flush()


def rows(columns: Sequence[Column | str], found: Sequence[Sequence[object]], empty: str) -> None:
    """Print a table, or a sentence if there is nothing to be shown."""
    if not found:
        say(empty)
        return
    put(table(columns, found))


def say(text: str, style: str = "") -> None:
    """Print a line on stdout."""
    shown = PipedConsole(highlight=False, soft_wrap=True)
    shown.print(Text(printable(text), style=style))


def note(text: str) -> None:
    """Print a line on stderr, beside what the command gives."""
    print(printable(text), file=sys.stderr)


def value(found: Any) -> None:
    """Print a JSON value for programs, in ASCII, so that no letter can steer a terminal."""
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    sys.stdout.flush()


def line(found: Any) -> None:
    """Print a JSON value on one line, at once."""
    sys.stdout.write(json.dumps(found, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def plural(count: int, one: str, many: str = "") -> str:
    """Count something."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
