"""The host's HTTP clients: each connects to judged addresses alone and leaves nothing behind.

In: what an operator lets a client reach. Out: an `httpx.AsyncClient` that looks up, judges and
connects by `dial`, keeps no cookies, follows no redirects, takes nothing from the environment and
logs nothing; `exchange` makes one request of it, bounded in time and size, and raises
`ExchangeFailed` for whatever goes wrong on the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.cookiejar
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request as _Request

import httpcore
import httpx

from cellblock.broker import quiet
from cellblock.broker.adapter import AdapterError
from cellblock.broker.addresses import port_of
from cellblock.broker.bodies import read_limited
from cellblock.broker.counted import Counted
from cellblock.broker.dial import Dialer, Lookup, Resolve
from cellblock.broker.reach import Gate, Reach, read_proxy
from cellblock.limits import WEB_STEP_S

__all__ = [
    "ExchangeFailed",
    "Reach",
    "Reply",
    "Sending",
    "Web",
    "exchange",
    "failures",
    "read_limited",
]

USER_AGENT = "cellblock"
_CONNECTIONS = 10


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


class Web:
    """What the HTTP clients of one host share; used on one event loop."""

    def __init__(
        self,
        *,
        resolve: Resolve | None = None,
        backend: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        quiet.install()
        self._resolve = resolve or Lookup()
        self._backend = backend or httpcore.AnyIOBackend()
        self._trust: dict[str | None, ssl.SSLContext] = {}
        self._clients: set[Client] = set()

    def client(
        self,
        rules: Reach,
        *,
        timeout_s: float = WEB_STEP_S,
        keepalive_s: float = 20.0,
        user_agent: str = USER_AGENT,
        ca_file: str | None = None,
    ) -> Client:
        """Make a client; its user closes it, or `close` does.

        *timeout_s* bounds each single step of a request; `exchange` bounds them together. *ca_file*
        names certificate authorities that are trusted beside the public ones.
        Raises: ValueError for rules that cannot be read, OSError for a file that cannot.
        """
        judge = Dialer(Gate(rules), self._resolve, self._backend)
        dialer = judge if rules.proxy is None else Dialer(None, self._resolve, self._backend)
        pool = _pool(rules.proxy, dialer, self._context(ca_file), keepalive_s)
        client = Client(
            transport=_Transport(pool, judge, dialer),
            timeout=timeout_s,
            trust_env=False,
            follow_redirects=False,
            cookies=_NoCookies(),
            headers={"user-agent": user_agent, "accept-encoding": "gzip, deflate"},
        )
        self._clients.add(client)
        client.forget = self._clients.discard
        return client

    def _context(self, ca_file: str | None) -> ssl.SSLContext:
        if ca_file not in self._trust:
            # Reading the authorities takes 20 ms, so it is done once and when it is needed.
            context = httpx.create_ssl_context(trust_env=False)
            if ca_file is not None:
                context.load_verify_locations(ca_file)
            self._trust[ca_file] = context
        return self._trust[ca_file]

    async def close(self) -> None:
        """Close every client that is still open."""
        for client in tuple(self._clients):
            await client.aclose()


class Client(httpx.AsyncClient):
    """A client that keeps to itself: what it sends and is sent reaches no logger."""

    forget: Any = None
    """Called with the client when it is closed."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send one request; see httpx. What is not streamed is not bounded: use `exchange`."""
        with quiet.quiet():
            return await super().send(request, **options)

    def _build_redirect_request(
        self, request: httpx.Request, response: httpx.Response
    ) -> httpx.Request:
        """Leave a redirect unread: httpx would read it even where it does not follow it."""
        del response
        return request

    async def aclose(self) -> None:
        """Close every connection."""
        with quiet.quiet():
            await super().aclose()
        if self.forget is not None:
            self.forget(self)


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool of ours; *judge* knows targets, *dialer* may be a proxy's."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, judge: Dialer, dialer: Dialer) -> None:
        # The constructor of the base would make a pool that dials by itself.
        self._pool = pool
        self._judge = judge
        self._dialer = dialer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send; a proxy, which dials by itself, is asked only for a target that was judged."""
        if self._dialer is not self._judge:
            host, port = request.url.raw_host.decode("ascii"), port_of(request.url)
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
                await self._judge.vet(host, port)
        await self._drop_surplus()
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        wire = response.extensions.get("network_stream")
        response.stream = _QuietStream(response.stream, wire if isinstance(wire, Counted) else None)
        return response

    async def _drop_surplus(self) -> None:
        """Close what was sent more than it was asked for: that would be read as the next answer."""
        for connection in self._pool.connections:
            if connection.is_idle() and _surplus(connection):
                await connection.aclose()

    async def aclose(self) -> None:
        """Close the pool and what is being looked up."""
        self._judge.close()
        self._dialer.close()
        await super().aclose()


def _surplus(connection: Any) -> bool:
    """Look for bytes behind the last answer; httpcore has no public way to."""
    while connection is not None:
        state = getattr(connection, "_h11_state", None)
        if state is not None:
            return bool(state.trailing_data[0])
        connection = getattr(connection, "_connection", None)
    return False


class _QuietStream(httpx.AsyncByteStream):
    """A body whose reading and closing is not logged either."""

    def __init__(self, inner: httpx.AsyncByteStream, wire: Counted | None) -> None:
        self._inner = inner
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._inner)
        while True:
            with quiet.quiet():
                part = await anext(parts, None)
            if part is None:
                return
            if self._wire is not None:
                self._wire.delivered()
            yield part

    async def aclose(self) -> None:
        """Let the connection go."""
        with quiet.quiet():
            await self._inner.aclose()


class _NoCookies(http.cookiejar.CookieJar):
    """A jar that neither keeps nor gives, and does not even read what a server says."""

    def extract_cookies(self, response: Any, request: _Request) -> None:
        """Keep nothing."""

    def add_cookie_header(self, request: _Request) -> None:
        """Give nothing."""


def _pool(
    proxy: str | None, dialer: Dialer, trust: ssl.SSLContext, keepalive_s: float
) -> httpcore.AsyncConnectionPool:
    common: dict[str, Any] = {
        "ssl_context": trust,
        "max_connections": _CONNECTIONS,
        "max_keepalive_connections": _CONNECTIONS,
        "keepalive_expiry": keepalive_s,
        "http1": True,
        "http2": False,
        "network_backend": dialer,
    }
    if proxy is None:
        return httpcore.AsyncConnectionPool(**common)
    read_proxy(proxy)
    read = httpx.Proxy(proxy)
    return httpcore.AsyncHTTPProxy(
        proxy_url=httpcore.URL(
            scheme=read.url.raw_scheme,
            host=read.url.raw_host,
            port=read.url.port,
            target=read.url.raw_path,
        ),
        proxy_auth=read.raw_auth,
        proxy_ssl_context=trust if read.url.scheme == "https" else None,
        **common,
    )


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
