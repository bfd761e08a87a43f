"""What is wanted of workers, and their versions, in the registry: a `WorkerStore`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.intake.settings import Settings, version_hash
from cellblock.limits import VERSIONS
from cellblock.names import WorkerRef
from cellblock.store.ledger import Ledger, of, text
from cellblock.store.records import Deployed, Draft, Version, VersionLine, Worker
from cellblock.store.registry_workspaces import refuse_missing
from cellblock.store.service import Conflict

_CHANGEABLE = frozenset({"desired", "version", "restarts_asked", "ticks_asked", "purge_at"})
_HIGHEST = (1 << 63) - 1
_PURGES = "worker versions standing place hooks events".split()
_settings = msgspec.json.Decoder(Settings)


class WorkerTable:
    """A `WorkerStore`. The clock tells `changed_at` of what is changed."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def deploy(self, draft: Draft, expected: int | None = None) -> Deployed:
        """See `WorkerStore`."""
        settings = text(draft.settings)
        try:
            name = version_hash(draft.source, draft.settings)
        except UnicodeEncodeError as error:
            raise OperatorFault(
                "bad-value",
                f"the source has a lone surrogate at character {error.start}",
                "write it as UTF-8",
            ) from None
        return await self._ledger.write(partial(self._deploy, draft, settings, name, expected))

    async def change(
        self, ref: WorkerRef, values: Mapping[str, Any], expected: int | None = None
    ) -> Worker:
        """See `WorkerStore`."""
        if unknown := values.keys() - _CHANGEABLE:
            raise ValueError(f"fields of a worker that are not set from outside: {unknown}")
        return await self._ledger.write(partial(self._change, ref, dict(values), expected))

    async def worker(self, ref: WorkerRef) -> Worker | None:
        """See `WorkerStore`."""
        return await self._ledger.read(partial(self._worker, ref))

    async def workers(
        self, workspace: str | None, after: WorkerRef | None = None, limit: int = 1000
    ) -> list[Worker]:
        """See `WorkerStore`."""
        begin = after or WorkerRef(workspace or "", "")
        values: dict[str, Any] = {"after": begin.name, "limit": max(limit, 0)}
        if workspace is None:
            values["workspace"] = begin.workspace
            return await self._ledger.rows(_worker, "workers_of_all", **values)
        if begin.workspace > workspace:
            return []
        if begin.workspace < workspace:
            values["after"] = ""
        return await self._ledger.rows(_worker, "workers_of", workspace=workspace, **values)

    async def version(self, ref: WorkerRef, number: int) -> Version | None:
        """See `WorkerStore`."""
        return await self._ledger.read(partial(self._version, ref, number))

    async def versions(
        self, ref: WorkerRef, before: int | None = None, limit: int = 100
    ) -> list[VersionLine]:
        """See `WorkerStore`."""
        below = _HIGHEST if before is None else before
        values = of(ref) | {"before": below, "limit": max(limit, 0)}
        return await self._ledger.rows(_line, "versions_before", **values)

    async def purge(self, ref: WorkerRef) -> None:
        """See `WorkerStore`."""
        await self._ledger.write(partial(self._purge, ref))

    async def revision(self) -> int:
        """See `WorkerStore`."""
        return int((await self._ledger.rows(tuple, "intent"))[0][0])

    def _deploy(self, draft: Draft, settings: str, name: str, expected: int | None) -> Deployed:
        refuse_missing(self._ledger, draft.ref.workspace)
        worker = self._worker(draft.ref)
        _refuse_other(draft.ref, worker, expected)
        if worker is not None and worker.desired == "deleted":
            raise Conflict(
                f"the worker {draft.ref} is being deleted",
                f"`cellblock restore {draft.ref.words}` brings it back, stopped",
            )
        version = self._wanted(draft, settings, name)
        if worker is not None and worker.version == version.number:
            return Deployed(worker=worker, version=version, changed=False)
        if worker is None:
            worker = Worker(
                ref=draft.ref,
                desired="running" if draft.start else "stopped",
                version=version.number,
                # Above that of any before it, so that no If-Match for one that is gone fits.
                revision=1 + int(self._ledger.run("purged_revision")[0][0]),
                created_at=draft.at,
                changed_at=draft.at,
            )
            self._put(worker)
            return Deployed(worker=worker, version=version, changed=True, new=True)
        worker = self._replace(worker, draft.at, version=version.number)
        oldest = version.number - VERSIONS
        self._ledger.run("forget_versions", **of(draft.ref), number=oldest)
        return Deployed(worker=worker, version=version, changed=True)

    def _wanted(self, draft: Draft, settings: str, name: str) -> Version:
        """Give the version of that content, the one that is there or a new one."""
        same = {"hash": name, "source": draft.source, "settings": settings}
        if rows := self._ledger.run("same_version", **of(draft.ref), **same):
            return _version(rows[0])
        version = Version(
            ref=draft.ref,
            number=int(self._ledger.run("newest_number", **of(draft.ref))[0][0]) + 1,
            hash=name,
            source=draft.source,
            settings=draft.settings,
            created_at=draft.at,
            created_by=draft.by,
            note=draft.note,
        )
        values = structs.asdict(version) | of(draft.ref) | {"settings": settings}
        del values["ref"]
        self._ledger.run("add_version", **values, source_bytes=len(draft.source.encode()))
        return version

    def _change(self, ref: WorkerRef, values: dict[str, Any], expected: int | None) -> Worker:
        worker = self._worker(ref)
        if worker is None:
            raise Conflict(f"there is no worker {ref}", "`cellblock ps` shows those that there are")
        _refuse_other(ref, worker, expected)
        if "version" in values and self._version(ref, values["version"]) is None:
            raise Conflict(
                f"the worker {ref} has no version {values['version']}",
                f"`cellblock versions {ref.words}` lists them",
            )
        if all(getattr(worker, field) == value for field, value in values.items()):
            return worker
        return self._replace(worker, self._clock.wall_s(), **values)

    def _replace(self, worker: Worker, at: float, **values: Any) -> Worker:
        changed = structs.replace(worker, **values, revision=worker.revision + 1, changed_at=at)
        self._put(changed)
        return changed

    def _put(self, worker: Worker) -> None:
        values = structs.asdict(worker)
        del values["ref"]
        self._ledger.run("put_worker", **values, **of(worker.ref))
        self._ledger.run("raise_intent")

    def _worker(self, ref: WorkerRef) -> Worker | None:
        rows = self._ledger.run("worker", **of(ref))
        return _worker(rows[0]) if rows else None

    def _version(self, ref: WorkerRef, number: int) -> Version | None:
        rows = self._ledger.run("version", **of(ref), number=number)
        return _version(rows[0]) if rows else None

    def _purge(self, ref: WorkerRef) -> None:
        if self._worker(ref) is not None:
            self._ledger.run("raise_intent")
            self._ledger.run("note_purged", **of(ref))
        for part in _PURGES:
            self._ledger.run(f"purge_{part}", **of(ref))


def _refuse_other(ref: WorkerRef, worker: Worker | None, expected: int | None) -> None:
    """See that a worker is at the revision that its writer knows. Raises: Conflict."""
    found = worker.revision if worker is not None else 0
    if expected is None or expected == found:
        return
    if worker is None:
        raise Conflict(f"there is no worker {ref}", "`cellblock ps` shows those that there are")
    if expected == 0:
        raise Conflict(f"the worker {ref} is there already", "take another name")
    raise Conflict(f"the worker {ref} is at revision {found} meanwhile")


def _worker(row: tuple[Any, ...]) -> Worker:
    workspace, name, desired, version, restarts, ticks, revision, created_at, changed_at, purge = (
        row
    )
    return Worker(
        ref=WorkerRef(workspace, name),
        desired=desired,
        version=version,
        restarts_asked=restarts,
        ticks_asked=ticks,
        revision=revision,
        created_at=created_at,
        changed_at=changed_at,
        purge_at=purge,
    )


def _version(row: tuple[Any, ...]) -> Version:
    workspace, worker, number, name, source, settings, created_at, created_by, note = row
    return Version(
        ref=WorkerRef(workspace, worker),
        number=number,
        hash=name,
        source=source,
        settings=_settings.decode(settings),
        created_at=created_at,
        created_by=created_by,
        note=note,
    )


def _line(row: tuple[Any, ...]) -> VersionLine:
    number, name, source_bytes, settings, created_at, created_by, note = row
    return VersionLine(
        number=number,
        hash=name,
        source_bytes=source_bytes,
        settings=_settings.decode(settings),
        created_at=created_at,
        created_by=created_by,
        note=note,
    )
