"""The ports that stores offer; one behavioural suite (``tests/contract``) holds for every store."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, runtime_checkable

import msgspec

from cellblock.names import WorkerId

if TYPE_CHECKING:  # the command line knows these ports, and its help waits for no event loop
    import asyncio

_Port = TypeVar("_Port")
HOOK_KIND = "hook-secret"
"""The vault's word for what proves the events of a hook, under the hook's id."""
ALERT_KIND = "alert-secret"
"""The vault's word for what signs the alerts of a rule, under the rule's id."""
UNLISTED = frozenset({HOOK_KIND, ALERT_KIND})
"""What the vault keeps beside connections, and no list of connections shows."""


class StoreFault(Exception):
    """The store cannot do it now; the text says why.

    Nothing was changed, if the text does not say that a change may have been kept.
    """


class WouldWait(Exception):
    """It cannot be told without waiting, and nothing was done: ask in the way that waits."""


class StoreReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a store keeps what it is given."""

    facts: dict[str, str]
    worries: tuple[str, ...] = ()
    """What an operator should know before trusting it: a sentence each, with what to do."""


class Seizure(msgspec.Struct, frozen=True):
    """One version in quarantine, with what is needed to learn from it."""

    version: str
    worker: WorkerId
    at: float
    """Seconds since 1970 (UTC)."""
    what: str
    """The breach in words; hostile text may be quoted in it."""
    source: str
    """Empty of all but the newest `QUARANTINE_SOURCES`."""


def offered(thing: object, port: Callable[..., _Port]) -> _Port | None:
    """Give *thing* as what has the methods of *port*, or None."""
    return cast("_Port", thing) if _offers(type(thing), port) else None  # type: ignore[arg-type]


@functools.cache
def _offers(kind: type, port: Any) -> bool:
    """Ask the language, once for each class: it takes 30 µs, and a start asks five times."""
    return issubclass(kind, port)


@runtime_checkable
class QuarantineStore(Protocol):
    """Versions that broke out of their language and are not started again.

    Each method is atomic. Raises: StoreFault.
    """

    async def seize(self, seizure: Seizure) -> None:
        """Keep it; of one version the first seizure stays.

        Limits: the sources of the newest `QUARANTINE_SOURCES`, for hostile authors have many.
        """

    async def seized(self, version: str) -> Seizure | None:
        """Give the seizure of a version, if there is one."""

    async def seizures(self) -> list[Seizure]:
        """Give all, the newest first."""

    async def release(self, version: str) -> bool:
        """Let a version go; False if it was not there."""


@runtime_checkable
class RenderStore(Protocol):
    """The newest picture that each worker drew with ctx.monitor, as JSON text.

    Each method is atomic. Raises: StoreFault.
    """

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """Keep it in the place of the one before."""

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """Give the newest, if there is one."""

    async def forget(self, worker: WorkerId) -> None:
        """Keep none of the worker's, whether there is one or not."""


@runtime_checkable
class ReportingStore(Protocol):
    """A store that can tell how safe it is. Raises: StoreFault."""

    async def report(self) -> StoreReport:
        """Look, and tell; nothing is changed."""


@runtime_checkable
class BulkStore(Protocol):
    """A store of state into which a worker can be moved. Raises: StoreFault."""

    async def replace(self, worker: WorkerId, values: Mapping[str, bytes]) -> None:
        """Put *values* in the place of all that the worker has, at once or not at all."""


class StateStore(Protocol):
    """The state of workers: JSON text by key.

    Each method is atomic. Raises: StoreFault.
    """

    async def get(self, worker: WorkerId, key: str) -> bytes | None:
        """Give the value, or None."""

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        """Keep the value; it is durable, as far as the store is, when this returns."""

    async def delete(self, worker: WorkerId, key: str) -> None:
        """Forget the key, if there is one."""

    async def keys(self, worker: WorkerId) -> list[str]:
        """Give all keys, sorted by code point."""

    async def page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        """Give values of keys that sort after *after*, in order, until *max_bytes* are passed.

        At least one is given if there is any.
        """

    async def sizes(self, worker: WorkerId) -> dict[str, int]:
        """Give for each key the bytes of key and value together."""

    async def close(self) -> None:
        """Let go; nothing that was kept is lost."""


@runtime_checkable
class PromptStore(Protocol):
    """A store of state that can be asked without a task, in the thread of its loop.

    Raises: StoreFault; WouldWait.
    """

    def get_now(self, worker: WorkerId, key: str) -> bytes | None:
        """Give what `StateStore.get` would."""

    def set_now(self, worker: WorkerId, key: str, value: bytes) -> asyncio.Future[None] | None:
        """Do what `StateStore.set` would; the future, if there is one, ends when it returned.

        Raises: StoreFault by the future too, which nobody but the store may end.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One connection, whole."""

    workspace: str
    kind: str
    name: str
    settings: Mapping[str, Any]
    """JSON values; they are not secret."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One connection as it is listed: without its secrets, and read without a key."""

    kind: str
    name: str
    settings: Mapping[str, Any]
    secrets: tuple[str, ...]
    """The names of those that are set."""
    created_at: float
    """Seconds since 1970 (UTC), as *changed_at*."""
    changed_at: float
    openable: bool
    """Whether the key that sealed it is here."""


class ConnectionStore(Protocol):
    """The connections of all workspaces of one data directory, their secrets sealed.

    Each method is atomic and may raise OperatorFault: "bad-vault" for a file that cannot be read
    or written, "bad-key" for a key that cannot be used.
    """

    @property
    def key_place(self) -> str:
        """Where the key for new seals is, in words."""

    async def put(self, kept: Kept) -> None:
        """Keep a connection, in the place of one of that name; durable when it returns."""

    async def get(self, workspace: str, kind: str, name: str) -> Kept | None:
        """Give a connection with its secrets.

        Raises: OperatorFault("lost-key") if what sealed it is not here, "damaged-connection" if it
        is not as it was sealed.
        """

    async def entries(self, workspace: str, *, unlisted: bool = False) -> list[Entry]:
        """List the connections of a workspace, by kind and name; *unlisted* adds `UNLISTED`."""

    async def remove(self, workspace: str, kind: str, name: str) -> bool:
        """Forget a connection; False if it was not there."""

    async def rekey(self) -> int:
        """Seal everything anew, with the environment's key or else a new one; give how many.

        Raises: OperatorFault("lost-key") if one cannot be opened, and then nothing is changed.
        """

    async def close(self) -> None:
        """Let go; nothing that was kept is lost."""
