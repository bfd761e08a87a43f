"""What commands do with the vault: open it for one piece of work, and grant from it.

In: where it is and what is wanted. Out: connections with their secrets, each of which the scrubber
of this process knows before anybody else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cellblock import compose
from cellblock.broker.choice import choose, missing
from cellblock.broker.kind import MAIN, Connection, Kind
from cellblock.broker.secret import Scrubber, Secret
from cellblock.cli.places import data_folder
from cellblock.compose import vaults
from cellblock.errors import OperatorFault
from cellblock.jail.kernel import process
from cellblock.names import connection_name
from cellblock.store.ports import ConnectionStore, Entry, Kept

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One workspace of one data directory, and the keys of the environment."""

    folder: Path
    workspace: str
    given: vaults.Given
    scrub: Scrubber

    @classmethod
    def of(cls, data: str | None, workspace: str, scrub: Scrubber) -> Shelf:
        """Read the options; the keys are gone from the environment afterwards.

        From then on no core dump is made of this process, and no other of this user may look into
        its memory. Raises: OperatorFault.
        """
        process.set_dumpable(False)
        given = vaults.take_keys()
        return cls(data_folder(data), connection_name(workspace, "workspace"), given, scrub)

    def work(self, work: Callable[[ConnectionStore], Awaitable[_Result]]) -> _Result:
        """Open the vault, made if need be, for *work* alone. Raises: OperatorFault."""
        return asyncio.run(self._work(work))

    async def _work(self, work: Callable[[ConnectionStore], Awaitable[_Result]]) -> _Result:
        vault = await vaults.open_vault(self.folder, self.given)
        try:
            return await work(vault)
        finally:
            await vault.close()

    def entries(self) -> list[Entry]:
        """List what is there; nothing is made. Raises: OperatorFault."""
        if not vaults.has_vault(self.folder):
            return []
        return self.work(lambda vault: vault.entries(self.workspace))

    def entry(self, kind: str, name: str) -> Entry | None:
        """Give one, without its secrets. Raises: OperatorFault."""
        found = (item for item in self.entries() if (item.kind, item.name) == (kind, name))
        return next(found, None)

    def kept(self, kind: str, name: str) -> Kept | None:
        """Give one with its secrets, which are scrubbed from now on. Raises: OperatorFault."""
        if not vaults.has_vault(self.folder):
            return None
        kept = self.work(lambda vault: vault.get(self.workspace, kind, name))
        for value in kept.secrets.values() if kept else ():
            self.scrub.add(Secret(value))
        return kept

    def connection(self, kind: str, name: str) -> Connection:
        """Give one that must be there. Raises: OperatorFault("no-connection")."""
        kept = self.kept(kind, name)
        if kept is None:
            raise self.missing(kind, name)
        return self.opened(kept)

    def opened(self, kept: Kept) -> Connection:
        """Give a connection as programs take it; its secrets are scrubbed from now on."""
        sealed = {key: Secret(value) for key, value in kept.secrets.items()}
        for secret in sealed.values():
            self.scrub.add(secret)
        return Connection(kept.kind, kept.name, {**kept.settings, **sealed})

    def missing(self, kind: str, name: str) -> OperatorFault:
        """Say that a connection is not there, and which are."""
        there = {(item.kind, item.name) for item in self.entries()}
        return missing(kind, name, there, self.workspace)


def granted(
    shelf: Shelf, wanted: list[str], *, offline: bool
) -> tuple[list[Connection], list[str]]:
    """Give the connections of a run, and notes for its operator.

    Those *wanted*, as ``kind`` or ``kind=name``, come from the vault; the other kinds that need no
    keys come with their defaults, unless *offline*, plugins excepted. Raises: OperatorFault.
    """
    kinds = compose.kinds()
    found, bare = _taken(shelf, wanted, kinds) if wanted else ([], [])
    notes = [
        f"{kind} is granted without keys: workspace {shelf.workspace} has none" for kind in bare
    ]
    if not offline:  # a plugin is granted to those alone who name it
        has = {*bare, *(item.kind for item in found)}
        free = (kind for kind, built_in in kinds.built_in.items() if built_in.keyless)
        bare += [kind for kind in free if kind not in has]
    return [*found, *(Connection(kind, MAIN, {}) for kind in bare)], notes


def _taken(
    shelf: Shelf, wanted: list[str], kinds: Mapping[str, Kind]
) -> tuple[list[Connection], list[str]]:
    """Take connections out of the vault; gives also the kinds that are wanted without one."""

    async def take(vault: ConnectionStore | None) -> tuple[list[Connection], list[str]]:
        entries = await vault.entries(shelf.workspace) if vault else []
        there = {(item.kind, item.name) for item in entries}
        empty = set(wanted) - {kind for kind, _ in there}
        bare = {kind for kind in empty if (known := kinds.get(kind)) and known.keyless}
        names = choose(wanted, there | {(kind, MAIN) for kind in bare}, kinds, shelf.workspace)
        found = []
        for kind in (kind for kind in names if kind not in bare):
            kept = await vault.get(shelf.workspace, kind, names[kind]) if vault else None
            if kept is None:
                raise missing(kind, names[kind], (), shelf.workspace)
            found.append(shelf.opened(kept))
        return found, [kind for kind in names if kind in bare]

    if vaults.has_vault(shelf.folder):
        return shelf.work(take)
    return asyncio.run(take(None))


def table(connections: list[Connection]) -> Mapping[str, Mapping[str, Any]]:
    """Write connections as `Sandbox` takes them."""
    return {f"{item.kind}={item.name}": item.values for item in connections}
