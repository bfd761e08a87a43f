"""Runs the corpus and writes the defence matrix: ``python -m hostile.matrix [pattern] [--write page]``.

Without a page it prints one line a cell; the exit code is 1 if anything escaped or did not end as
expected.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
from collections import defaultdict
from importlib import metadata
from pathlib import Path

from hostile.arena import COLUMNS, Cell, run
from hostile.corpus import fits, programs

_HEAD = """\
# Defence matrix

Written by `make matrix`; `make test` runs every cell again and fails on one that escapes. Each program of
`tests/hostile/` runs twice: *as written*, under the contract's language, and with the *kernel alone*: all builtins, all
modules and ctypes are there (`language="full"`), so that only the wall is left. The former are let into
cells that are forked for them, the latter into cells that waited in the pool. What counts as an escape is listed in
[SECURITY.md](../SECURITY.md). A cell of the table tells how the program ended; "held, ran to its end" is a program that tried, was
refused, and said so.
"""


def problems(cell: Cell) -> list[str]:
    """Tell what is wrong with a cell."""
    expected = cell.program.expect if cell.column == COLUMNS[0] else cell.program.full
    found = [f"ESCAPE: {escape}" for escape in cell.escapes]
    if not fits(expected, cell.outcome):
        text = (
            str(cell.outcome.failure)[:300] if cell.outcome.failure else cell.outcome.output[:300]
        )
        found.append(f"expected {' | '.join(expected)}, was {cell.told} ({text})")
    return found


def page(cells: list[Cell]) -> str:
    """Write the matrix as a page."""
    table: dict[str, dict[str, dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        table[cell.program.property][cell.program.name][cell.column] = cell
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "pandas"))
    escaped = sum(bool(cell.escapes) for cell in cells)
    lines = [
        _HEAD,
        (
            f"{len(cells) // len(COLUMNS)} programs, {len(cells)} cells, **{escaped} escapes**. "
            f"Python {platform.python_version()}, {versions}, Linux {platform.release().split('-')[0]} "
            f"{platform.machine()}."
        ),
    ]
    for group in sorted(table):
        lines += [
            "",
            f"## {group}",
            "",
            f"| program | idea | {COLUMNS[0]} | {COLUMNS[1]} |",
            "|---|---|---|---|",
        ]
        for name in sorted(table[group]):
            row = table[group][name]
            ends = [_shown(row[column]) if column in row else "" for column in COLUMNS]
            idea = next(iter(row.values())).program.idea.replace("|", "\\|")
            lines.append(f"| `{name.partition('/')[2]}` | {idea} | {ends[0]} | {ends[1]} |")
    return "\n".join(lines) + "\n"


def _shown(cell: Cell) -> str:
    return f"**ESCAPE** {'; '.join(cell.escapes)}" if cell.escapes else cell.told


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pattern", nargs="?", default="", help="part of the names to run")
    parser.add_argument("--write", type=Path, help="the page to write")
    parser.add_argument("--quiet", action="store_true", help="print only what is wrong")
    options = parser.parse_args()
    chosen = [program for program in programs() if options.pattern in program.name]
    cells = asyncio.run(run(chosen))
    bad = 0
    for cell in cells:
        wrong = problems(cell)
        bad += bool(wrong)
        if wrong or not options.quiet:
            print(f"{cell.program.name:50} {cell.column:14} {cell.told}")
        for line in wrong:
            print(f"    {line}")
    print(f"{len(cells)} cells, {bad} not as they must be")
    if options.write:
        options.write.write_text(page(cells), "utf-8")
    return 1 if bad or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
