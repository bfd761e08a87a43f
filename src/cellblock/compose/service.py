"""The service: every part opened in its order, and closed in the reverse.

In: conditions of an operator. Out: a running service; whatever it was told is in its stores, so
that an end at any moment loses nothing that was acknowledged.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from cellblock.api.binding import Bind, listen
from cellblock.clock import Clock, SystemClock
from cellblock.compose.cabinet import Cabinet
from cellblock.compose.catalogue import kinds
from cellblock.compose.facts import Facts
from cellblock.compose.premises import Premises
from cellblock.compose.service_host import Terms
from cellblock.compose.station import Station
from cellblock.compose.vaults import Given
from cellblock.intake import policy
from cellblock.jail.setups import held
from cellblock.store.records import Workspace
from cellblock.store.registry import Registry

_FIRST_WORKSPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What an operator chooses."""

    state: str | None = None
    """The store of state; None for a file in the folder."""
    more_modules: tuple[str, ...] = ()
    more_builtins: tuple[str, ...] = ()
    require_landlock: bool = True
    new_token: bool = False
    """Whether another administrator's token is made, for one who lost the first."""

    def terms(self) -> Terms:
        """Give what holds for all workers. Raises: OperatorFault."""
        return Terms(
            language=policy.language(
                held(None), more_modules=self.more_modules, more_builtins=self.more_builtins
            ),
            more_modules=self.more_modules,
            require_landlock=self.require_landlock,
        )


class Service:
    """A service that runs. Make it with `open`."""

    def __init__(self, folder: Path, choices: Choices, clock: Clock) -> None:
        self._folder = folder
        self._choices = choices
        self._clock = clock
        self._ends = contextlib.AsyncExitStack()
        self.url = ""
        self.token_file = folder
        """Where the administrator's token of the first start is."""
        self.first_token: str | None = None
        """The administrator's token, if this start made one."""
        self.resumed = 0
        """Workers that start as it begins."""
        self.warnings: tuple[str, ...] = ()
        """What an operator should know, a sentence each."""

    @classmethod
    async def open(
        cls, folder: Path, bind: Bind, keys: Given, choices: Choices, clock: Clock | None = None
    ) -> Service:
        """Open every part; the API answers when this returns, and workers are starting.

        *folder* is the data directory, *keys* are those of the vault that the environment gave.
        Raises: OperatorFault, and then nothing is left open.
        """
        service = cls(folder, choices, clock or SystemClock())
        try:
            await service._open(bind, keys)
        except BaseException:
            await service._ends.aclose()
            raise
        return service

    async def invitation(self) -> str | None:
        """Give an address that lets a browser in once, as the administrator; None without one."""
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        ticket = await self._reception.ticket(token)
        return f"{self.url}/#/login?ticket={ticket}" if ticket is not None else None

    async def close(self) -> None:
        """Answer no more, let running ticks end, close every part."""
        self._premises.withdraw()
        await self._ends.aclose()

    async def _open(self, bind: Bind, keys: Given) -> None:
        terms = self._choices.terms()
        self._premises = Premises.open(self._folder)
        self._ends.push_async_callback(self._premises.close)
        sockets = listen(bind)
        for one in sockets:
            self._ends.callback(one.close)
        state = self._choices.state or self._premises.own_state()
        self._cabinet = await Cabinet.open(self._folder, state, keys, self._clock)
        self._ends.push_async_callback(self._cabinet.close)
        station = self._station = Station(
            self._folder, self._cabinet, terms, self._premises.files, kinds(), self._clock
        )
        self._ends.push_async_callback(station.close)
        await station.heat()
        # Importing the API takes a second, in which the zygote imports what workers may use.
        from cellblock.compose.reception import TOKEN_FILE, Reception

        self.token_file = self._folder / TOKEN_FILE
        reception = self._reception = Reception(
            self._cabinet, station, self._premises.files, self._clock
        )
        await self._furnish(self._cabinet.registry)
        self.first_token = await reception.token(self._folder, new=self._choices.new_token)
        await station.warm()
        self.warnings = (*self._missing_layers(), *await self._cabinet.worries())
        self.resumed = await station.begin()
        facts = Facts(self._folder, state, self._cabinet, station, self._clock, self.warnings)
        serving = reception.serving(facts, bind, sockets)
        await self._ends.enter_async_context(serving)
        self.url = serving.url
        self._premises.announce(self.url)

    async def _furnish(self, registry: Registry) -> None:
        """Make the first workspace."""
        now = self._clock.wall_s()
        if not await registry.workspaces.workspaces("", 1):
            first = Workspace(name=_FIRST_WORKSPACE, created_at=now)
            await registry.workspaces.add_workspace(first)

    def _missing_layers(self) -> tuple[str, ...]:
        return tuple(
            f"workers run without {layer.layer}: {layer.why}; {layer.how}"
            for layer in self._station.host.plan.missing
        )
