"""``cellblock.toml``: which workers a folder has, and the settings of each.

In: the file's text. Out: `Part`s with settings as the API takes them. A key that is not known is
refused with the nearest one that is.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cellblock.cli import values
from cellblock.errors import OperatorFault
from cellblock.names import worker_id, worker_id_of_file

NAME = "cellblock.toml"
_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One worker of a file."""

    name: str
    source: Path
    settings: dict[str, Any] = field(default_factory=dict)
    """As the API takes them; only what is written."""
    note: str = ""
    start: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All of a file."""

    path: Path
    workspace: str | None
    parts: tuple[Part, ...]
    shared: Part
    """What is written for all workers; its name and source are empty unless it is one itself."""


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"{key} must be text", "put it in quotes")
    return value


def _seconds(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _Wrong(f"{key} must be a time", 'write it as "500ms", "5s", "2m" or "1h"')
    return values.seconds(str(value), key)


def _bytes(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _Wrong(f"{key} must be a size", 'write it as "256MB" or "1GB"')
    return values.size(str(value), key)


def _count(value: Any, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _Wrong(f"{key} must be a whole number from 1", "write it without quotes")
    return value


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"{key} must be true or false", "write it without quotes")
    return value


def _names(value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Wrong(f"{key} must be a list of texts", 'write it as ["bybit=main"]')
    return value


def _table(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(f"{key} must be a table", f"write its values under [… .{key}]")
    return value


_SETTINGS: dict[str, tuple[tuple[str, ...], Callable[[Any, str], Any]]] = {
    "interval": (("interval_s",), _seconds),
    "cron": (("cron",), _text),
    "timezone": (("timezone",), _text),
    "config": (("config",), _table),
    "connect": (("connect",), _names),
    "memory": (("limits", "memory_bytes"), _bytes),
    "tick_timeout": (("limits", "tick_timeout_s"), _seconds),
    "error_timeout": (("limits", "error_timeout_s"), _seconds),
    "max_errors": (("limits", "max_errors"), _count),
    "ctx_calls": (("limits", "ctx_calls_per_tick"), _count),
}
"""What may be written: where it stands in the settings of the API, and how it is read."""
_ABOUT = {"source": _text, "name": _text, "note": _text, "start": _flag, "offline": _flag}
KEYS = (*_ABOUT, *_SETTINGS)
"""The keys of a worker."""


class _Wrong(Exception):
    """A value that cannot be used: what is wrong, and what to do."""


def find(folder: Path, named: str | None) -> Project | None:
    """Read the file *named*, or the one of *folder* if there is one. Raises: OperatorFault."""
    path = Path(named) if named is not None else folder / NAME
    try:
        with path.open("rb") as file:
            content = file.read(_FILE_BYTES + 1)
    except FileNotFoundError:
        if named is None:
            return None
        raise _bad(path, "is not there", "check the path") from None
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}", "check its permissions") from error
    if len(content) > _FILE_BYTES:
        raise _bad(path, f"has more than {_FILE_BYTES:,} bytes", "keep data in files of their own")
    try:
        return read(content.decode("utf-8"), path)
    except UnicodeDecodeError:
        raise _bad(path, "is not UTF-8", "save it as UTF-8") from None


def read(text: str, path: Path) -> Project:
    """Read the text of the file at *path*. Raises: OperatorFault("bad-project")."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad(path, f"is no TOML: {error}", "see docs/deploying.md") from None
    top = {key: value for key, value in found.items() if key not in {"worker", "workspace"}}
    try:
        workspace = _text(found["workspace"], "workspace") if "workspace" in found else None
        _known(found, (*KEYS, "worker", "workspace"), "")
        if "worker" in found and ("source" in top or "name" in top):
            text = "source and name stand in a [worker.NAME] table if there is one"
            raise _Wrong(text, "move them there")
        shared = _part("", top, path.parent)
        tables = _table(found.get("worker", {}), "worker")
        parts = [_worker(name, table, top, path.parent) for name, table in tables.items()]
    except _Wrong as wrong:
        raise _bad(path, f"cannot be used: {wrong.args[0]}", str(wrong.args[1])) from None
    except OperatorFault as fault:
        raise _bad(path, f"cannot be used: {fault.message}", fault.hint) from None
    if not parts and shared.name:
        parts = [shared]
    return Project(path=path, workspace=workspace, parts=tuple(parts), shared=shared)


def _worker(name: str, table: Any, top: Mapping[str, Any], folder: Path) -> Part:
    """Read a table [worker.NAME]; what it does not say, the top of the file says."""
    own = _table(table, f"worker.{name}")
    where = f"[worker.{name}] "
    _known(own, tuple(key for key in KEYS if key != "name"), where)
    if "source" not in own:
        raise _Wrong(f"{where}names no source", 'write source = "worker.py"')
    above = dict(top)
    for one, other in (("interval", "cron"), ("cron", "interval"), ("connect", "offline")):
        if one in own and other not in own:
            above.pop(other, None)
    merged = {**above, **own}
    if isinstance(above.get("config"), dict) and isinstance(own.get("config"), dict):
        merged["config"] = {**above["config"], **own["config"]}
    try:
        return _part(worker_id(name), merged, folder)
    except _Wrong as wrong:
        raise _Wrong(where + wrong.args[0], wrong.args[1]) from None


def _part(name: str, written: Mapping[str, Any], folder: Path) -> Part:
    settings: dict[str, Any] = {}
    for key, (place, take) in _SETTINGS.items():
        if key in written:
            *above, last = place
            target = settings
            for step in above:
                target = target.setdefault(step, {})
            target[last] = take(written[key], key)
    about: dict[str, Any] = {
        key: take(written[key], key) for key, take in _ABOUT.items() if key in written
    }
    if "interval_s" in settings and "cron" in settings:
        raise _Wrong("both interval and cron are written", "keep one of them")
    offline = about.get("offline", False)
    if "connect" in settings or offline:
        settings["connect"] = granted(settings.get("connect", []), offline=offline)
    if "source" in about:
        name = name or worker_id(about.get("name") or worker_id_of_file(Path(about["source"]).stem))
    return Part(
        name=name,
        source=folder / about.get("source", ""),
        settings=settings,
        note=about.get("note", ""),
        start=about.get("start", True),
    )


def granted(wanted: list[str], *, offline: bool) -> list[str]:
    """Give the connections of a worker: those wanted, and unless *offline* what needs no keys."""
    if offline:
        return list(wanted)
    from cellblock.compose import BUILT_IN

    named = {item.partition("=")[0] for item in wanted}
    free = [kind for kind, built_in in BUILT_IN.items() if built_in.keyless]
    return [*wanted, *(kind for kind in free if kind not in named)]


def _known(found: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in found:
        if key not in keys:
            near = difflib.get_close_matches(key.replace("-", "_").lower(), keys, 1, 0.5)
            hint = f"do you mean {near[0]}?" if near else f"the keys are {', '.join(keys)}"
            raise _Wrong(f"{where}{key[:80]!r} is no key", hint)


def _bad(path: Path, what: str, hint: str) -> OperatorFault:
    return OperatorFault("bad-project", f"{path} {what}", hint)
