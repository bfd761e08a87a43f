"""``cellblock audit``: who did what, the newest at the end."""

from __future__ import annotations

import json
import time
from typing import Any

from cellblock.cli.remote import show, times
from cellblock.cli.remote.desk import Desk
from cellblock.cli.remote.show import Column

_WIDE_COLUMNS = 110
"""From this width on a terminal shows all of an entry."""


def audit(desk: Desk, workspace: str | None, count: int) -> int:
    """List what was done. Raises: CellblockError."""
    raw = list(desk.client.raw_items("/audit", {"workspace": workspace}, count))
    if desk.as_json:
        show.value(raw)
        return 0
    now = time.time()
    wide = show.console().width >= _WIDE_COLUMNS
    rows = [_row(item, now, wide=wide) for item in reversed(raw)]
    columns: list[Column | str] = ["AT", Column("WHO", gives=True), "WHAT"]
    columns += [Column("ON", gives=True), Column("STATUS", right=True)]
    if wide:
        columns += [Column("WORKSPACE", gives=True), Column("MORE", gives=True)]
    show.rows(columns, rows, "Nothing is noted.")
    return 0


def _row(item: dict[str, Any], now: float, *, wide: bool) -> tuple[object, ...]:
    return (
        times.clock(item.get("at") or 0, now),
        item.get("actor"),
        item.get("action"),
        item.get("target"),
        item.get("status"),
        *((item.get("workspace"), _detail(item.get("detail"))) if wide else ()),
    )


def _detail(found: Any) -> str:
    if not isinstance(found, dict):
        return ""
    return " ".join(
        f"{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in found.items()
    )
