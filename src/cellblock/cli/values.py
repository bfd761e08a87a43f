"""Option texts to values: times, sizes, settings; each refusal says what may be written."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cellblock.errors import OperatorFault
from cellblock.limits import SOURCE_BYTES

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_BYTES = {
    "B": 1,
    "KB": 1_000,
    "MB": 1_000_000,
    "GB": 1_000_000_000,
    "KIB": 1 << 10,
    "MIB": 1 << 20,
    "GIB": 1 << 30,
}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", re.ASCII)


def seconds(text: str, option: str) -> float:
    """Read ``1s``, ``500ms``, ``2m``, ``1h``; a bare number is seconds. Raises: OperatorFault."""
    match = _AMOUNT.fullmatch(text.strip())
    factor = _SECONDS.get((match[2] or "s").lower()) if match else None
    if match is None or factor is None:
        raise OperatorFault(
            "bad-option", f"{option} {text!r} is no time", "write it as 500ms, 5s, 2m or 1h"
        )
    return float(match[1]) * factor


def size(text: str, option: str) -> int:
    """Read ``256MB`` (decimal) or ``256MiB`` (binary). Raises: OperatorFault."""
    match = _AMOUNT.fullmatch(text.strip())
    factor = _BYTES.get((match[2] or "B").upper()) if match else None
    amount = float(match[1]) * factor if match and factor else math.inf
    if not math.isfinite(amount):
        raise OperatorFault(
            "bad-option", f"{option} {text!r} is no size", "write it as 256MB or 1GB"
        )
    return int(amount)


def word(text: str | None, option: str, words: Iterable[str]) -> str | None:
    """Accept one of some words, or None. Raises: OperatorFault("bad-option")."""
    known = list(words)
    if text is None or text in known:
        return text
    near = difflib.get_close_matches(text.lower(), known, 1, 0.5)
    hint = f"do you mean {near[0]}?" if near else f"write {', '.join(known[:-1])} or {known[-1]}"
    raise OperatorFault("bad-option", f"{option} {text[:80]!r} is none that there is", hint)


def settings(pairs: list[str]) -> dict[str, Any]:
    """Read ``name=value`` pairs; a value that is JSON is taken as such. Raises: OperatorFault."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name.strip():
            raise OperatorFault(
                "bad-option", f"--set {pair!r} is no setting", "write it as --set symbol=BTCUSDT"
            )
        try:
            found[name.strip()] = json.loads(text, parse_constant=_no_constant)
        except ValueError:
            found[name.strip()] = text
    return found


def _no_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which Python reads as JSON and JSON does not have."""
    raise ValueError(name)


def source(path: Path) -> bytes:
    """Read a worker's file. Raises: OperatorFault for what is no readable file."""
    try:
        if path.is_dir():
            raise OperatorFault("bad-source", f"{path} is a directory", "name a worker's .py file")
        if path.exists() and not path.is_file():
            raise OperatorFault("bad-source", f"{path} is no regular file", "name a .py file")
        with path.open("rb") as file:
            return file.read(2 * SOURCE_BYTES + 1)
    except FileNotFoundError as error:
        raise OperatorFault("bad-source", f"there is no file {path}", "check the path") from error
    except OSError as error:
        text = f"{path} cannot be read: {error.strerror}"
        raise OperatorFault("bad-source", text, "check its permissions") from error
