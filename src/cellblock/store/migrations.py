"""The form of a SQLite file: numbered steps, applied forward only, all that are due at once.

In: an open connection and every step from the first release on. Out: a file of the newest form,
or the file as it was. `PRAGMA user_version` is the number of the last step that was applied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from importlib import resources

from cellblock.errors import OperatorFault
from cellblock.store.statements import named


def steps(name: str) -> tuple[str, ...]:
    """Read ``sql/steps_<name>.sql``: its parts are numbered from 1, and none is ever changed."""
    text = resources.files("cellblock.store").joinpath(f"sql/steps_{name}.sql").read_text("utf-8")
    parts = named(text)
    return tuple(parts[str(number)] for number in range(1, len(parts) + 1))


def migrate(connection: sqlite3.Connection, application: int, steps: Sequence[str]) -> None:
    """Bring the file to the form of the last of *steps*, in one transaction.

    A file that has no number is taken through the first step, which leaves alone what is there:
    files were made before they were numbered. Raises: sqlite3.Error, and nothing was changed;
    OperatorFault("newer-file") for a file whose number is above the last.
    """
    if form(connection, steps) == len(steps):
        return  # to look needs no lock
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps[form(connection, steps) :]:
            for statement in _statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def form(connection: sqlite3.Connection, steps: Sequence[str]) -> int:
    """Tell how many of *steps* a file has had. Raises: OperatorFault("newer-file")."""
    number = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if number > len(steps):
        place = connection.execute("PRAGMA database_list").fetchone()[2]
        raise OperatorFault(
            "newer-file",
            f"{place} was written by a newer Cellblock (its form is {number}, "
            f"the newest that is known here is {len(steps)})",
            "start that newer Cellblock again, or restore the copy made before it was first used",
        )
    return number


def _statements(step: str) -> Iterator[str]:
    """Split at those semicolons that end a statement; triggers and texts have others."""
    statement = ""
    for line in step.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
