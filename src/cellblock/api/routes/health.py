"""How the service is, for people and for machines that watch."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

from cellblock.api.access import Anyone, Inside, forbidden
from cellblock.api.doors import Health
from cellblock.api.models_system import SystemView
from cellblock.api.router import Router
from cellblock.api.visit import visit

router = Router(tags=["service"])
HEALTH_S = 5.0
"""Time in which the service must know how it is."""


class HealthView(BaseModel):
    """How the service is."""

    ok: bool
    problems: list[str] | None = Field(default=None, description="With a token of all workspaces.")
    facts: dict[str, Any] | None = Field(default=None, description="Likewise.")


@router.get(
    "/health",
    name="service.health",
    response_model_exclude_none=True,
    responses={503: {"model": HealthView, "description": "Something is wrong."}},
)
async def health(request: Request, response: Response, doors: Inside) -> HealthView:
    """Tell if the service is well; with a token of all workspaces also what is wrong."""
    try:
        async with asyncio.timeout(HEALTH_S):
            found = await doors.health()
    except TimeoutError:
        found = Health(ok=False, problems=("the service did not tell in time how it is",), facts={})
    response.status_code = 200 if found.ok else 503
    caller = visit(request).caller
    if caller is None or caller.token.workspace is not None:
        return HealthView(ok=found.ok, problems=None, facts=None)
    return HealthView(ok=found.ok, problems=list(found.problems), facts=dict(found.facts))


@router.get("/api/v1/system", name="service.system")
async def system(doors: Inside, caller: Anyone) -> SystemView:
    """Tell what the service is made of and stands on. Needs a token of all workspaces."""
    if caller.token.workspace is not None:
        raise forbidden("viewer", "of all workspaces")
    return SystemView.model_validate(await doors.system())


@router.get(
    "/metrics",
    name="service.metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(doors: Inside, caller: Anyone) -> Response:
    """Give the page that Prometheus reads. Needs a token of all workspaces."""
    if caller.token.workspace is not None:
        raise forbidden("viewer", "of all workspaces")
    return Response(doors.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
