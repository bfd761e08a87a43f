"""The connections of one host: chosen by name, opened once, and given to its workers' adapters.

In: kinds and connections, by name. Out: adapters. Only compose knows which kinds there are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from msgspec import inspect as shapes

from cellblock.broker.adapter import Adapter
from cellblock.broker.choice import choose, no_kind
from cellblock.broker.kind import (
    Connection,
    FileSource,
    Kind,
    Place,
    Surroundings,
    Turn,
)
from cellblock.broker.methods import Methods, method_names
from cellblock.broker.secret import Scrubber, Secret, secret_hook
from cellblock.broker.shares import Shares
from cellblock.errors import CellblockError, OperatorFault
from cellblock.names import WorkerId
from cellblock.store.ports import RenderStore


@dataclass(frozen=True, slots=True)
class Guest:
    """The worker for which adapters are made."""

    worker: WorkerId
    turn: Turn
    files: FileSource | None
    renders: RenderStore


class Connections:
    """What a host can connect its workers to.

    `open` opens them, or else the first choice does, for it imports their kinds. What a kind's
    *shared_by* finds equal is shared with all that were made with the same *shares*.
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        known: Iterable[Connection],
        surroundings: Surroundings,
        shares: Shares | None = None,
    ) -> None:
        self._kinds = kinds
        self._surroundings = surroundings
        self._settings: dict[tuple[str, str], Any] = {}
        self._shares = shares or Shares(surroundings.scrub)
        self._shared: dict[tuple[str, Hashable], Any] = {}
        self._unread = tuple(known)

    def open(self) -> None:
        """Read all settings. Raises: OperatorFault("no-kind", "bad-connection")."""
        for connection in self._unread:
            self._settings[connection.kind, connection.name] = self._read(connection)
        self._unread = ()

    def choose(self, wanted: tuple[str, ...] | str | None) -> dict[str, str]:
        """Give the connection's name for each kind that a worker gets.

        *wanted* holds ``kind`` or ``kind=name``; None stands for every kind: the connection named
        main, or the only one. Raises: OperatorFault as `choose`, and "bad-argument".
        """
        self.open()
        if isinstance(wanted, str):
            raise OperatorFault(
                "bad-argument", "connect is one str", f"give a tuple: connect=({wanted[:80]!r},)"
            )
        if wanted is None:
            wanted = tuple(dict.fromkeys(kind for kind, _ in self._settings))
        return choose(wanted, self._settings, self._kinds)

    def adapter(self, kind: str, name: str, guest: Guest) -> Adapter:
        """Make one worker's adapter, which it closes. Raises: OperatorFault("bad-connection")."""
        self.open()
        made = self._make(kind, name, guest)
        if self._kinds[kind].raw:
            return made  # type: ignore[no-any-return]
        methods = {method: getattr(made, method) for method in method_names(type(made))}
        closes = made if hasattr(made, "close") else None
        own = Scrubber()
        for secret in secrets_of(self._settings[kind, name]):
            own.add(secret)
        return Methods(kind, methods, self._surroundings.scrub, own, closes)

    async def check(self, kind: str, name: str, guest: Guest) -> Any:
        """Call ``check`` of what the kind shares, or else of its adapter; None if neither has one.

        Raises: AdapterError; what a plugin raises.
        """
        self.open()
        shared = self._share(kind, name)
        if hasattr(shared, "check"):
            return await shared.check()
        if not hasattr(self._kinds[kind].worker, "check"):
            return None
        made = self._make(kind, name, guest)
        try:
            return await made.check()
        finally:
            if hasattr(made, "close"):
                await made.close()

    def forget_secrets(self) -> None:
        """Have what it knows hidden no more on its behalf; after `close`."""
        for settings in self._settings.values():
            for secret in secrets_of(settings):
                self._surroundings.scrub.forget(secret)
        self._settings.clear()

    async def close(self) -> None:
        """Let go of what the workers of a connection shared; a cancellation leaves none out."""
        shared, self._shared = self._shared, {}
        for key in shared:
            self._shares.leave(self._everywhere(key))
        await self._shares.quiet()

    def _make(self, kind: str, name: str, guest: Guest) -> Any:
        place = Place(
            worker=guest.worker,
            connection=name,
            surroundings=self._surroundings,
            shared=self._share(kind, name),
            turn=guest.turn,
            files=guest.files,
            renders=guest.renders,
        )
        return self._made(kind, name, self._kinds[kind].worker, place)

    def _share(self, kind: str, name: str) -> Any:
        make, by = self._kinds[kind].shared, self._kinds[kind].shared_by
        if make is None:
            return None
        key = (kind, name if by is None else by(self._settings[kind, name]))
        if key not in self._shared:
            self._shared[key] = self._shares.take(
                self._everywhere(key), partial(self._made, kind, name, make, self._surroundings)
            )
        return self._shared[key]

    def _everywhere(self, key: tuple[str, Hashable]) -> tuple[str, Hashable]:
        """Give the key among all who have the same shares; a name means something here alone."""
        kind, what = key
        return (kind, what) if self._kinds[kind].shared_by else (kind, (id(self), what))

    def _made(self, kind: str, name: str, make: Callable[[Any, Any], Any], around: Any) -> Any:
        """Have an adapter's own code make something, for it may fail in any way."""
        try:
            return make(self._settings[kind, name], around)
        except CellblockError:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin is anybody's code
            said = self._surroundings.scrub.text(f"{type(error).__name__}: {error}")[:300]
            raise OperatorFault(
                "bad-connection",
                f"the {kind} connection {name} cannot be opened: {said}",
                "look at its settings",
            ) from None  # the traceback of before may show a secret

    def _read(self, connection: Connection) -> Any:
        kind = self._kinds.get(connection.kind)
        if kind is None:
            raise no_kind(connection.kind, self._kinds)
        settings = settings_of(kind, connection.name, connection.values)
        for secret in secrets_of(settings):
            self._surroundings.scrub.add(secret)
        return settings


def secrets_of(settings: msgspec.Struct) -> list[Secret]:
    """Give the secrets among the settings of a connection."""
    values = (getattr(settings, field.name) for field in msgspec.structs.fields(settings))
    return [value for value in values if isinstance(value, Secret)]


def secret_names(kind: Kind) -> set[str]:
    """Name the fields of a kind's settings that are kept sealed."""
    shape = shapes.type_info(kind.settings)
    assert isinstance(shape, shapes.StructType)
    return {field.encode_name for field in shape.fields if _is_secret(field.type)}


def _is_secret(kind: shapes.Type) -> bool:
    if isinstance(kind, shapes.Metadata):
        return _is_secret(kind.type)
    if isinstance(kind, shapes.UnionType):
        return any(_is_secret(one) for one in kind.types)
    return isinstance(kind, shapes.CustomType) and kind.cls is Secret


def settings_of(kind: Kind, name: str, values: Mapping[str, Any]) -> Any:
    """Read the settings of a connection. Raises: OperatorFault("bad-connection")."""
    plain = {
        key: value.reveal() if isinstance(value, Secret) else value for key, value in values.items()
    }
    try:
        return msgspec.convert(plain, kind.settings, dec_hook=secret_hook)
    except (msgspec.ValidationError, ValueError) as error:
        fields = ", ".join(field.encode_name for field in msgspec.structs.fields(kind.settings))
        # The error names a path and types, never a value.
        raise OperatorFault(
            "bad-connection",
            f"the {kind.name} connection {name}: {error}",
            f"its settings are {fields}",
        ) from None
