"""Files of a workspace: listing, downloading, uploading, deleting.

Paths, quota and locks are those of ctx.files. What is downloaded is for saving: a page that a
worker wrote is never run by a browser.
"""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from cellblock.api import models_things as m
from cellblock.api.access import Inside, WorkspaceName, operator, reader
from cellblock.api.bodies import attachment, binary, pieces, saved
from cellblock.api.described import new, problems
from cellblock.api.paging import LIMIT, Cursor, Limit, after_name, cursor_of
from cellblock.api.router import Router
from cellblock.api.turns import turns
from cellblock.api.visit import note
from cellblock.broker import filing
from cellblock.limits import FILES_PATH_BYTES

router = Router(prefix="/api/v1/workspaces/{workspace}/files", tags=["files"])
BYTES = "application/octet-stream"
FilePath = Annotated[
    str, Path(min_length=1, max_length=FILES_PATH_BYTES, description="Such as `reports/today.csv`.")
]


@router.get("", name="file.list", responses=problems(507), dependencies=[Depends(reader)])
async def files(
    workspace: WorkspaceName,
    doors: Inside,
    prefix: Annotated[str, Query(max_length=FILES_PATH_BYTES)] = "",
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.FilesView:
    """List files whose path begins with *prefix*, by path."""
    found = await filing.listing(doors.files(workspace), prefix, after_name(cursor) or "", limit)
    return m.FilesView(
        items=[
            m.FileView(path=file.path, size=file.size, modified_at=file.modified_at)
            for file in found.files
        ],
        next=cursor_of(found.files[-1].path) if found.more else None,
        used_bytes=found.used_bytes,
        limit_bytes=found.limit_bytes,
    )


@router.get(
    "/{path:rest}",
    name="file.get",
    response_class=StreamingResponse,
    responses=saved(BYTES),
    dependencies=[Depends(reader)],
)
async def download(workspace: WorkspaceName, path: FilePath, doors: Inside) -> StreamingResponse:
    """Give a file's bytes."""
    descriptor, size = await filing.opened(doors.files(workspace), path)
    file = os.fdopen(descriptor, "rb", buffering=0)
    return attachment(file, size, path.rpartition("/")[2], BYTES)


@router.put(
    "/{path:rest}",
    name="file.put",
    openapi_extra=binary(BYTES, required=False),
    responses=new(m.UploadView, "The file is new.") | problems(400, 408, 413, 507),
    dependencies=[Depends(operator)],
)
async def upload(
    workspace: WorkspaceName, path: FilePath, doors: Inside, request: Request, response: Response
) -> m.UploadView:
    """Write a file whole: whoever reads it sees the old bytes or the new ones."""
    space = doors.files(workspace)
    async with turns(request).uploads(workspace):
        size, fresh = await filing.received(space, path, pieces(request, space.limit_bytes))
    note(request, bytes=size, new=fresh)
    response.status_code = 201 if fresh else 200
    return m.UploadView(path=path, size=size)


@router.delete(
    "/{path:rest}", name="file.delete", status_code=204, dependencies=[Depends(operator)]
)
async def delete(workspace: WorkspaceName, path: FilePath, doors: Inside) -> None:
    """Delete a file, and the folders that it leaves empty."""
    await filing.removed(doors.files(workspace), path)
