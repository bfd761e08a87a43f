"""Kinds of adapters: what can be connected, and what an adapter is given.

A kind is a ctx namespace and the class behind it, built in or of a plugin (entry-point group
``cellblock.adapters``). A connection is a named set of settings and secrets of one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from cellblock.broker.clients import Web
from cellblock.broker.secret import Scrubber
from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.names import WorkerId
from cellblock.store.ports import RenderStore

MAIN = "main"
"""The name of a connection that was given none."""


class FileSource(Protocol):
    """The workspace of a worker, as far as other adapters use it."""

    async def content(self, path: str, limit_bytes: int) -> bytes:
        """Give the whole file. Raises: AdapterError with the codes of ctx.files."""


@dataclass(slots=True)
class Turn:
    """Which order of the worker runs now."""

    n: int = 0
    """The tick's number; that of the last tick in `on_error`, 0 before the first."""
    planned_at: float = 0.0
    """Seconds since 1970 (UTC); for `setup` and `on_error`, when it began."""
    calls: int = 0
    """Calls of ctx so far, this one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a host offers to every adapter."""

    clock: Clock
    scrub: Scrubber
    web: Web
    """Makes HTTP clients that connect to judged addresses alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the adapter of one worker is given beside its settings."""

    worker: WorkerId
    connection: str
    """The connection's name, such as ``main``."""
    surroundings: Surroundings
    shared: Any
    """What the kind's *shared* made for this connection; None without it."""
    turn: Turn
    files: FileSource | None
    """The workspace of the worker's files, if it has one."""
    renders: RenderStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of adapter.

    *worker* is a class, called with settings and `Place` for each worker; its public ``async def``
    methods are the methods of ``ctx.<name>``, their annotations are what arguments are held to. It
    may have ``async def close()``. *shared* is called once for each connection, and what it makes
    is closed, if it has ``close``, with the host. If either has ``async def check()``, it proves a
    connection by a cheap call (`cellblock connect test`): it gives what it learned, as a dict, or
    raises `AdapterError`.
    """

    name: str
    summary: str
    """One sentence, for help texts and type stubs."""
    settings: type[msgspec.Struct]
    """The fields of a connection; those of type `Secret` are kept sealed."""
    worker: Callable[[Any, Place], Any]
    shared: Callable[[Any, Surroundings], Any] | None = None
    shared_by: Callable[[Any], Hashable] | None = None
    """Of settings, what connections must have in common to share one thing; None: each has its
    own."""
    keyless: bool = False
    """Whether the settings' defaults make a connection that is of use."""
    raw: bool = False
    """Whether *worker* makes an `Adapter` with wire messages of its own instead of methods."""
    reaching: frozenset[str] = frozenset()
    """Settings that lead the host to where it would not go, or to its files: in a service they are
    for those alone who may see all of it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection, as it was written down: *values* are the settings' fields by name."""

    kind: str
    name: str
    values: Mapping[str, Any] = field(repr=False)  # an embedder's secrets are among them, as text


def connections_of(table: Any) -> tuple[Connection, ...]:
    """Read what an embedding program wrote: ``kind`` or ``kind=name`` to the settings' fields.

    Raises: OperatorFault("bad-connection").
    """
    if not isinstance(table, Mapping) or not all(
        isinstance(values, Mapping) for values in table.values()
    ):
        raise OperatorFault(
            "bad-connection", "connections is no dict of dicts", 'write {"http": {}}'
        )
    found = []
    for key, values in table.items():
        kind, separator, name = str(key).partition("=")
        if separator and not name:
            raise OperatorFault(
                "bad-connection",
                f"the connection {key[:80]!r} has no name after the =",
                f"write {kind[:80]!r}, or {kind[:80] + '=name'!r}",
            )
        found.append(Connection(kind, name or MAIN, dict(values)))
    return tuple(found)
