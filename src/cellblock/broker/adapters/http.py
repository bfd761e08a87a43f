"""`ctx.http`: requests of a worker, to public addresses and to what the operator allows.

Nothing of the answer is read here but its head; a body goes to the worker as it came, unpacked. A
request that a worker made by hand on the wire meets the same rules as one of `inside.http`.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import httpx
import msgspec

from cellblock.broker.adapter import AdapterError, CallRefused, error_answer, json_bytes
from cellblock.broker.addresses import read_url
from cellblock.broker.kind import Kind, Place
from cellblock.broker.meter import Bucket
from cellblock.broker.reach import Gate, Reach, read_proxy
from cellblock.broker.redirects import METHODS, Outgoing, following
from cellblock.broker.secret import Scrubber, Secret
from cellblock.broker.web import USER_AGENT, Reply, exchange, failures
from cellblock.errors import OperatorFault
from cellblock.limits import (
    HTTP_BODY_BYTES,
    HTTP_REDIRECTS,
    HTTP_REQUEST_BYTES,
    HTTP_REQUEST_HEADER_BYTES,
    HTTP_REQUESTS_BURST,
    HTTP_REQUESTS_PER_MINUTE,
    HTTP_TIMEOUT_S,
)
from cellblock.wire import messages as m

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_VALUE = re.compile(r"[\x20-\x7e\t]*")
_OURS = frozenset(
    """
    host content-length transfer-encoding connection keep-alive te trailer upgrade expect
    http2-settings accept-encoding via forwarded
    """.split()
)
"""Headers that frame the request or speak to what lies between; the host alone writes them."""


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator decides about a worker's requests."""

    hosts: tuple[str, ...] = ()
    """Only these, each ``host`` or ``host:port``; without any, every public address."""
    private: tuple[str, ...] = ()
    """These ``host:port`` too, although their addresses are not public."""
    proxy: str | None = None
    """An HTTP proxy, ``http://host:port``, that makes the connections; it looks names up again."""
    proxy_login: Secret | None = None
    """``user:password`` for the proxy."""
    user_agent: Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]{1,200}\Z")] = USER_AGENT
    """What requests say they come from, where the worker says nothing else."""
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=60_000)] = HTTP_REQUESTS_PER_MINUTE
    """Sustained requests of one worker."""
    ca_file: str | None = None
    """Certificate authorities in a PEM file that are trusted beside the public ones."""

    def __post_init__(self) -> None:
        """Refuse what no request could be made with. Raises: ValueError."""
        Gate(self.reach)
        if self.proxy is not None:
            proxy = read_proxy(self.proxy)
            if proxy.userinfo:
                raise ValueError("the proxy's user and password go into proxy_login")

    @property
    def reach(self) -> Reach:
        """What the client may connect to."""
        proxy = self.proxy
        if proxy is not None and self.proxy_login is not None:
            user, _, password = self.proxy_login.reveal().partition(":")
            proxy = str(httpx.URL(proxy).copy_with(username=user, password=password))
        return Reach(self.hosts, self.private, proxy)


class HttpAdapter:
    """The requests of one worker, one at a time; an `Adapter`."""

    def __init__(self, settings: HttpSettings, place: Place) -> None:
        self._clock = place.surroundings.clock
        try:
            self._client = place.surroundings.web.client(
                settings.reach,
                timeout_s=HTTP_TIMEOUT_S,
                user_agent=settings.user_agent,
                ca_file=settings.ca_file,
            )
        except OSError as error:
            raise OperatorFault(
                "bad-ca-file",
                f"the ca_file {settings.ca_file} cannot be read: {error.strerror or error}",
                "name a PEM file of certificate authorities",
            ) from error
        self._own = Scrubber()  # the proxy may say its login again, and nobody else knows it
        if settings.proxy_login is not None:
            self._own.add(settings.proxy_login)
            self._own.add(Secret(settings.proxy_login.reveal().partition(":")[2]))
        per_minute = settings.requests_per_minute
        self._per_minute = per_minute
        self._rate = Bucket(per_minute / 60, min(HTTP_REQUESTS_BURST, per_minute))
        self._one = asyncio.Lock()

    async def answer(self, call: m.Call) -> bytes:
        """Answer one call; see `Adapter`."""
        match call:
            case m.HttpRequest():
                try:
                    async with self._one:
                        return self._own.data(await self._asked(call))
                except AdapterError as error:
                    return error_answer(self._own.text(str(error)), error.code)
            case _:
                raise CallRefused("this is no call of ctx.http")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _asked(self, call: m.HttpRequest) -> bytes:
        if not 0 < call.timeout_s <= HTTP_TIMEOUT_S:
            raise AdapterError(f"a request has {HTTP_TIMEOUT_S:g} s at the most", "bad_request")
        until_s = self._clock.monotonic_s() + call.timeout_s
        request = read_request(call)
        for _ in range(HTTP_REDIRECTS + 1):
            await self._turn(until_s)
            reply = await self._exchanged(request, until_s, call.timeout_s)
            onward = following(request, reply.status, reply.headers)
            if onward is None:
                return _answered(reply)
            request = onward
        raise AdapterError(f"the answers redirect more than {HTTP_REDIRECTS} times", "bad_answer")

    async def _turn(self, until_s: float) -> None:
        """Wait until the rate allows a request. Raises: AdapterError("rate_limited")."""
        now_s = self._clock.monotonic_s()
        wait_s = self._rate.due_s(now_s)
        if wait_s > 0 and now_s + wait_s >= until_s:  # no time and no wait is a time-out
            raise AdapterError(
                f"this worker may make {self._per_minute:,} requests a minute; "
                f"the next one in {wait_s:.1f} s",
                "rate_limited",
            )
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._rate.take(self._clock.monotonic_s())

    async def _exchanged(self, request: Outgoing, until_s: float, timeout_s: float) -> Reply:
        with failures():
            built = self._client.build_request(
                request.method,
                request.url,
                headers=list(request.headers),
                content=request.body or None,
            )
        rest_s = until_s - self._clock.monotonic_s()
        try:
            return await exchange(
                self._client, built, limit_bytes=HTTP_BODY_BYTES, timeout_s=rest_s
            )
        except AdapterError as error:
            if error.code != "timeout":
                raise
            raise AdapterError(
                f"no whole answer from {request.url.host} within {timeout_s:g} s", "timeout"
            ) from None


def _answered(reply: Reply) -> bytes:
    headers: dict[str, str] = {}
    for name, value in reply.headers.multi_items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    head = {"status": reply.status, "headers": headers, "url": str(reply.url)}
    return json_bytes(head) + b"\n" + reply.body


def read_request(call: m.HttpRequest) -> Outgoing:
    """Judge all of a request that can be judged without a look-up.

    Raises: AdapterError("bad_request").
    """
    method = call.method.upper() if len(call.method) <= 20 else ""
    if method not in METHODS:
        raise AdapterError(
            f"{call.method[:20]!r} is not a method of ctx.http; it has {', '.join(METHODS)}",
            "bad_request",
        )
    if len(call.body) > HTTP_REQUEST_BYTES:
        raise AdapterError(
            f"the body of a request has {HTTP_REQUEST_BYTES:,} bytes at the most", "bad_request"
        )
    size = sum(len(name) + len(value) for name, value in call.headers)
    if size > HTTP_REQUEST_HEADER_BYTES:
        raise AdapterError(
            f"the headers have {size:,} characters; the limit is {HTTP_REQUEST_HEADER_BYTES:,}",
            "bad_request",
        )
    seen: set[str] = set()
    for name, value in call.headers:
        _judge_header(name, value, seen)
    headers = tuple((name, value.strip(" \t")) for name, value in call.headers)
    return Outgoing(method, read_url(call.url), headers, call.body)


def _judge_header(name: str, value: str, seen: set[str]) -> None:
    if not _NAME.fullmatch(name):
        raise AdapterError(f"{name[:80]!r} cannot be a header's name", "bad_request")
    # Servers behind CGI and its heirs take an underscore for a hyphen.
    known = name.lower().replace("_", "-")
    if known in _OURS or known.startswith("proxy-"):
        raise AdapterError(f"the header {name} is the host's to write", "bad_request")
    if known in seen:
        raise AdapterError(f"the header {name} is there twice", "bad_request")
    if not _VALUE.fullmatch(value):
        raise AdapterError(
            f"the header {name} holds characters that are not printable ASCII", "bad_request"
        )
    seen.add(known)


KIND = Kind(
    name="http",
    summary="HTTP and HTTPS requests to public addresses, or to the hosts that you name.",
    settings=HttpSettings,
    worker=HttpAdapter,
    keyless=True,
    raw=True,
    reaching=frozenset({"private", "proxy", "ca_file"}),
)
