"""Workers to begin with, for those who make one."""

from __future__ import annotations

from typing import Any

from fastapi import Depends
from pydantic import BaseModel, Field

from cellblock.api.access import Inside, anyone
from cellblock.api.router import Router

router = Router(prefix="/api/v1/examples", tags=["workers"], dependencies=[Depends(anyone)])


class ExampleView(BaseModel):
    """A worker to begin with."""

    name: str = Field(description="A name for it.")
    title: str
    about: str
    source: str
    settings: dict[str, Any] = Field(description="As a deploy takes them.")
    needs: list[str] = Field(
        description="Kinds of which it uses a connection, if there is one; it ticks well without."
    )


class Examples(BaseModel):
    """All of them, the simplest first."""

    items: list[ExampleView]


@router.get("", name="example.list")
async def examples(doors: Inside) -> Examples:
    """List workers to begin with: sources, and how to run them."""
    return Examples(items=[ExampleView(**example) for example in doors.examples])
