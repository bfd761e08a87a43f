"""From the text of ``--state`` to a store."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cellblock.errors import OperatorFault
from cellblock.store import redis_address
from cellblock.store.ports import (
    StoreReport,
)
from cellblock.store.sqlite import SqliteState

if TYPE_CHECKING:
    from cellblock.store.redis import RedisState


async def open_state(choice: str, *, there: bool = False) -> SqliteState | RedisState:
    """Open a store that outlives this process; *there* refuses a file that would be made.

    Raises: OperatorFault.
    """
    if choice.partition("://")[0] in redis_address.SCHEMES:
        from cellblock.store.redis import RedisState  # importing redis-py takes a while

        return await RedisState.open(choice)
    file = _state_file(choice)
    if file is None:
        raise OperatorFault(
            "bad-state",
            f"{redis_address.shown(choice)!r} names no state store",
            f"write {'' if there else 'memory, '}sqlite:///relative.db, sqlite:////absolute/path.db"
            ", redis://host:6379/0, rediss://host:6379/0 or unix:///path/redis.sock",
        )
    if there:
        _found(file)
    return await SqliteState.open(file)


async def examine_state(choice: str) -> StoreReport:
    """Look how safe the state would be; a file that is not there is not made.

    Raises: OperatorFault for what cannot be used; StoreFault.
    """
    if choice == "memory":
        return StoreReport(
            facts={"place": "this process's memory"}, worries=("state is gone with its process",)
        )
    file = _state_file(choice)
    if file is not None and (report := _planned(file)):
        return report
    store = await open_state(choice)
    try:
        return await store.report()
    finally:
        await store.close()


def _state_file(choice: str) -> Path | None:
    kind, separator, path = choice.partition(":///")
    return Path(path) if kind == "sqlite" and separator and path else None


def _found(file: Path) -> None:
    mode = _mode(file)
    if mode is None or not stat.S_ISREG(mode):
        text = f"there is no state file {file}"
        raise OperatorFault("bad-state", text, "write the --state of the worker's run")


def _planned(file: Path) -> StoreReport | None:
    """Tell of a file that the first start would make; None for one that is there."""
    if _mode(file) is not None:
        return None
    if not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        text = f"the state file {file} cannot be made: its folder cannot be written to"
        raise OperatorFault("bad-state-file", text, "name a folder that you can write to")
    return StoreReport(facts={"place": f"{file}, made at the first start"})


def _mode(file: Path) -> int | None:
    """Give the mode of what is there; None if nothing is. Raises: OperatorFault."""
    try:
        return file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # such as a folder on the way that this user may not enter
        text = f"the state file {file} cannot be looked at: {error.strerror}"
        raise OperatorFault("bad-state-file", text, "name a file that you can reach") from error
