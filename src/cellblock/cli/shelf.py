"""What commands do with the vault: open it for one piece of work, and grant from it.

In: where it is and what is wanted. Out: connections with their secrets, each of which the scrubber
of this process knows before anybody else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import platformdirs

from cellblock import compose
from cellblock.broker.kind import MAIN, Connection
from cellblock.broker.secret import Scrubber, Secret
from cellblock.compose import vaults
from cellblock.errors import OperatorFault
from cellblock.jail.kernel import process
from cellblock.names import connection_name
from cellblock.store.ports import ConnectionStore, Entry, Kept

if TYPE_CHECKING:
    from cellblock.store.keys import Given

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One workspace of one data directory, and the keys of the environment."""

    folder: Path
    workspace: str
    given: Given
    scrub: Scrubber

    @classmethod
    def of(cls, data: str | None, workspace: str, scrub: Scrubber) -> Shelf:
        """Read the options; the keys are gone from the environment afterwards.

        From then on no core dump is made of this process, and no other of this user may look into
        its memory. Raises: OperatorFault.
        """
        from cellblock.store import keys

        process.set_dumpable(False)
        given = keys.take()
        return cls(_folder(data), connection_name(workspace, "workspace"), given, scrub)

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
        sealed = {key: Secret(value) for key, value in kept.secrets.items()}
        return Connection(kind, name, {**kept.settings, **sealed})

    def missing(self, kind: str, name: str) -> OperatorFault:
        """Say that a connection is not there, and which are."""
        names = [item.name for item in self.entries() if item.kind == kind]
        there = f"there are {', '.join(names)}" if names else f"make it: {_command(kind, name)}"
        return OperatorFault(
            "no-connection",
            f"there is no {kind} connection {name} in workspace {self.workspace}",
            there,
        )


def _command(kind: str, name: str) -> str:
    return f"`cellblock connect {kind}{'' if name == MAIN else f' --name {name}'}`"


def _folder(choice: str | None) -> Path:
    """Give the folder of what lasts between runs: the one named, or this user's own."""
    if choice == "":
        raise OperatorFault("bad-data", "the data directory has no name", "name a directory")
    return Path(choice).absolute() if choice else platformdirs.user_data_path("cellblock")


def granted(
    shelf: Shelf, wanted: list[str], *, offline: bool
) -> tuple[list[Connection], list[str]]:
    """Give the connections of a run, and notes for its operator.

    Those *wanted*, as ``kind`` or ``kind=name``, come from the vault; the other kinds that need no
    keys come with their defaults, unless *offline*, plugins excepted. Raises: OperatorFault.
    """
    kinds = compose.kinds()
    found: dict[str, Connection] = {}
    notes = []
    for text in wanted:
        kind, separator, name = text.partition("=")
        known = kinds.get(kind)
        if known is None:
            raise no_kind(kind)
        if kind in found:
            raise OperatorFault(
                "two-connections", f"--connect names {kind} twice", "a worker has one of each kind"
            )
        chosen = connection_name(name) if separator else _usual(shelf, kind)
        if chosen is not None:
            found[kind] = shelf.connection(kind, chosen)
        elif known.keyless:
            notes.append(f"{kind} is granted without keys: workspace {shelf.workspace} has none")
            found[kind] = Connection(kind, MAIN, {})
        else:
            raise shelf.missing(kind, MAIN)
    for free in kinds.built_in.values():  # a plugin is granted to those alone who name it
        if free.keyless and not offline:
            found.setdefault(free.name, Connection(free.name, MAIN, {}))
    return list(found.values()), notes


def _usual(shelf: Shelf, kind: str) -> str | None:
    """Give the name that is meant where none is written; None if there is no connection."""
    names = [item.name for item in shelf.entries() if item.kind == kind]
    if MAIN in names or not names:
        return MAIN if names else None
    if len(names) > 1:
        raise OperatorFault(
            "no-connection",
            f"workspace {shelf.workspace} has the {kind} connections {', '.join(names)}",
            f"name one, as in --connect {kind}={names[0]}",
        )
    return names[0]


def no_kind(name: str) -> OperatorFault:
    """Say that there is no such kind, and which there are."""
    return OperatorFault(
        "no-kind",
        f"there is no kind of connection {name[:80]!r}",
        f"the kinds here are {', '.join(sorted(compose.kinds())) or 'none'}",
    )


def table(connections: list[Connection]) -> Mapping[str, Mapping[str, Any]]:
    """Write connections as `Sandbox` takes them."""
    return {f"{item.kind}={item.name}": item.values for item in connections}
