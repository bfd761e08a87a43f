"""The door of the API: a token is looked at before a byte of a body is read, and the audit log is
written before a changing request is answered.

All under ``/api/v1`` needs a token or a session, but for the door at which sessions begin;
elsewhere one is believed if it is shown (`/health`).
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cellblock.api import cookies
from cellblock.api.access import Gate, unknown
from cellblock.api.audit import Ledger
from cellblock.api.problems import Problem
from cellblock.api.visit import Visit

PREFIX = "/api/v1"
LOGIN = ("POST", f"{PREFIX}/session")
"""Where a session begins: what is shown besides counts for nothing."""
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_LOOKS = frozenset(("source.check",))
"""Routes that change nothing, and have a body; an editor asks one with every word that is typed."""


class Entry:
    """ASGI middleware inside the shield."""

    def __init__(self, app: ASGIApp, gate: Gate, ledger: Ledger) -> None:
        self._app = app
        self._gate = gate
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        here: Visit = scope["cellblock"]
        await self._let_in(scope, here)
        if scope["method"] not in _CHANGING:
            await self._app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._note(scope, here, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            await self._note(scope, here, 500)
            raise

    async def _let_in(self, scope: Scope, here: Visit) -> None:
        path = scope["path"]
        if path.startswith("/hooks/"):
            # The key in the address is the proof; what its senders show besides is not ours.
            return
        if (scope["method"], path) == LOGIN:
            return
        try:
            here.caller = await self._gate.enter(scope, here.address)
            inside = path == PREFIX or path.startswith(f"{PREFIX}/")
            if here.caller is None and inside:
                raise unknown()
        except Problem as problem:
            if not _looked_only(scope):
                await self._ledger.refused(here, problem.status_code)
            raise

    async def _note(self, scope: Scope, here: Visit, status: int) -> None:
        route = scope.get("route")
        if route is None or status == 405 or route.name in _LOOKS:
            return
        if scope["path"].startswith("/hooks/"):
            # Strangers' events are counted by the metrics; each of them here would be a flood.
            return
        values = scope.get("path_params", {})
        here.workspace = here.workspace or values.get("workspace")
        target = "/".join(str(value) for name, value in values.items() if name != "workspace")
        await self._ledger.note(here, route.name, target, status)


def _looked_only(scope: Scope) -> bool:
    """Tell whether a request shows nothing and changes nothing: a page asks so who is logged in."""
    shows = any(name == b"authorization" for name, _ in scope["headers"])
    return scope["method"] == "GET" and not shows and cookies.shown(scope) is None
