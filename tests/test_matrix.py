"""The defence matrix: every hostile program, as written and with the kernel alone. No escape."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hostile.arena import COLUMNS, run
from hostile.corpus import ideas, programs
from hostile.matrix import problems

pytestmark = [pytest.mark.jail, pytest.mark.slow]
PROGRAMS = programs()


@pytest.fixture(scope="module")
def cells():
    found = asyncio.run(run(PROGRAMS))
    return {(cell.program.name, cell.column): cell for cell in found}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", [program.name for program in PROGRAMS])
def test_nothing_escapes_and_all_ends_as_expected(cells, name, column):
    assert problems(cells[name, column]) == []


def test_the_page_holds_every_program_and_no_escape():
    page = (Path(__file__).parents[1] / "docs" / "defence-matrix.md").read_text("utf-8")
    assert "**0 escapes**" in page
    shown, group = set(), ""
    for line in page.splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line.startswith("| `"):
            shown.add(f"{group}/{line.split('`')[1]}")
    assert shown == {program.name for program in PROGRAMS}, "run `make matrix`"


def test_the_programs_are_many_and_no_two_are_the_same():
    files = [program for program in PROGRAMS if program.property != "walks"]
    assert len(ideas()) == len(files) >= 250
    assert len({program.idea for program in PROGRAMS}) == len(PROGRAMS)
