"""The kind of fault is told, and nothing of what the driver said."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from cellblock.store.plainly import plainly
from cellblock.store.ports import StoreFault
from cellblock.store.redis_fault import RedisFault


def over(cause):
    fault = StoreFault("the state could not be kept: /a/secret/place")
    fault.__cause__ = cause
    return fault


def raised(path, *statements):
    connection = sqlite3.connect(path)
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError


def test_a_full_file_of_sqlite_is_a_full_disk(tmp_path):
    error = raised(
        tmp_path / "a.db",
        "CREATE TABLE t (x)",
        "PRAGMA max_page_count = 3",
        "INSERT INTO t VALUES (zeroblob(100000))",
    )
    assert plainly(over(error)).what == "the disk is full"


def test_a_damaged_file_of_sqlite_is_called_so(tmp_path):
    (tmp_path / "a.db").write_bytes(b"not a database at all" * 100)
    error = raised(tmp_path / "a.db", "SELECT * FROM sqlite_schema")
    assert plainly(over(error)).what == "its file is damaged"


@pytest.mark.parametrize(
    ("cause", "what"),
    [
        (OSError(errno.ENOSPC, "no space on /secret"), "the disk is full"),
        (OSError(errno.EROFS, "x"), "its file may only be read"),
        (MemoryError(), "there is no memory left"),
        (RedisFault("Redis cannot be reached: 10.0.0.1", "away"), "Redis cannot be reached"),
        (ValueError("/secret"), ""),
    ],
)
def test_a_fault_is_known_by_what_lies_beneath(cause, what):
    assert plainly(over(cause)).what == what
    assert "secret" not in plainly(over(cause)).helps
