"""What an operator or an embedding program may choose, and what cannot be."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from cellblock.broker.adapter import Method
from cellblock.broker.kind import Connection
from cellblock.compose.catalogue import RESERVED
from cellblock.errors import OperatorFault
from cellblock.limits import (
    MEMORY_MAX_BYTES,
    MEMORY_MIN_BYTES,
    TIMEOUT_MAX_S,
    Limits,
)
from cellblock.names import adapter_name

Adapters = Mapping[str, Mapping[str, Method]]
"""Own adapters: namespace to method name to async function."""


def checked(adapters: Any, connections: tuple[Connection, ...]) -> Adapters:
    """Refuse own adapters that cannot be. Raises: OperatorFault."""
    if not isinstance(adapters, Mapping) or not all(
        isinstance(methods, Mapping) for methods in adapters.values()
    ):
        raise OperatorFault(
            "bad-adapter", "adapters is no dict of dicts", 'write {"prices": {"latest": latest}}'
        )
    for name, methods in adapters.items():
        if adapter_name(name) in RESERVED:
            raise OperatorFault(
                "bad-adapter-name", f"ctx.{name} is the contract's", "choose another name"
            )
        if any(connection.kind == name for connection in connections):
            raise OperatorFault(
                "bad-adapter-name",
                f"ctx.{name} is both an own adapter and a connection",
                "rename the adapter, or leave the connection out",
            )
        for method, function in methods.items():
            adapter_name(method)
            if not inspect.iscoroutinefunction(function):
                raise OperatorFault(
                    "bad-adapter",
                    f"ctx.{name}.{method} is not an async function",
                    f"write `async def {method}(...)`",
                )
    return adapters


def check_limits(limits: Limits) -> None:
    """Refuse limits that cannot be. Raises: OperatorFault("bad-limit")."""
    if not isinstance(limits, Limits):
        raise OperatorFault(
            "bad-limit",
            f"limits is a {type(limits).__name__}",
            "give a cellblock.Limits, such as Limits(tick_timeout_s=5)",
        )
    for name in limits.__dataclass_fields__:
        if not isinstance(getattr(limits, name), (int, float)):
            raise OperatorFault("bad-limit", f"{name} is no number", "give a number")
    for name in ("tick_timeout_s", "error_timeout_s", "kill_grace_s"):
        value = getattr(limits, name)
        if not 0 < value <= TIMEOUT_MAX_S:
            raise OperatorFault(
                "bad-limit",
                f"{name} of {value:g} s cannot be",
                f"choose more than 0 and up to {TIMEOUT_MAX_S:g} s",
            )
    if not MEMORY_MIN_BYTES <= limits.memory_bytes <= MEMORY_MAX_BYTES:
        raise OperatorFault(
            "bad-limit",
            f"a worker cannot live in {limits.memory_bytes:,} bytes",
            f"give it {MEMORY_MIN_BYTES:,} to {MEMORY_MAX_BYTES:,}",
        )
    for name in ("max_errors", "files_bytes", "ctx_calls_per_tick"):
        if getattr(limits, name) < 1:
            raise OperatorFault("bad-limit", f"{name} must be at least 1", "raise it")
