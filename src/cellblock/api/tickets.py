"""Tickets: how a command of this machine lets a browser in, without a token in its address.

A ticket is good once and for `TICKET_S`; it is in memory alone, as a digest, and stands for the
token that asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cellblock.api.proofs import digest_of, letters
from cellblock.clock import Clock
from cellblock.limits import TICKET_S, TICKETS
from cellblock.store.records import Token


@dataclass(frozen=True, slots=True)
class _Ticket:
    token: Token
    until_s: float


class Tickets:
    """Those of one service."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[bytes, _Ticket] = {}

    def make(self, token: Token) -> str:
        """Make one; of more than `TICKETS` of one token the oldest is forgotten."""
        now = self._clock.monotonic_s()
        for digest in [key for key, one in self._kept.items() if one.until_s <= now]:
            del self._kept[digest]
        own = [key for key, one in self._kept.items() if one.token.id == token.id]
        if len(own) >= TICKETS:
            del self._kept[own[0]]
        text = f"ct_{letters(32)}"
        self._kept[digest_of(text)] = _Ticket(token, now + TICKET_S)
        return text

    def take(self, text: str) -> Token | None:
        """Give for which token a ticket stands, which is over by that; it may be good no more."""
        found = self._kept.pop(digest_of(text), None)
        if found is None or found.until_s <= self._clock.monotonic_s():
            return None
        return found.token
