"""The ports that stores offer; one behavioural suite (``tests/contract``) holds for every store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import msgspec

from cellblock.names import WorkerId


class StoreFault(Exception):
    """The store cannot do it now; the text says why.

    Nothing was changed, if the text does not say that a change may have been kept.
    """


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
