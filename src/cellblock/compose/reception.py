"""The HTTP API before a station: its doors, the first token, and what serves it.

In: open stores and a station. Out: an application that answers. It is imported when a zygote is
warming already, for what it is made of takes a second to import.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from socket import socket
from typing import Any

import cellblock
from cellblock.api.app import Options, build
from cellblock.api.binding import Bind, hosts_of
from cellblock.api.doors import Doors, Stores
from cellblock.api.first import FILE as TOKEN_FILE
from cellblock.api.first import first_token, new_admin_token
from cellblock.api.logins import Logins
from cellblock.api.serving import Serving
from cellblock.broker.workspace import Workspace
from cellblock.clock import Clock
from cellblock.compose.cabinet import Cabinet
from cellblock.compose.facts import Facts
from cellblock.compose.station import Station
from cellblock.dashboard.examples import EXAMPLES, Example
from cellblock.dashboard.serving import routes

__all__ = ["TOKEN_FILE", "Reception"]


class Reception:
    """What the API is made of."""

    def __init__(
        self, cabinet: Cabinet, station: Station, files: Callable[[str], Workspace], clock: Clock
    ) -> None:
        self._cabinet = cabinet
        self._station = station
        self._files = files
        self._clock = clock

    async def token(self, folder: Path, *, new: bool) -> str | None:
        """Make the administrator's token, or a *new* one; None if one is there.

        Raises: OperatorFault, StoreFault.
        """
        make = new_admin_token if new else first_token
        return await make(self._cabinet.registry.tokens, folder, self._clock)

    def serving(self, facts: Facts, bind: Bind, sockets: list[socket]) -> Serving:
        """Make what serves; it is an async context manager. Raises: OperatorFault."""
        metrics = self._station.metrics
        options = Options(
            hosts=hosts_of(bind),
            measure=metrics.request,
            hooked=metrics.hooked,
            version=cellblock.__version__,
            pages=tuple(routes()),
        )
        app = build(self._doors(facts), options)
        self._logins: Logins = app.state.logins
        return Serving(app, bind, sockets)

    async def ticket(self, token: str) -> str | None:
        """Make a ticket of a token, once something serves; None if the token is not good."""
        return await self._logins.ticket_of(token)

    def _doors(self, facts: Facts) -> Doors:
        cabinet, station = self._cabinet, self._station
        registry = cabinet.registry
        stores = Stores(
            workspaces=registry.workspaces,
            workers=registry.workers,
            standings=station.standings,
            chronicle=cabinet.chronicle,
            tokens=registry.tokens,
            users=registry.users,
            sessions=registry.sessions,
            audit=registry.audit,
            rules=registry.rules,
            hooks=registry.hooks,
        )
        return Doors(
            stores=stores,
            states=cabinet.states,
            pictures=cabinet.pictures,
            quarantine=cabinet.quarantine,
            vault=cabinet.vault,
            kinds=station.host.supplies.kinds,
            tail=station.tail,
            pulse=station.pulse,
            recent=cabinet.chronicle,
            clock=self._clock,
            limits=station.host.limits,
            examples=[_told(example) for example in EXAMPLES],
            files=self._files,
            check=station.host.check,
            admit=station.host.admit,
            prove=station.host.prove,
            alert=station.desk.test,
            woken=station.woken,
            health=facts.health,
            system=facts.system,
            metrics=station.metrics.page,
        )


def _told(example: Example) -> dict[str, Any]:
    return asdict(example) | {"source": example.source}
