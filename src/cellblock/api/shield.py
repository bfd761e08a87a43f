"""The outermost layer of the API: what holds for every request, whoever asks.

It names the request, looks at its Host, bounds its body, answers HEAD and OPTIONS, turns whatever
was raised into a problem document, and adds the headers that keep browsers from harm. No path,
query, header or body reaches a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cellblock.api.problems import Problem, answer, problem_of
from cellblock.api.visit import Body, Visit

Measure = Callable[[str, str, int, float], None]
"""Told of each request: its method, its route's pattern, its status, and the seconds until its
answer began: a stream may go on for days."""

_HEADERS = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; sandbox",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}
Allowed = Callable[[str], list[str]]
"""Gives the methods that a path takes; none for one that is nowhere."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _HeadDone(OSError):
    """The headers of a HEAD are sent; a stream takes it for a client that left."""


class Shield:
    """ASGI middleware. *hosts* are the names by which the service may be called; () for any."""

    def __init__(
        self, app: ASGIApp, allowed: Allowed, hosts: tuple[str, ...], measure: Measure | None
    ) -> None:
        self._app = app
        self._allowed = allowed
        self._hosts = frozenset(host.lower() for host in hosts)
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        # From uvicorn, so an address of the socket, or of a proxy that the operator trusts.
        client = scope.get("client")
        here = Visit(
            id=secrets.token_hex(8),
            address=client[0] if client and client[0] else "local",
            body=Body(receive, scope["headers"]),
        )
        scope["cellblock"] = here
        out = _Out(send, here, scope, self._allowed)
        try:
            await self._answer(scope, here, out)
        finally:
            if self._measure is not None:
                self._measure(_known(scope["method"]), pattern(scope), out.status, out.seconds)

    async def _answer(self, scope: Scope, here: Visit, out: _Out) -> None:
        try:
            self._check_host(scope)
            _check_length(scope)
            if scope["method"] == "OPTIONS":
                await self._options(scope, here, out)
                return
            if scope["method"] == "HEAD":
                scope["method"] = "GET"
            await self._app(scope, here.body.receive, out.send)
        except _HeadDone:
            pass
        except asyncio.CancelledError:
            # The service ends and waits no longer.
            ending = Problem(503, "ending", "the service is ending", headers={"Retry-After": "5"})
            await out.refuse(scope, ending)
        except Exception as error:  # noqa: BLE001 - nothing that a request causes ends the server
            if not out.ended:
                await out.refuse(scope, problem_of(error, here.id))

    async def _options(self, scope: Scope, here: Visit, out: _Out) -> None:
        """Say what an address takes, without a token: it is in the OpenAPI page as well."""
        methods = self._allowed(scope["path"])
        if not methods:
            raise Problem(404, "not-found", "there is nothing at this address")
        response = Response(None, 204, {"Allow": ", ".join(methods)})
        await response(scope, here.body.receive, out.send)

    def _check_host(self, scope: Scope) -> None:
        """Refuse a name that is not ours: a page of another site whose name was bent to us."""
        if not self._hosts:
            return
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1 or host_name(given[0].decode("latin-1")) not in self._hosts:
            raise Problem(
                421,
                "wrong-host",
                "the service is not called by this name",
                "ask it as localhost, or start it with the name that you use",
            )


class _Out:
    """What is sent, with the headers that every answer has."""

    def __init__(self, send: Send, here: Visit, scope: Scope, allowed: Allowed) -> None:
        self._send = send
        self._here = here
        self._head = scope["method"] == "HEAD"
        self._path = scope["path"]
        self._allowed = allowed
        self._begun = time.perf_counter()
        self.status = 0
        """0 before the answer began."""
        self.seconds = 0.0
        self.ended = False
        """Whether the client is gone or the answer is whole."""

    async def send(self, message: Message) -> None:
        """Pass a message on. Raises: _HeadDone once the headers of a HEAD are out."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": await self._headers(message)}
            self.status = message["status"]
            self.seconds = time.perf_counter() - self._begun
            await self._send(message)
            return
        if self._head and message["type"] == "http.response.body":
            self.ended = True
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            raise _HeadDone
        self.ended = not message.get("more_body", False)
        await self._send(message)
        if not self.ended:
            # To a client that is gone one can send without end, and nobody else had a turn.
            await asyncio.sleep(0)

    async def refuse(self, scope: Scope, problem: Problem) -> None:
        """Answer with a problem, if no answer began."""
        if self.status:
            return
        with contextlib.suppress(_HeadDone):
            await answer(problem)(scope, self._here.body.receive, self.send)

    async def _headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        headers = [(name.lower(), value) for name, value in message.get("headers", ())]
        if message["status"] == 204:  # of which the framework says that nothing is JSON
            headers = [pair for pair in headers if pair[0] != b"content-type"]
        if message["status"] == 405:
            # The framework names the methods of one of the routes that have this path.
            methods = ", ".join(self._allowed(self._path))
            headers = [pair for pair in headers if pair[0] != b"allow"]
            headers.append((b"allow", methods.encode()))
        there = {name for name, _ in headers}
        headers += [(name, value) for name, value in _HEADERS.items() if name not in there]
        headers.append((b"x-request-id", self._here.id.encode()))
        if not await self._here.body.drained():
            headers.append((b"connection", b"close"))
        return headers


def _check_length(scope: Scope) -> None:
    """Refuse two lengths for one body: a proxy may have gone by the other (RFC 9112, 6.1)."""
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
        raise Problem(
            400,
            "two-lengths",
            "the request has both Content-Length and Transfer-Encoding",
            "send one of them",
            headers={"Connection": "close"},
        )


def host_name(value: str) -> str:
    """Give a Host header's name without its port, as it is compared."""
    name = value.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].removesuffix(".")


def pattern(scope: Scope) -> str:
    """Give the pattern of the route that took a request; a label, so none of its values."""
    route: BaseRoute | None = scope.get("route")
    return str(getattr(route, "path", "")) or "none"


def _known(method: str) -> str:
    return method if method in METHODS else "other"
