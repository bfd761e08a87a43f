"""What a worker is run with besides its source: schedule, parameters, limits, connections. Pure.

In: JSON or TOML values, or a change to such. Out: `Settings`, and the hash that names a version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace as replace_limits
from typing import Any

import msgspec

from cellblock.errors import OperatorFault
from cellblock.limits import CONFIG_BYTES, CONFIG_DEPTH, INTERVAL_DEFAULT_S, Limits


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one worker that differ from the host's; None takes the host's."""

    tick_timeout_s: float | None = None
    error_timeout_s: float | None = None
    memory_bytes: int | None = None
    max_errors: int | None = None
    ctx_calls_per_tick: int | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that decides how a source is run. Make it with `settings`."""

    interval_s: float | None = None
    """Seconds between ticks; None with a `cron` line."""
    cron: str | None = None
    """Five fields, as in crontab(5)."""
    timezone: str = "UTC"
    """IANA name; that of the `cron` line."""
    config: dict[str, Any] = {}
    """The worker's `ctx.config`."""
    connect: tuple[str, ...] | None = None
    """Connections granted, ``kind`` or ``kind=name``; None grants those kinds that need no keys."""
    limits: LimitSettings = LimitSettings()


def settings(values: Mapping[str, Any]) -> Settings:
    """Read settings as they were written.

    Limits: `CONFIG_BYTES` of config as JSON, `CONFIG_DEPTH`. Raises: OperatorFault("bad-settings").
    """
    try:
        read = msgspec.convert(dict(values), Settings)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _bad(str(error), "see the table of settings") from None
    if read.cron is not None and read.interval_s is not None:
        raise _bad("both interval_s and cron are set", "keep one of them")
    if read.cron is None and read.interval_s is None:
        read = msgspec.structs.replace(read, interval_s=INTERVAL_DEFAULT_S)
    if depth(read.config) > CONFIG_DEPTH:
        raise _bad(f"config is nested more than {CONFIG_DEPTH} deep", "make it flatter")
    size = len(encoded(read.config))
    if size > CONFIG_BYTES:
        raise _bad(f"config has {size:,} bytes of JSON", f"keep it within {CONFIG_BYTES:,}")
    return read


def changed(before: Settings, change: Mapping[str, Any]) -> Settings:
    """Put the fields of *change* in the place of those of *before*; None takes one away.

    `limits` is merged field by field, every other value is taken whole. To set `cron` takes the
    interval away and the other way round. Raises: OperatorFault("bad-settings").
    """
    values = {key: value for key, value in msgspec.to_builtins(before).items() if value is not None}
    for one, other in (("cron", "interval_s"), ("interval_s", "cron")):
        if change.get(one) is not None:
            values.pop(other, None)
    for key, value in change.items():
        if key == "limits" and isinstance(value, Mapping):
            values["limits"] = {**values.get("limits", {}), **value}
        elif value is None:
            values.pop(key, None)
        else:
            values[key] = value
    return settings(values)


def depth(value: Any) -> int:
    """Tell how many lists and objects of a JSON value stand in one another."""
    level, inner = 0, [value]
    while outer := [item for item in inner if isinstance(item, (Mapping, list, tuple))]:
        level += 1
        inner = [
            part
            for item in outer
            for part in (item.values() if isinstance(item, Mapping) else item)
        ]
    return level


def limits_of(chosen: LimitSettings, host: Limits) -> Limits:
    """Give the limits that a worker runs with; `compose.check_limits` judges them."""
    values = {
        name: value
        for name in chosen.__struct_fields__
        if (value := getattr(chosen, name)) is not None
    }
    return replace_limits(host, **values)


def encoded(value: Any) -> bytes:
    """Give JSON text that is the same for equal values. Raises: OperatorFault("bad-settings")."""
    try:
        return msgspec.json.encode(value, order="deterministic")
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise _bad(f"the settings are not JSON: {error}", "use JSON values") from error


def version_hash(source: str, chosen: Settings) -> str:
    """Name a version: 12 hexadecimal digits over its source and all of its settings."""
    digest = hashlib.sha256(source.encode())
    digest.update(b"\0" + encoded(chosen))
    return digest.hexdigest()[:12]


def _bad(what: str, hint: str) -> OperatorFault:
    return OperatorFault("bad-settings", what, hint)
