"""Connections in one SQLite file, their secrets sealed.

In: settings and secrets by workspace, kind and name. Out: the same, to whoever has the key. What
is on the disk tells the settings and which secrets are set, never a byte of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cellblock.clock import Clock
from cellblock.errors import OperatorFault
from cellblock.store.database import Database, Layout, make_private_file
from cellblock.store.keys import OLD_VARIABLE, VARIABLE, Given, Keys, make_private
from cellblock.store.ports import UNLISTED, Entry, Kept
from cellblock.store.seal import FORMAT, Row, seal, unseal

_Result = TypeVar("_Result")
_LAYOUT = Layout(
    application=0x43454C56,  # "CELV"
    steps="connections",
    statements=("connections",),
)
_FILE = "connections.db"


class Vault:
    """The connections of one data directory, a `ConnectionStore`. Make it with `open`."""

    def __init__(self, database: Database, path: Path, keys: Keys, clock: Clock) -> None:
        self._database = database
        self._path = path
        self._keys = keys
        self._clock = clock

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Tell whether there is a vault, without making one. Raises: OperatorFault("bad-vault")."""
        path = folder / _FILE
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:  # such as a folder on the way that this user may not enter
            raise _unusable(path, error) from error
        return True

    @classmethod
    async def open(cls, folder: Path, given: Given, clock: Clock) -> Vault:
        """Open or create the file, for nobody else to read.

        Raises: OperatorFault("bad-vault", "bad-data").
        """
        make_private(folder)
        path = folder / _FILE
        try:
            make_private_file(path)
            database = await Database.open(path, _LAYOUT)
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, error) from error
        try:
            vault = cls(database, path, Keys(folder, given), clock)
            # What is replaced is overwritten: a key that was rotated away may be known to somebody.
            await vault._work(partial(database.connection.execute, "PRAGMA secure_delete = ON"))
        except BaseException:
            await database.close()
            raise
        return vault

    @property
    def key_place(self) -> str:
        """See `ConnectionStore`."""
        return self._keys.place

    async def put(self, kept: Kept) -> None:
        """See `ConnectionStore`."""
        await self._work(partial(self._put, kept))

    async def get(self, workspace: str, kind: str, name: str) -> Kept | None:
        """See `ConnectionStore`."""
        return await self._work(partial(self._get, workspace, kind, name))

    async def entries(self, workspace: str, *, unlisted: bool = False) -> list[Entry]:
        """See `ConnectionStore`."""
        found = await self._work(partial(self._entries, workspace))
        return found if unlisted else [entry for entry in found if entry.kind not in UNLISTED]

    async def remove(self, workspace: str, kind: str, name: str) -> bool:
        """See `ConnectionStore`."""
        work = partial(self._database.run, "remove", workspace=workspace, kind=kind, name=name)
        removed = bool(await self._work(work))
        await self._work(self._tidy)
        return removed

    async def rekey(self) -> int:
        """See `ConnectionStore`."""
        return await self._work(self._rekey)

    async def close(self) -> None:
        """See `ConnectionStore`."""
        await self._database.close()

    def _put(self, kept: Kept) -> None:
        row = Row(
            kept.workspace,
            kept.kind,
            kept.name,
            FORMAT,
            _text(dict(kept.settings)),
            _text(sorted(kept.secrets)),
        )
        with self._alone():
            # The key is read inside, for another process may be changing it.
            values = msgspec.structs.asdict(seal(row, kept.secrets, self._keys.current()))
            del values["created_at"], values["changed_at"]
            self._database.run("put", **values, now=self._clock.wall_s())

    def _get(self, workspace: str, kind: str, name: str) -> Kept | None:
        with self._alone():
            rows = self._rows("get", workspace=workspace, kind=kind, name=name)
            known = self._keys.known()
            if rows and rows[0].key_id not in known:
                self._refuse_lost(self._rows("of_workspace", workspace=workspace), known)
        if not rows:
            return None
        return Kept(
            workspace=workspace,
            kind=kind,
            name=name,
            secrets=unseal(rows[0], known),
            settings=rows[0].read(rows[0].settings),
        )

    def _entries(self, workspace: str) -> list[Entry]:
        known = self._keys.known()
        return [
            Entry(
                kind=row.kind,
                name=row.name,
                settings=row.read(row.settings),
                secrets=tuple(row.read(row.secrets)),
                created_at=row.created_at,
                changed_at=row.changed_at,
                openable=row.key_id in known,
            )
            for row in self._rows("of_workspace", workspace=workspace)
        ]

    def _rekey(self) -> int:
        with self._alone():
            rows, known = self._rows("all"), self._keys.known()
            self._refuse_lost(rows, known)
            opened = [(row, unseal(row, known)) for row in rows]
            # From here to the end older keys are kept beside the new: whatever fails, all opens.
            new = self._keys.begin_rotation()
            for row, values in opened:
                again = seal(row, values, new)
                self._database.run(
                    "reseal",
                    workspace=row.workspace,
                    kind=row.kind,
                    name=row.name,
                    key_id=again.key_id,
                    sealed=again.sealed,
                )
        with self._alone():  # nobody seals with an older key while it is forgotten
            self._keys.forget({row.key_id for row in self._rows("all")})
        self._tidy()
        return len(rows)

    def _tidy(self) -> None:
        """Take what was replaced out of the write-ahead log, too."""
        self._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _rows(self, query: str, **values: str) -> list[Row]:
        return [Row(*row) for row in self._database.run(query, **values)]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the file against other writers: what is done in it is kept whole or not at all."""
        connection = self._database.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _refuse_lost(self, rows: list[Row], known: Mapping[str, bytes]) -> None:
        """Name all whose key is not among the *known*. Raises: OperatorFault("lost-key")."""
        if not (lost := [row for row in rows if row.key_id not in known]):
            return
        raise OperatorFault(
            "lost-key",
            f"the key that sealed {', '.join(row.title for row in lost)} is not here",
            f"restore {self._keys.path}, or set {VARIABLE} or {OLD_VARIABLE} to it; if it is lost, "
            f"{lost[0].anew}",
        )

    async def _work(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await self._database.work(work)
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from error


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _unusable(path: Path, error: Exception) -> OperatorFault:
    said = error.strerror if isinstance(error, OSError) else str(error)
    return OperatorFault(
        "bad-vault",
        f"the file of connections {path} cannot be used: {said}",
        "see to its rights and room, or name another folder with --data",
    )
