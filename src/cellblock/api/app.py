"""The HTTP API: one application, made of its doors.

In: `Doors`. Out: a FastAPI application that looks in and writes intent; the supervisor converges,
and is never called from here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from cellblock.api.access import Gate
from cellblock.api.arrivals import Arrivals, Hooked
from cellblock.api.audit import Ledger
from cellblock.api.described import described
from cellblock.api.doors import Doors
from cellblock.api.entry import Entry
from cellblock.api.leftovers import keep_sweeping
from cellblock.api.live import Rounds
from cellblock.api.logins import Logins
from cellblock.api.problems import install, scrubbed
from cellblock.api.routes import ROUTERS
from cellblock.api.sessions import Sessions
from cellblock.api.shield import Measure, Shield
from cellblock.api.turns import Turns
from cellblock.store.ports import StoreFault

DESCRIPTION = "/api/openapi.json"
KEEP_S = 60.0
"""Time between two looks at what is written down now and then."""
_logger = logging.getLogger("cellblock.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an operator chooses."""

    hosts: tuple[str, ...] = ()
    """Names by which the service may be called; () for any."""
    measure: Measure | None = None
    hooked: Hooked | None = None
    version: str = "0"
    pages: tuple[BaseRoute, ...] = ()
    """Routes beside the API's own: the dashboard's."""


def build(doors: Doors, options: Options | None = None) -> FastAPI:
    """Make the application. Its lifespan must be run: it writes down what waits."""
    chosen = options or Options()
    gate = Gate(doors.stores.tokens, Sessions(doors.stores.sessions, doors.clock), doors.clock)
    logins = Logins(gate, doors.stores.users, doors.clock)
    ledger = Ledger(doors.stores.audit, doors.clock)
    rounds = Rounds(doors)
    app = FastAPI(
        title="Cellblock",
        version=chosen.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: _kept(gate, logins, ledger, rounds, doors),
    )
    app.state.doors = doors
    app.state.gate = gate
    app.state.logins = logins
    app.state.turns = Turns()
    app.state.rounds = rounds
    app.state.arrivals = Arrivals(doors, chosen.hooked)
    app.state.ending = asyncio.Event()
    app.state.description = None
    install(app)
    for router in ROUTERS:
        # As they were made: `include_router` would make each anew (130 ms at the first request).
        app.router.routes.extend(router.routes)
    app.router.routes.extend(chosen.pages)
    app.get(DESCRIPTION, include_in_schema=False, name="api.describe")(_describe)
    app.add_middleware(Entry, gate=gate, ledger=ledger)
    allowed = partial(_allowed, chosen.pages)
    app.add_middleware(Shield, allowed=allowed, hosts=chosen.hosts, measure=chosen.measure)
    return app


def _allowed(pages: tuple[BaseRoute, ...], path: str) -> list[str]:
    found = {"OPTIONS"}
    for route in (*(route for router in ROUTERS for route in router.routes), *pages):
        if isinstance(route, APIRoute | Route) and route.path_regex.match(path):
            found |= route.methods or set()
    if path == DESCRIPTION:
        found.add("GET")
    if found == {"OPTIONS"}:
        return []
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


async def _describe(request: Request) -> Response:
    # It holds no application: the framework keeps the functions of routes for good.
    state = request.app.state
    state.description = state.description or described(request.app)
    return JSONResponse(state.description, headers={"Cache-Control": "no-cache"})


@contextlib.asynccontextmanager
async def _kept(
    gate: Gate, logins: Logins, ledger: Ledger, rounds: Rounds, doors: Doors
) -> AsyncIterator[None]:
    keepers = [
        asyncio.create_task(_keep(gate, ledger, rounds)),
        asyncio.create_task(keep_sweeping(doors)),
    ]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.wait(keepers)
        logins.passwords.close()
        await rounds.close()
        await _keep_once(gate, ledger)


async def _keep(gate: Gate, ledger: Ledger, rounds: Rounds) -> None:
    while True:
        await asyncio.sleep(KEEP_S)
        rounds.rest()
        await _keep_once(gate, ledger)


async def _keep_once(gate: Gate, ledger: Ledger) -> None:
    try:
        await gate.keep_used()
        await ledger.sum_up()
    except StoreFault as fault:
        _logger.warning("the last use of tokens could not be written: %s", scrubbed(fault))
    except Exception as error:  # noqa: BLE001 - the next minute is another
        _logger.error(  # noqa: TRY400 - without the text, which may hold a secret
            "what waits could not be written: %s", scrubbed(error)
        )
