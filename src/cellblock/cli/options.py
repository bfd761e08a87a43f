"""The options of ``cellblock run``, and their plain forms read without the library that reads all.

That library takes 100 ms to be imported, in which a worker's first tick could have been run. It is
asked for help, for the words of an error, and for whatever is not surely plain here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from cellblock.limits import INTERVAL_DEFAULT_S, MAX_ERRORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command, as they were written."""

    worker: Path
    files: str | None = None
    state: str = "memory"
    interval: str = f"{INTERVAL_DEFAULT_S:g}s"
    ticks: int | None = None
    tick_timeout: str = "60s"
    memory: str = "512MB"
    max_errors: int = MAX_ERRORS
    settings: list[str] = field(default_factory=list)
    name: str | None = None
    language: str = "contract"
    modules: list[str] = field(default_factory=list)
    builtins: list[str] = field(default_factory=list)
    require_landlock: bool = True
    json: bool = False
    test_preload: list[str] = field(default_factory=list)
    connect: list[str] = field(default_factory=list)
    offline: bool = False
    data: str | None = None
    workspace: str = "default"


_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_RENAMED = {"settings": "set", "modules": "allow-module", "builtins": "allow-builtin"}
_FIELDS = {
    f"--{_RENAMED.get(item.name, item.name.replace('_', '-'))}": item
    for item in fields(Options)
    if item.name != "worker"
}
_FLAGS = {
    **{option: (item.name, True) for option, item in _FIELDS.items() if item.type == "bool"},
    "--no-require-landlock": ("require_landlock", False),
}


def plainly(arguments: list[str]) -> Options | None:
    """Read what follows ``run`` where each word is surely an option, its value or the worker."""
    if "_CELLBLOCK_COMPLETE" in os.environ:
        return None
    found: dict[str, Any] = {}
    words = iter(arguments)
    for word in words:
        option, is_joined, text = word.partition("=")
        name, read = "", cast("Any", None)
        if word in _FLAGS:
            name, read = _FLAGS[word]
        elif option in _FIELDS and option not in _FLAGS:
            name = _FIELDS[option].name
            text = text if is_joined else next(words, "-")
            read = _value(str(_FIELDS[option].type), text, found.get(name, []))
        elif word and not word.startswith("-") and "worker" not in found:
            name, read = "worker", Path(word)
        if read is None:
            return None
        found[name] = read
    return Options(**found) if "worker" in found else None


def _value(kind: str, text: str, before: list[str]) -> Any:
    """Read the value of an option; None where only the library can say what it is."""
    if text.startswith("-"):
        return None
    if kind.startswith("list"):
        return [*before, text]
    if kind.startswith("int"):
        return int(text) if _COUNT.fullmatch(text) else None
    return text
