"""The connections that are kept: what commands and programs open it by.

In: a data directory. Out: its connections; and the one call that proves a connection.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from cellblock.broker.clients import Web
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Surroundings, Turn
from cellblock.broker.secret import Scrubber
from cellblock.clock import SystemClock
from cellblock.compose.catalogue import kinds
from cellblock.limits import ADAPTER_TIMEOUT_S
from cellblock.names import WorkerId
from cellblock.store.keys import Given
from cellblock.store.keys import take as take_keys
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import ConnectionStore

__all__ = ["Given", "check_connection", "has_vault", "open_vault", "take_keys"]


def has_vault(folder: Path) -> bool:
    """Tell whether connections were ever kept in a data directory."""
    from cellblock.store.vault import Vault  # which imports cryptography

    return Vault.is_in(folder)


async def open_vault(folder: Path, given: Given) -> ConnectionStore:
    """Open the connections of a data directory, which is made if it is not there.

    Raises: OperatorFault.
    """
    from cellblock.store.vault import Vault

    return await Vault.open(folder, given, SystemClock())


async def check_connection(connection: Connection) -> Any:
    """Make the cheap call that proves a connection; None if its kind has none.

    Raises: OperatorFault for settings that cannot be; AdapterError; what a plugin raises.
    """
    web, scrub = Web(), Scrubber()
    around = Surroundings(clock=SystemClock(), scrub=scrub, web=web)
    known = Connections(kinds(), (connection,), around)
    try:
        async with asyncio.timeout(ADAPTER_TIMEOUT_S):
            guest = Guest(WorkerId("check"), Turn(), None, MemoryRenders())
            return await known.check(connection.kind, connection.name, guest)
    finally:
        await known.close()
        await web.close()
