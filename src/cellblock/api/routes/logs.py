"""Log lines: pages of them, and a stream that goes on where a reader left off."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Annotated, Literal

import msgspec
from fastapi import Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from cellblock.api import models_workers as m
from cellblock.api.access import Inside, WorkspaceName, reader
from cellblock.api.described import Answers, problems
from cellblock.api.doors import Doors
from cellblock.api.following import Reader, Wish
from cellblock.api.paging import LARGEST, LIMIT, Cursor, Limit, Moment, after_number, page_of
from cellblock.api.problems import Problem
from cellblock.api.router import Router
from cellblock.api.streaming import stays, unless_ending
from cellblock.api.views import line_view
from cellblock.api.workers import Ref, worker_of
from cellblock.limits import LOG_STREAMS, PAGE_ITEMS
from cellblock.store.ports import StoreFault
from cellblock.store.records import Line
from cellblock.store.service import LineQuery
from cellblock.wire.messages import Level

router = Router(
    prefix="/api/v1/workspaces/{workspace}", tags=["logs"], dependencies=[Depends(reader)]
)
Order = Literal["newest", "oldest"]
BEAT_S = 15.0
"""Time after which a stream with nothing to tell says so; its token is looked at as often."""
LevelWanted = Annotated[Level | None, Query(description="This level, or a worse one.")]
Contains = Annotated[
    str | None, Query(min_length=1, max_length=200, description="Text that a message holds.")
]
_STREAM: Answers = {
    200: {
        "description": "Events: `line` with a log line as JSON, whose id the event has too.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class Asked:
    """Which lines."""

    def __init__(
        self,
        level: LevelWanted = None,
        contains: Contains = None,
        since: Annotated[Moment | None, Query(description="Written then or later.")] = None,
        until: Annotated[Moment | None, Query(description="Written then or earlier.")] = None,
        order: Annotated[Order, Query(description="Which come first.")] = "newest",
    ) -> None:
        self.order = order
        self._level = level
        self._contains = contains
        self._since = since
        self._until = until

    def query(self, workspace: str, worker: str | None) -> LineQuery:
        """Give the query for these."""
        return LineQuery(
            workspace=workspace,
            worker=worker,
            level=self._level,
            contains=self._contains,
            since=self._since,
            until=self._until,
        )


class Begin:
    """Where a stream begins, and what of the lines it tells."""

    def __init__(
        self,
        level: LevelWanted = None,
        contains: Contains = None,
        tail: Annotated[
            int, Query(ge=0, le=PAGE_ITEMS, description="Lines of before that come first.")
        ] = 0,
        after: Annotated[
            int | None, Query(ge=0, le=LARGEST, description="All lines after this id come first.")
        ] = None,
        last_event_id: Annotated[
            int | None, Header(ge=0, le=LARGEST, description="The same, as browsers send it.")
        ] = None,
    ) -> None:
        self.level = level
        self.contains = contains
        self.tail = tail
        self.last = last_event_id if last_event_id is not None else after


@router.get("/logs", name="log.list-all")
async def all_logs(
    workspace: WorkspaceName,
    doors: Inside,
    asked: Annotated[Asked, Depends()],
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.Lines:
    """List the log lines of all workers of a workspace."""
    return await _page(doors, asked.query(workspace, None), asked, cursor, limit)


@router.get("/workers/{worker}/logs", name="log.list")
async def logs(
    ref: Ref,
    doors: Inside,
    asked: Annotated[Asked, Depends()],
    cursor: Cursor = None,
    limit: Limit = LIMIT,
) -> m.Lines:
    """List the log lines of a worker."""
    await worker_of(doors, ref)
    return await _page(doors, asked.query(ref.workspace, ref.name), asked, cursor, limit)


async def _page(
    doors: Doors, query: LineQuery, asked: Asked, cursor: str | None, limit: int
) -> m.Lines:
    place = after_number(cursor)
    if asked.order == "oldest":
        query = msgspec.structs.replace(query, after=place or 0, limit=limit + 1)
        rows = await doors.stores.chronicle.lines(query)
    else:
        query = msgspec.structs.replace(query, before=place, limit=limit + 1)
        rows = (await doors.stores.chronicle.lines(query))[::-1]
    return page_of(rows, limit, lambda line: line.id, line_view)


@router.get(
    "/logs/stream",
    name="log.follow-all",
    response_class=StreamingResponse,
    responses=_STREAM | problems(429),
)
async def follow_all(
    workspace: WorkspaceName, doors: Inside, begin: Annotated[Begin, Depends()], request: Request
) -> StreamingResponse:
    """Follow the log lines of all workers of a workspace, as server-sent events."""
    wish = Wish(workspace=workspace, worker=None, level=begin.level, contains=begin.contains)
    return _follow(doors, wish, begin, request)


@router.get(
    "/workers/{worker}/logs/stream",
    name="log.follow",
    response_class=StreamingResponse,
    responses=_STREAM | problems(429),
)
async def follow(
    ref: Ref, doors: Inside, begin: Annotated[Begin, Depends()], request: Request
) -> StreamingResponse:
    """Follow the log lines of a worker, as server-sent events.

    With `Last-Event-ID` or `after` a reader goes on where it left off: no line is missing, and none
    comes twice.
    """
    await worker_of(doors, ref)
    wish = Wish(
        workspace=ref.workspace, worker=ref.name, level=begin.level, contains=begin.contains
    )
    return _follow(doors, wish, begin, request)


def _follow(doors: Doors, wish: Wish, begin: Begin, request: Request) -> StreamingResponse:
    own, free = doors.tail.of(wish.workspace), LOG_STREAMS - len(doors.tail)
    if own >= free:  # none takes more than it leaves, so that each workspace finds some
        raise Problem(
            429,
            "too-many-streams",
            f"{own} streams of this workspace are open already, and {free} are left for all",
            "close some, or read pages",
            headers={"Retry-After": "5"},
        )
    events = _events(doors, wish, begin, request)
    # A proxy that gathers answers would hold back the lines of a quiet worker.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _events(doors: Doors, wish: Wish, begin: Begin, request: Request) -> AsyncIterator[bytes]:
    """Give events until the client leaves, its token ends, the service ends or the store fails.

    In every case the client may come again and go on.
    """
    looked_s = doors.clock.monotonic_s()
    with suppress(StoreFault), doors.tail.follow(wish, wish.workspace) as follower:
        reader = Reader(wish, follower, doors.stores.chronicle, begin.last)
        before = await reader.newest(begin.tail) if begin.last is None and begin.tail else []
        yield b": here\n\n" + _text(before)
        while (lines := await unless_ending(request, reader.next(BEAT_S))) is not None:
            if not lines or doors.clock.monotonic_s() - looked_s >= BEAT_S:
                looked_s = doors.clock.monotonic_s()
                if not await stays(request):
                    return
            yield _text(lines) or b": still here\n\n"


def _text(lines: Iterable[Line]) -> bytes:
    """Write events in ASCII alone, for some readers end a line at more than a line feed."""
    return b"".join(
        b"id: %d\nevent: line\ndata: %s\n\n"
        % (line.id, json.dumps(line_view(line).model_dump()).encode())
        for line in lines
    )
