"""What can go wrong with a Redis, in words, and for how long it is then left alone. No I/O.

The texts reach workers: they never name the place, the user or the password.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
from typing import Literal

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    InvalidResponse,
    ResponseError,
)

from cellblock.store.ports import StoreFault
from cellblock.store.redis_address import Address

Why = Literal["away", "denied", "refused", "tls", "garbage"]

_QUIET_MIN_S, _QUIET_MAX_S = 0.25, 2.0
"""After a question failed for good, the next fail at once for so long, and longer each time."""
_TEXT_CHARACTERS = 200
_logger = logging.getLogger("cellblock.store")


class RedisFault(StoreFault):
    """A question that has no answer; *why* tells what an operator can do."""

    def __init__(self, message: str, why: Why) -> None:
        super().__init__(message)
        self.why: Why = why


def fault(problem: Exception, address: Address, *, changes: bool, sent: bool) -> RedisFault:
    """Say what *problem* was, and what became of the change that it may have been."""
    why, text = _told(root(problem))
    for hidden in (address.password, address.place):
        if hidden:
            text = text.replace(hidden, "•••")
    return RedisFault(text + effect(changes=changes, sent=sent), why)


def effect(*, changes: bool, sent: bool) -> str:
    """Say what became of a change that was *sent*, or was not."""
    if not changes:
        return ""
    return "; the change may or may not have been kept" if sent else "; nothing was changed"


def root(error: BaseException) -> BaseException:
    """Give what lies beneath: redis-py wraps errors of the system and of some handshakes."""
    while True:
        inner = error.args[0] if error.args else None
        if isinstance(inner, BaseException):
            error = inner
        elif isinstance(error.__context__, OSError) and not isinstance(error, OSError):
            error = error.__context__
        else:
            return error


def _told(problem: BaseException) -> tuple[Why, str]:
    said = " ".join(str(problem).split())[:_TEXT_CHARACTERS]
    told: tuple[Why, str] = "away", f"the connection to Redis broke: {said}"
    match problem:
        case AuthenticationError() | AuthorizationError():
            told = "denied", f"Redis does not let us in: {said}"
        case BusyLoadingError():
            told = "away", "Redis is still loading its data"
        case ResponseError():
            told = "refused", f"Redis refuses: {said}"
        case TimeoutError():
            told = "away", "Redis does not answer in time"
        case ssl.SSLCertVerificationError():
            told = "tls", f"the certificate of Redis is not trusted: {problem.verify_message}"
        case ssl.SSLError():
            told = "tls", f"Redis does not speak TLS with us: {problem.reason}"
        case OSError():
            told = "away", f"Redis cannot be reached: {_reason(problem)}"
        # Among others a number that is none, or nesting without end.
        case InvalidResponse() | ValueError() | LookupError() | RecursionError():
            told = "garbage", "what answers in the place of Redis does not speak its protocol"
    return told


def _reason(problem: OSError) -> str:
    # asyncio's own words name the address.
    if isinstance(problem, socket.gaierror):
        return problem.strerror or "its name is not known"
    return os.strerror(problem.errno) if problem.errno else "none of its addresses answers"


class Silence:
    """Whether Redis is known to be away, so that calls need not each find out for themselves."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._since_s = 0.0
        self._until_s = 0.0
        self._quiet_s = 0.0
        self._last: RedisFault | None = None

    def check(self, now_s: float, *, changes: bool) -> None:
        """Refuse at once what was found to fail a moment ago. Raises: RedisFault."""
        if self._last is not None and now_s < self._until_s:
            raise RedisFault(
                f"Redis has been away for {now_s - self._since_s:.1f} s, and is tried again in "
                f"{self._until_s - now_s:.1f} s{effect(changes=changes, sent=False)}",
                self._last.why,
            )

    def begin(self, now_s: float, problem: RedisFault) -> None:
        """Note that a question failed for good."""
        if self._last is None:
            self._since_s = now_s
            _logger.warning("Redis at %s: %s", self._place, problem)
        self._last = problem
        self._quiet_s = min(_QUIET_MAX_S, max(_QUIET_MIN_S, 2 * self._quiet_s))
        self._until_s = now_s + self._quiet_s

    def end(self, now_s: float) -> None:
        """Note that a question was answered."""
        if self._last is not None:
            _logger.warning("Redis at %s is back after %.1f s", self._place, now_s - self._since_s)
            self._last = None
            self._quiet_s = 0.0
