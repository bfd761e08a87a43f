"""One request of an HTTP client of the host: bounded, and with a word for whatever goes wrong.

In: a client that `Web` made of what an operator lets it reach. Out: `exchange` makes one request
of it, bounded in time and size, and raises `ExchangeFailed` for whatever goes wrong on the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from cellblock.broker.adapter import AdapterError
from cellblock.broker.bodies import read_limited
from cellblock.broker.clients import USER_AGENT, Web
from cellblock.broker.reach import Reach

__all__ = [
    "USER_AGENT",
    "ExchangeFailed",
    "Reach",
    "Reply",
    "Sending",
    "Web",
    "exchange",
    "failures",
    "read_limited",
]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; *body* is decoded, *url* is where it came from.

    It prints its status alone, for asyncio prints the results of tasks in its debug mode.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    url: httpx.URL = field(repr=False)

    @property
    def media_type(self) -> str:
        """What the body is said to be, such as ``text/html``, in lower case; empty if not said."""
        told: str = self.headers.get("content-type", "")
        return told.partition(";")[0].strip().lower()


class Sending:
    """Hears from httpcore whether a request began to leave; before that it has no effect.

    A request to a proxy counts as one to the server behind it. *outer* hears it too.
    """

    def __init__(self, outer: Sending | None = None) -> None:
        self.begun = False
        self._outer = outer

    async def __call__(self, event: str, _: Any) -> None:
        """Take note of one step of the connection."""
        if event.endswith("send_request_headers.started"):
            self.begun = True
            if self._outer is not None:
                self._outer.begun = True


class ExchangeFailed(AdapterError):
    """No whole answer came. *sent* tells whether the request may have been read."""

    def __init__(self, message: str, code: str, *, sent: bool) -> None:
        super().__init__(message, code)
        self.sent = sent


async def exchange(
    client: httpx.AsyncClient,
    request: httpx.Request,
    *,
    limit_bytes: int,
    timeout_s: float,
    heard: Sending | None = None,
) -> Reply:
    """Send one request and read its answer whole, all within *timeout_s*.

    Any status is an answer. *heard* is told at once when the request begins to leave, for who may
    be cancelled. Raises: ExchangeFailed with the code "timeout", "blocked", "network", "tls",
    "bad_answer", "too_large" or "bad_request".
    """
    sending = Sending(heard)
    request.extensions["trace"] = sending
    try:
        with failures():
            response, body = await _exchanged(client, request, limit_bytes, timeout_s)
    except AdapterError as error:
        raise ExchangeFailed(str(error), error.code, sent=sending.begun) from error
    return Reply(response.status_code, response.headers, body, request.url)


async def _exchanged(
    client: httpx.AsyncClient, request: httpx.Request, limit_bytes: int, timeout_s: float
) -> tuple[httpx.Response, bytes]:
    try:
        async with asyncio.timeout(timeout_s):
            response = await client.send(request, stream=True)
            try:
                return response, await read_limited(response, limit_bytes)
            finally:
                await response.aclose()
    except TimeoutError:
        raise AdapterError(f"no whole answer within {timeout_s:g} s", "timeout") from None


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turn whatever a request of httpx raises into `AdapterError`.

    The texts hold no URL and no header, for those may hold a secret.
    """
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise _told(error) from error


_TOLD: tuple[tuple[type[Exception], str, str], ...] = (
    (httpx.TimeoutException, "the server did not answer in time", "timeout"),
    (TimeoutError, "the server did not answer in time", "timeout"),
    (httpx.ProxyError, "the proxy did not let the request through", "network"),
    (httpx.RemoteProtocolError, "the server's answer is not HTTP", "bad_answer"),
    (httpx.ConnectError, "the connection failed", "network"),
    (httpx.NetworkError, "the connection broke", "network"),
    (OSError, "the connection broke", "network"),
)
_ENDED = ("closed connection", "disconnected")
"""How h11 and httpcore name an end that came too early, which they call a breach of HTTP."""


def _told(error: Exception) -> AdapterError:
    secure = _cause(error, lambda step: isinstance(step, ssl.SSLError) and not _waits(step))
    if secure is not None:
        why = getattr(secure, "verify_message", "") or secure.reason or "it broke off"
        return AdapterError(f"TLS with the server failed: {why}"[:300], "tls")
    if isinstance(error, httpx.RemoteProtocolError) and any(
        words in str(error) for words in _ENDED
    ):
        return AdapterError("the connection ended before the answer did", "network")
    for kind, text, code in _TOLD:
        if isinstance(error, kind):
            system = _cause(error, lambda step: isinstance(step, OSError) and not _waits(step))
            reason = system.strerror if system is not None and code == "network" else None
            return AdapterError(f"{text}: {reason}" if reason else text, code)
    return AdapterError("the request is not one that HTTP can carry", "bad_request")


def _waits(error: BaseException) -> bool:
    """Tell whether an error of TLS says no more than that the bytes came to an end."""
    return isinstance(
        error,
        (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLZeroReturnError, ssl.SSLEOFError),
    )


def _cause(error: BaseException, fits: Callable[[BaseException], bool]) -> Any:
    """Find the first that *fits* among an error and those that it came from."""
    step: BaseException | None = error
    while step is not None:
        if fits(step):
            return step
        step = step.__cause__ or step.__context__
    return None
