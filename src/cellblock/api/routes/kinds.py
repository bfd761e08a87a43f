"""The kinds of adapters that can be connected, for those who draw a form."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from cellblock.api.access import Inside, anyone
from cellblock.api.router import Router
from cellblock.broker.connections import secret_names
from cellblock.broker.kind import Kind
from cellblock.broker.schema import schema_of

router = Router(prefix="/api/v1/kinds", tags=["connections"], dependencies=[Depends(anyone)])


class KindView(BaseModel):
    """A kind of adapter, and what a connection of it is made of."""

    kind: str
    about: str
    settings: dict[str, Any] = Field(description="A JSON schema; what is `writeOnly` is a secret.")
    secrets: list[str] = Field(description="Names of what is kept sealed.")
    owners_only: list[str] = Field(
        description="Settings that a token of all workspaces alone may change."
    )
    keyless: bool = Field(description="Whether workers can use it with no connection.")


class Kinds(BaseModel):
    """All kinds, by name."""

    items: list[KindView]


def _view(kind: Kind) -> KindView:
    return KindView(
        kind=kind.name,
        about=kind.summary,
        settings=schema_of(kind.settings),
        secrets=sorted(secret_names(kind)),
        owners_only=sorted(kind.reaching),
        keyless=kind.keyless,
    )


def _views(kinds: list[Kind]) -> list[KindView]:
    return [_view(kind) for kind in kinds]


@router.get("", name="kind.list")
async def kinds(doors: Inside) -> Kinds:
    """List the kinds that can be connected, built in and of plugins."""
    found = sorted(doors.kinds.values(), key=lambda kind: kind.name)
    # In a thread: their sources are read for the texts.
    return Kinds(items=await asyncio.to_thread(_views, found))
