"""State in this process's memory: for one-shot runs and trials. Gone with the process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from msgspec import structs

from cellblock.limits import MONITOR_RENDERS_KEPT, QUARANTINE_SOURCES
from cellblock.names import WorkerId
from cellblock.store.ports import Seizure


class MemoryQuarantine:
    """A `QuarantineStore` that forgets."""

    def __init__(self) -> None:
        self._seizures: dict[str, Seizure] = {}

    async def seize(self, seizure: Seizure) -> None:
        """See `QuarantineStore`."""
        self._seizures.setdefault(seizure.version, seizure)
        for item in (await self.seizures())[QUARANTINE_SOURCES:]:
            self._seizures[item.version] = structs.replace(item, source="")

    async def seized(self, version: str) -> Seizure | None:
        """See `QuarantineStore`."""
        return self._seizures.get(version)

    async def seizures(self) -> list[Seizure]:
        """See `QuarantineStore`."""
        return sorted(self._seizures.values(), key=lambda item: (-item.at, item.version))

    async def release(self, version: str) -> bool:
        """See `QuarantineStore`."""
        return self._seizures.pop(version, None) is not None


class MemoryRenders:
    """A `RenderStore` that forgets, and in time all but those drawn last.

    Limits: MONITOR_RENDERS_KEPT, for a program may run any number of workers in one process.
    """

    def __init__(self) -> None:
        self._renders: dict[WorkerId, bytes] = {}

    async def draw(self, worker: WorkerId, render: bytes) -> None:
        """See `RenderStore`."""
        self._renders.pop(worker, None)
        self._renders[worker] = render
        if len(self._renders) > MONITOR_RENDERS_KEPT:
            del self._renders[next(iter(self._renders))]

    async def drawn(self, worker: WorkerId) -> bytes | None:
        """See `RenderStore`."""
        return self._renders.get(worker)

    async def forget(self, worker: WorkerId) -> None:
        """See `RenderStore`."""
        self._renders.pop(worker, None)


class MemoryState:
    """A `StateStore` that forgets."""

    def __init__(self) -> None:
        self._values: defaultdict[WorkerId, dict[str, bytes]] = defaultdict(dict)

    async def get(self, worker: WorkerId, key: str) -> bytes | None:
        """See `StateStore`."""
        return self._values[worker].get(key)

    async def set(self, worker: WorkerId, key: str, value: bytes) -> None:
        """See `StateStore`."""
        self._values[worker][key] = value

    def get_now(self, worker: WorkerId, key: str) -> bytes | None:
        """See `PromptStore`."""
        return self._values[worker].get(key)

    def set_now(self, worker: WorkerId, key: str, value: bytes) -> None:
        """See `PromptStore`."""
        self._values[worker][key] = value

    async def delete(self, worker: WorkerId, key: str) -> None:
        """See `StateStore`."""
        self._values[worker].pop(key, None)

    async def keys(self, worker: WorkerId) -> list[str]:
        """See `StateStore`."""
        return sorted(self._values[worker])

    async def page(self, worker: WorkerId, after: str, max_bytes: int) -> dict[str, bytes]:
        """See `StateStore`."""
        found: dict[str, bytes] = {}
        left = max_bytes
        for key, value in sorted(self._values[worker].items()):
            if key > after and (left > 0 or not found):
                found[key] = value
                left -= len(key.encode()) + len(value)
        return found

    async def sizes(self, worker: WorkerId) -> dict[str, int]:
        """See `StateStore`."""
        return {key: len(key.encode()) + len(value) for key, value in self._values[worker].items()}

    async def replace(self, worker: WorkerId, values: Mapping[str, bytes]) -> None:
        """See `BulkStore`."""
        self._values[worker] = dict(values)

    async def close(self) -> None:
        """See `StateStore`."""
