"""The connections of every workspace, as the vault has them now, for workers to be plugged into.

In: the vault, which the API and other processes change. Out: outlets by name. A connection that is
replaced or removed is another outlet, or none; the old one is closed when its last worker has gone.
A connection that cannot be opened is the trouble of those alone who want it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cellblock.broker.adapter import Adapter
from cellblock.broker.choice import choose, missing
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import MAIN, Connection, Surroundings
from cellblock.broker.plugins import Kinds
from cellblock.broker.secret import Secret
from cellblock.broker.shares import Shares
from cellblock.errors import CellblockError, OperatorFault
from cellblock.store.ports import ConnectionStore, Entry, Kept

_Name = tuple[str, str]
"""Kind and name."""


class Outlet:
    """One connection as it was kept at one time. Made by `Outlets`."""

    def __init__(self, kind: str, name: str, connections: Connections) -> None:
        self.kind = kind
        self.name = name
        self._connections = connections
        self._guests = 0
        self._retired = False

    def plug(self, guest: Guest) -> Adapter:
        """Make a worker's adapter; `unplug` comes after it is closed. Raises: OperatorFault."""
        adapter = self._connections.adapter(self.kind, self.name, guest)
        self._guests += 1
        return adapter

    async def unplug(self) -> None:
        """Say that a worker has gone."""
        self._guests -= 1
        await self._close_if_left()

    async def retire(self) -> None:
        """Close it as soon as no worker is plugged in."""
        self._retired = True
        await self._close_if_left()

    async def close(self) -> None:
        """Close it now."""
        await self._connections.close()

    async def _close_if_left(self) -> None:
        if self._retired and not self._guests:
            await self._connections.close()
            self._connections.forget_secrets()


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands under a name in the vault."""

    seen: tuple[float, bool]
    """When it was changed, and whether its key is here."""
    outlet: Outlet | OperatorFault


class Outlets:
    """Those of all workspaces; one telegram poller for a bot, whichever workspaces connect it."""

    def __init__(self, vault: ConnectionStore, kinds: Kinds, around: Surroundings) -> None:
        self._vault = vault
        self._kinds = kinds
        self._around = around
        self._shares = Shares(around.scrub)
        self._bare: dict[str, Outlet] = {}
        """The kinds that need no keys, with their defaults."""
        self._rooms: dict[str, dict[_Name, _Place]] = {}
        self._reading = asyncio.Lock()

    async def choose(self, workspace: str, wanted: tuple[str, ...] | None) -> tuple[Outlet, ...]:
        """Give the outlets of a worker, by what is in the vault now.

        *wanted* holds ``kind`` or ``kind=name``; None stands for the built-in kinds that need no
        keys, with their defaults. Raises: OperatorFault.
        """
        if wanted is None:
            free = (kind for kind, built_in in self._kinds.built_in.items() if built_in.keyless)
            return tuple(self._default(kind) for kind in free)
        await self.look(workspace)
        names = self._names(workspace, wanted)
        await self._shares.quiet()  # of one that was replaced, before it is opened anew
        return tuple(self._found(workspace, kind, name) for kind, name in names.items())

    async def judge(self, workspace: str, wanted: tuple[str, ...] | None) -> None:
        """Refuse connections that are not there. Raises: OperatorFault."""
        if wanted is not None:
            await self.look(workspace)
            self._names(workspace, wanted)

    def same(
        self, workspace: str, wanted: tuple[str, ...] | None, outlets: tuple[Outlet, ...]
    ) -> bool:
        """Tell whether a worker that got *outlets* would get the same, as of the last look."""
        if wanted is None:
            return True
        try:
            names = self._names(workspace, wanted)
            return outlets == tuple(self._found(workspace, *item) for item in names.items())
        except OperatorFault:
            return False

    async def look(self, workspace: str) -> bool:
        """Read the vault; True if a connection of the workspace is not what it was."""
        async with self._reading:
            room = self._rooms.setdefault(workspace, {})
            entries = {
                (item.kind, item.name): item for item in await self._vault.entries(workspace)
            }
            stale = [
                name
                for name, place in room.items()
                if name not in entries or place.seen != _seen(entries[name])
            ]
            left = [room.pop(name).outlet for name in stale]
            fresh = [name for name in entries if name not in room]
            for name in fresh:
                room[name] = _Place(_seen(entries[name]), await self._opened(workspace, name))
            for outlet in left:
                if isinstance(outlet, Outlet):
                    await outlet.retire()
        return bool(stale or fresh)

    async def close(self) -> None:
        """Close all."""
        rooms, self._rooms = self._rooms, {}
        there = [place.outlet for room in rooms.values() for place in room.values()]
        there += self._bare.values()
        self._bare = {}
        closing = [outlet.close() for outlet in there if isinstance(outlet, Outlet)]
        try:
            await asyncio.gather(*closing)
        finally:
            await self._shares.close()

    def _names(self, workspace: str, wanted: tuple[str, ...]) -> dict[str, str]:
        room = self._rooms.get(workspace, {})
        there = {*room, *((kind, MAIN) for kind in self._wanted_bare(wanted, room))}
        return choose(wanted, there, self._kinds, workspace)

    def _wanted_bare(self, wanted: tuple[str, ...], room: Mapping[_Name, _Place]) -> list[str]:
        empty = set(wanted) - {kind for kind, _ in room}
        return [name for name in empty if (kind := self._kinds.get(name)) and kind.keyless]

    def _found(self, workspace: str, kind: str, name: str) -> Outlet:
        place = self._rooms.get(workspace, {}).get((kind, name))
        if place is None:
            return self._default(kind)
        if isinstance(place.outlet, OperatorFault):
            raise place.outlet.with_traceback(None)
        return place.outlet

    def _default(self, kind: str) -> Outlet:
        if kind not in self._bare:
            self._bare[kind] = self._outlet(Connection(kind, MAIN, {}))
        return self._bare[kind]

    async def _opened(self, workspace: str, name: _Name) -> Outlet | OperatorFault:
        """Open one, as far as it can be without a worker."""
        learned: list[Secret] = []

        def learn(secret: Secret) -> None:
            self._around.scrub.add(secret)
            learned.append(secret)

        try:
            kept = await self._vault.get(workspace, *name)
            if kept is None:
                return missing(*name, (), workspace)
            return self._outlet(opened(kept, learn))
        except OperatorFault as fault:
            return fault
        except CellblockError as error:
            return OperatorFault("bad-connection", f"{' '.join(name)}: {error}", "replace it")
        finally:
            for secret in learned:  # the outlet has added them by itself
                self._around.scrub.forget(secret)

    def _outlet(self, connection: Connection) -> Outlet:
        known = Connections(self._kinds, (connection,), self._around, self._shares)
        known.open()
        return Outlet(connection.kind, connection.name, known)


def opened(kept: Kept, learn: Callable[[Secret], object]) -> Connection:
    """Give a connection as adapters take it; *learn* hears its secrets before anybody else."""
    sealed = {key: Secret(value) for key, value in kept.secrets.items()}
    for secret in sealed.values():
        learn(secret)
    return Connection(kept.kind, kept.name, {**kept.settings, **sealed})


def _seen(entry: Entry) -> tuple[float, bool]:
    return entry.changed_at, entry.openable
