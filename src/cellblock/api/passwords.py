"""Passwords: kept by scrypt alone, and asked for one at a time.

In: what a person wrote. Out: what is kept of it, or whether it is the right one. To try one takes a
third of a second and 34 MB, in a thread of low priority, so that a flood of them delays no tick;
of more that wait than `PASSWORDS_WAITING` each is told to come again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import threading
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cellblock.api.problems import Problem
from cellblock.limits import PASSWORDS_WAITING

_Result = TypeVar("_Result")
COST = (15, 8, 3)
"""The binary logarithm of N, r and p of scrypt; what is kept of a password names its own."""
_SALT_BYTES = 16
_MOST_BYTES = 1 << 27
_RETRY_S = 5


def kept(password: str) -> str:
    """Give what is kept of a password. Takes long."""
    salt = os.urandom(_SALT_BYTES)
    parts = (_text(salt), _text(_scrypt(password, salt, COST)))
    return "$".join(("scrypt", *map(str, COST), *parts))


def right(password: str, known: str) -> bool:
    """Tell whether a password is the one of which *known* was kept. Takes long."""
    _, log, size, lanes, salt, made = known.split("$")
    found = _scrypt(password, b64decode(salt), (int(log), int(size), int(lanes)))
    return hmac.compare_digest(found, b64decode(made))


def _scrypt(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    # One person's é is two characters on another machine.
    text = unicodedata.normalize("NFKC", password).encode()
    log, size, lanes = cost
    return hashlib.scrypt(
        text, salt=salt, n=1 << log, r=size, p=lanes, maxmem=_MOST_BYTES, dklen=32
    )


def _text(value: bytes) -> str:
    return b64encode(value).decode()


class Passwords:
    """Those that are asked for at this moment."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(
            1, thread_name_prefix="cellblock-passwords", initializer=_give_way
        )
        self._waiting = 0
        self._nobodys: str | None = None

    async def keep(self, password: str) -> str:
        """Give what is kept of a password. Raises: Problem 503."""
        return await self._turn(lambda: kept(password))

    async def right(self, password: str, known: str | None, *, home: bool = False) -> bool:
        """Tell whether it is right; None is of nobody, and takes as long. Raises: Problem 503.

        Who came in from there before, at *home*, has a place still where strangers have none.
        """
        most = PASSWORDS_WAITING * (2 if home else 1)
        return await self._turn(lambda: self._judge(password, known), most)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _judge(self, password: str, known: str | None) -> bool:
        if self._nobodys is None:  # whoever asks first, so that it tells nothing of a name
            self._nobodys = kept(_text(os.urandom(32)))
        found = right(password, self._nobodys if known is None else known)
        return found and known is not None

    async def _turn(self, work: Callable[[], _Result], most: int = PASSWORDS_WAITING) -> _Result:
        if self._waiting > most:
            raise Problem(
                503,
                "too-many-logins",
                "too many passwords are being looked at",
                "wait, and try again; a token needs no such wait",
                headers={"Retry-After": str(_RETRY_S)},
            )
        self._waiting += 1
        job = asyncio.get_running_loop().run_in_executor(self._thread, work)
        # Not when the one who asks gives up: the work goes on all the same.
        job.add_done_callback(self._done)
        return await asyncio.shield(job)

    def _done(self, _job: asyncio.Future[_Result]) -> None:
        self._waiting -= 1


def _give_way() -> None:
    """Let every other thread of the machine go before this one."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
