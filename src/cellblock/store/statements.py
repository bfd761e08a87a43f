"""The named statements of SQL files. Pure but for reading its own package."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


def named(text: str) -> dict[str, str]:
    """Split a text at its lines ``-- name --``."""
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def queries(name: str) -> dict[str, str]:
    """Read the named statements of ``sql/<name>.sql``."""
    return named(resources.files("cellblock.store").joinpath(f"sql/{name}.sql").read_text("utf-8"))


@cache
def several(statement: str, rows: int) -> str:
    """Write a statement that keeps one row of values for many rows of values in order."""
    (row,) = re.findall(r"(?<=VALUES )\([^)]*\)", statement)
    places = "(" + ", ".join("?" * (row.count(",") + 1)) + ")"
    return statement.replace(row, ", ".join([places] * rows))
