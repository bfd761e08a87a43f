"""What a route that streams needs: to end when the service ends, and when its token does."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

from cellblock.api.access import Gate
from cellblock.api.visit import visit

_Result = TypeVar("_Result")


def ending(request: Request) -> asyncio.Event:
    """Give what is set when the service ends; a stream must end then."""
    found: asyncio.Event = request.app.state.ending
    return found


async def unless_ending(request: Request, wait: Coroutine[Any, Any, _Result]) -> _Result | None:
    """Wait for *wait*, or give None as soon as the service ends."""
    wanted = asyncio.ensure_future(wait)
    end = asyncio.ensure_future(ending(request).wait())
    try:
        await asyncio.wait((wanted, end), return_when=asyncio.FIRST_COMPLETED)
        return wanted.result() if wanted.done() else None
    finally:
        end.cancel()
        wanted.cancel()


async def stays(request: Request) -> bool:
    """Tell whether the token of a request is good still. Raises: StoreFault."""
    gate: Gate = request.app.state.gate
    caller = visit(request).caller
    return caller is not None and await gate.stays(caller)
