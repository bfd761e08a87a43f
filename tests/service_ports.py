"""What a port asks for, to compare with what a store has; and how a file would find its rows."""

from __future__ import annotations

import inspect
import sqlite3
from collections import defaultdict
from typing import Any


def arguments(kind: Any, port: Any) -> dict[str, list[tuple[str, Any]]]:
    """Give the names and defaults of what the coroutines of *port* take, as *kind* has them."""
    names = [name for name, value in vars(port).items() if inspect.iscoroutinefunction(value)]
    return {
        name: [
            (one.name, one.default)
            for one in inspect.signature(getattr(kind, name)).parameters.values()
        ]
        for name in names
    }


def plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    """Tell the steps that SQLite would take."""
    values: Any = [1] * statement.count("?") or defaultdict(lambda: 1)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
