"""The audit log: who did what."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Query
from pydantic import BaseModel

from cellblock.api.access import Anyone, Inside, forbidden
from cellblock.api.paging import LIMIT, Cursor, Limit, Page, after_number, page_of
from cellblock.api.problems import missing
from cellblock.api.router import Router
from cellblock.names import NAME_PATTERN
from cellblock.store.records import Audit

router = Router(prefix="/api/v1/audit", tags=["audit"])


class AuditView(BaseModel):
    """One thing that was done, or refused."""

    id: int
    at: float
    actor: str
    action: str
    workspace: str | None
    target: str
    detail: dict[str, Any]
    status: int


def _view(entry: Audit) -> AuditView:
    return AuditView(**msgspec.structs.asdict(entry))


@router.get("", name="audit.list")
async def audit(
    doors: Inside,
    caller: Anyone,
    workspace: Annotated[str | None, Query(pattern=NAME_PATTERN)] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> Page[AuditView]:
    """List who did what, the newest first. Needs an administrator."""
    if not caller.may("admin"):
        raise forbidden("admin")
    if workspace is not None and not caller.sees(workspace):
        raise missing("workspace", workspace)
    of = workspace or caller.token.workspace
    rows = await doors.stores.audit.audit(of, after_number(cursor), limit + 1)
    return page_of(rows, limit, lambda entry: entry.id, _view)
