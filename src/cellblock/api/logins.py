"""How people come in: by a token, a ticket, or a name and a password.

Guessing of passwords is bounded by address and by name, before a password is looked at. A name that
is locked so keeps nobody out who has a session or a token, nor who came in by it from the same
network before; a name that is not there is told from one that is neither by words nor by time.
"""

from __future__ import annotations

from collections import OrderedDict

from fastapi import Request

from cellblock.api.access import Gate
from cellblock.api.passwords import Passwords
from cellblock.api.problems import Problem
from cellblock.api.throttle import Throttle, network_of
from cellblock.api.tickets import Tickets
from cellblock.clock import Clock
from cellblock.store.records import Token, User
from cellblock.store.service import UserStore

MOST_HOMES = 1_000
"""Names with the networks from which they came in that are remembered, the latest."""


class Logins:
    """Those of one service."""

    def __init__(self, gate: Gate, users: UserStore, clock: Clock) -> None:
        self.passwords = Passwords()
        self.tickets = Tickets(clock)
        self._gate = gate
        self._users = users
        self._clock = clock
        self._addresses = Throttle()
        self._names = Throttle()
        self._homes: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def by_token(self, text: str, address: str) -> Token:
        """Give the token that *text* is. Raises: Problem 401, 429."""
        found = await self._gate.token(text)
        if found is None:
            raise self._gate.failed(address)
        return found

    async def ticket_of(self, text: str) -> str | None:
        """Make a ticket of the token that *text* is; None if it is not good."""
        found = await self._gate.token(text)
        return self.tickets.make(found) if found is not None else None

    async def by_ticket(self, text: str, address: str) -> Token:
        """Give the token of a ticket, which is over by that. Raises: Problem 401, 429."""
        of = self.tickets.take(text)
        found = await self._gate.known(of.digest) if of is not None else None
        if found is not None:
            return found
        problem = self._gate.failed(address)
        if problem.status_code != 401:
            raise problem
        raise Problem(
            401,
            "unauthorized",
            "the ticket was used already, or is too old",
            "`cellblock dashboard` makes another",
        )

    async def by_password(self, name: str, password: str, address: str) -> User:
        """Give the user of that name and password. Raises: Problem 401, 429, 503."""
        # Counted as wrong before it is looked at, for many may come at once.
        now = self._clock.monotonic_s()
        home = (name, network_of(address))
        counted = " ".join(home) if home in self._homes else name
        wait_s = self._addresses.fail(address, now) or self._names.fail(counted, now)
        if wait_s:
            raise _too_many(wait_s)
        user = await self._users.user(name)
        known = user.password if user else None
        try:
            right = await self.passwords.right(password, known, home=home in self._homes)
        except Problem:  # it was not looked at
            self._forgive(address, counted)
            raise
        # It takes long: the user may be gone by now, or have another password.
        user = await self._users.user(name)
        if not right or user is None or user.password != known:
            raise _wrong()
        self._forgive(address, counted)
        self._settle(home)
        return user

    def _forgive(self, address: str, counted: str) -> None:
        self._addresses.forgive(address)
        self._names.forgive(counted)

    def _settle(self, home: tuple[str, str]) -> None:
        """Remember from where a name came in: who guesses at it elsewhere keeps it out no more."""
        self._homes.pop(home, None)
        self._homes[home] = None
        if len(self._homes) > MOST_HOMES:
            self._homes.popitem(last=False)


def logins(request: Request) -> Logins:
    """Give those of the application."""
    found: Logins = request.app.state.logins
    return found


def _wrong() -> Problem:
    return Problem(401, "wrong-login", "the name or the password is wrong", "mind the case")


def _too_many(wait_s: float) -> Problem:
    return Problem(
        429,
        "too-many-failures",
        "too many wrong passwords were given for this name or from this address",
        "wait, or come in with a token: `cellblock dashboard` makes a way in",
        headers={"Retry-After": str(int(wait_s) + 1)},
    )
