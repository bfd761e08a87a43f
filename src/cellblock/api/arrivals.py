"""Events that arrive at a hook's address: whose they are, and whether they may wait for the worker.

In: the key of an address, headers and a body, all of them a stranger's. Out: an event that is kept,
or a problem. A key is never logged or told; only its SHA-256 is known.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import accumulate

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request

from cellblock.api.doors import Doors
from cellblock.api.problems import Problem
from cellblock.broker.meter import Bucket
from cellblock.broker.signatures import GITHUB, TIMED, holds_github, holds_timed
from cellblock.errors import OperatorFault
from cellblock.limits import HOOK_BURST, HOOK_DEPTH, HOOK_PER_MINUTE, HOOK_QUEUE
from cellblock.store.ports import HOOK_KIND
from cellblock.store.records import Hook, HookEvent

Hooked = Callable[[str], object]
"""Hears what became of each event: ``accepted``, or the slug of the problem."""
_logger = logging.getLogger("cellblock.api")
_KEY_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_WATCHED = 10_000
"""Hooks whose pace is remembered; of more the one that was quiet longest is forgotten."""
_FULL_S = 10
"""What a sender is told to wait while the worker's queue is full."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""One that is never closed ends with the body: to look for it anew from each of its quotes took
minutes, in which nothing else ran."""
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def new_key() -> str:
    """Make the unguessable part of an address: 256 bits of chance."""
    return secrets.token_urlsafe(_KEY_BYTES)


def digest_of_key(key: str) -> bytes:
    """Give what is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


def json_fault(body: bytes) -> str | None:
    """Say why *body* is no JSON value that a worker can be given, or None if it is one."""
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > HOOK_DEPTH:
        return f"it is nested deeper than {HOOK_DEPTH}"
    try:
        msgspec.json.decode(body)  # whole, for a number that no worker could read is to be found
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        return str(error)[:200]
    return None


class Arrivals:
    """The hooks' side of the service."""

    def __init__(self, doors: Doors, hooked: Hooked | None = None) -> None:
        self._doors = doors
        self._hooked = hooked
        self._paces: OrderedDict[str, Bucket] = OrderedDict()

    async def take(self, key: str, request: Request) -> int:
        """Keep what was sent to an address, and give its id. Raises: as `_pass` and `_accept`."""
        result = "failed"
        try:
            hook = await self._pass(key)
            identity = await self._accept(hook, await request.body(), request.headers)
            result = "accepted"
        except Problem as problem:
            result = problem.slug
            raise
        finally:
            if self._hooked is not None:
                self._hooked(result)
        return identity

    async def _pass(self, key: str) -> Hook:
        """Give the hook of an address. Raises: Problem 404, and 429 if too much comes by it."""
        hook = await self._find(key) if _KEY.fullmatch(key) else None
        if hook is None:
            raise Problem(404, "not-found", "there is nothing at this address")
        pace = self._paces.pop(hook.id, None) or Bucket(HOOK_PER_MINUTE / 60, HOOK_BURST)
        self._paces[hook.id] = pace
        if len(self._paces) > _WATCHED:
            self._paces.popitem(last=False)
        now_s = self._doors.clock.monotonic_s()
        if not pace.try_take(now_s):
            raise _later("too-many-events", "too many events came by this hook", pace.due_s(now_s))
        return hook

    async def _find(self, key: str) -> Hook | None:
        digest = digest_of_key(key)
        hook = await self._doors.stores.hooks.hook(digest)
        if hook is None or not hmac.compare_digest(hook.digest, digest):
            return None
        worker = await self._doors.stores.workers.worker(hook.ref)
        return None if worker is None or worker.desired == "deleted" else hook

    async def _accept(self, hook: Hook, body: bytes, headers: Headers) -> int:
        """Keep an event, durably, and give its id; the worker is woken.

        Raises: Problem 401 for a signature that does not hold, 400 for what is no JSON, 429 if
        `HOOK_QUEUE` events wait already, 503 if the vault cannot be read; StoreFault.
        """
        now = self._doors.clock.wall_s()
        if hook.signed and not await self._proven(hook, body, headers, now):
            raise Problem(
                401,
                "bad-signature",
                "the signature is missing, or does not hold for this body",
                f"send {GITHUB} or {TIMED}, made with the hook's secret",
                headers={"WWW-Authenticate": "Signature"},
            )
        if fault := json_fault(body):
            raise Problem(400, "not-json", f"the body is no JSON value: {fault}", "send JSON")
        event = HookEvent(ref=hook.ref, hook=hook.name, at=now, body=body)
        identity = await self._doors.stores.hooks.enqueue(event, HOOK_QUEUE)
        if identity is None:
            raise _later("queue-full", "too many events wait for the worker already", _FULL_S)
        self._doors.woken()
        return identity

    async def _proven(self, hook: Hook, body: bytes, headers: Headers, now: float) -> bool:
        try:
            kept = await self._doors.vault.get(hook.ref.workspace, HOOK_KIND, hook.id)
        except OperatorFault as fault:
            # Its text is for the operator: it tells of files and keys.
            _logger.error("the secret of hook %s cannot be read: %s", hook.id, fault)  # noqa: TRY400
            raise Problem(
                503, "store-unavailable", "this cannot be done now", headers={"Retry-After": "60"}
            ) from None
        secret = kept.secrets.get("secret", "") if kept else ""
        if not secret:
            return False
        timed, plain = headers.getlist(TIMED), headers.getlist(GITHUB)
        if timed:  # the stronger of the two, which nobody is to leave out unseen
            return _single(timed) and holds_timed(secret, body, timed[0], now)
        return _single(plain) and holds_github(secret, body, plain[0])


def _single(values: Sequence[str]) -> bool:
    return len(values) == 1


def _later(slug: str, detail: str, wait_s: float) -> Problem:
    after = str(max(1, math.ceil(wait_s)))
    return Problem(429, slug, detail, "send it again later", headers={"Retry-After": after})
