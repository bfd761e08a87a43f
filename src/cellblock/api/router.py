"""The router that all routes are made with: it reads JSON as the standard has it (RFC 8259).

The framework's own reader lets through NaN, infinite numbers and halves of characters, which no
store keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from cellblock.api.problems import Place, Problem


class _Careful(Request):
    async def json(self) -> Any:
        """Read the body. Raises: Problem 422."""
        try:
            return msgspec.json.decode(await self.body())
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            place = Place(where="body", message="this is not JSON, or too deep")
            raise Problem(
                422, "invalid", "the request is not as it must be: body: not JSON", errors=[place]
            ) from None


class Route(APIRoute):
    """A route whose body is read with care."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await inner(_Careful(request.scope, request.receive))

        return handle


class Router(APIRouter):
    """Routes that share a prefix, which is written whole, and what else *shared* says."""

    def __init__(self, prefix: str = "", *, tags: list[str], **shared: Any) -> None:
        super().__init__(
            prefix=prefix,
            tags=[*tags],
            route_class=Route,
            generate_unique_id_function=lambda route: route.name,
            **shared,
        )
