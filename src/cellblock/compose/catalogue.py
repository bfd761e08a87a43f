"""Which kinds of adapters there are, and the connections that are kept for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cellblock.broker.adapters import bybit, http, llm, monitor
from cellblock.broker.connections import Connections, Guest
from cellblock.broker.kind import Connection, Kind, Surroundings, Turn
from cellblock.broker.plugins import Kinds
from cellblock.broker.secret import Scrubber
from cellblock.broker.web import Web
from cellblock.clock import SystemClock
from cellblock.limits import (
    ADAPTER_TIMEOUT_S,
)
from cellblock.names import WorkerId
from cellblock.store.memory import MemoryRenders
from cellblock.store.ports import (
    ConnectionStore,
)

if TYPE_CHECKING:
    from cellblock.store.keys import Given

RESERVED = {"state", "files", "http", "log", "bybit", "telegram", "monitor", "llm", "tick"} | {
    "config",
    "connected",
}
"""Names on ctx that are the contract's."""

BUILT_IN: tuple[Kind, ...] = (bybit.KIND, http.KIND, monitor.KIND, llm.KIND)
"""The kinds of adapters that come with Cellblock and can be connected."""


def kinds() -> Kinds:
    """Give every kind of adapter that can be connected: those built in, and those of plugins."""
    return Kinds(BUILT_IN, RESERVED)


def has_vault(folder: Path) -> bool:
    """Tell whether connections were ever kept in a data directory."""
    from cellblock.store.vault import Vault

    return Vault.is_in(folder)


async def open_vault(folder: Path, given: Given) -> ConnectionStore:
    """Open the connections of a data directory, which is made if it is not there.

    Raises: OperatorFault.
    """
    # The cryptography is loaded by those alone who need it.
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
