"""Times and sizes as people write and read them. Pure; the moment of now is a parameter."""

from __future__ import annotations

import datetime
import re
from math import ceil

from cellblock.errors import OperatorFault

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)


def span(text: str, option: str) -> float:
    """Read a length of time, ``90s`` to ``2w``, as seconds. Raises: OperatorFault("bad-option")."""
    match = _AMOUNT.fullmatch(text.strip().lower())
    factor = _UNITS.get(match[2] or "s") if match else None
    if match is None or factor is None or len(match[1]) > 12:
        raise OperatorFault(
            "bad-option",
            f"{option} {text[:80]!r} is no length of time",
            "write it as 90s, 1h or 7d",
        )
    return float(match[1]) * factor


def moment(text: str | None, option: str, now: float) -> float | None:
    """Read ``1h`` (before *now*), or a date and time, as seconds since 1970.

    Raises: OperatorFault("bad-option").
    """
    if text is None:
        return None
    if _AMOUNT.fullmatch(text.strip().lower()):
        return now - span(text, option)
    try:
        return datetime.datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise OperatorFault(
            "bad-option",
            f"{option} {text[:80]!r} is no time",
            "write it as 1h (ago), 2026-01-31 or 2026-01-31T18:30",
        ) from None


def length(seconds: float) -> str:
    """Show a length of time shortly: ``0.5s``, ``42s``, ``3m``, ``5h``, ``2d``."""
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f}s"
    for unit, size, most in (("s", 1, 100), ("m", 60, 120), ("h", 3_600, 48)):
        if seconds < size * most:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds / 86_400:,.0f}d"


def exact(seconds: float) -> str:
    """Show an interval as it would be written: ``90s``, ``5m``, ``1h``."""
    for unit, size in (("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:g}s"


def ago(at: float | None, now: float) -> str:
    """Show how long ago something was."""
    return "-" if at is None else f"{length(int(max(now - at, 0)))} ago"


def ahead(at: float | None, now: float) -> str:
    """Show how soon something is."""
    return "-" if at is None else f"in {length(ceil(at - now))}" if at > now else "now"


def clock(at: float, now: float) -> str:
    """Show a moment in this machine's time zone, with the day unless it is today's."""
    try:
        shown = datetime.datetime.fromtimestamp(at).astimezone()
        today = datetime.datetime.fromtimestamp(now).astimezone().date()
    except (ValueError, OverflowError, OSError):
        return "?"
    return shown.strftime("%H:%M:%S" if shown.date() == today else "%Y-%m-%d %H:%M:%S")


def bytes_(size: float | None) -> str:
    """Show a size shortly, in decimal units."""
    if size is None:
        return "-"
    for unit in ("B", "KB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:,.1f} GB"


def milliseconds(value: float | None) -> str:
    """Show a duration in milliseconds shortly."""
    if value is None:
        return "-"
    return (
        f"{value:.1f}ms"
        if value < 10
        else f"{value:.0f}ms"
        if value < 10_000
        else (length(value / 1_000))
    )
