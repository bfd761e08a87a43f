"""Bodies that are too long for the memory: taken piece by piece, and given so.

And the one rule for what a client is handed to keep: it is saved, never shown, for it may be a page
that acts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import IO, Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import ClientDisconnect

from cellblock.api.problems import Problem
from cellblock.api.visit import allow_body
from cellblock.limits import UPLOAD_S

PIECE_BYTES = 256_000


class _Rest(Convertor[str]):
    """All that is left of an address, line feeds too."""

    regex = "(?s:.+)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest", _Rest())


def binary(media_type: str, *, required: bool = True) -> dict[str, Any]:
    """Describe a body of bytes, for ``openapi_extra``."""
    schema = {"type": "string", "format": "binary"}
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema}}}}


def saved(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Describe an answer of bytes, for ``responses``."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": "The bytes.", "content": {media_type: {"schema": schema}}}}


async def pieces(request: Request, most_bytes: int | None) -> AsyncIterator[bytes]:
    """Give the body as it comes, in `UPLOAD_S`; None: as long and as fast as any other.

    Raises: Problem 413, 408; 400 if it breaks off.
    """
    if most_bytes is not None:
        allow_body(request, most_bytes, UPLOAD_S)
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        raise Problem(400, "broken-off", "the body ended before its end") from None


def attachment(file: IO[bytes], size: int, name: str, media_type: str) -> StreamingResponse:
    """Answer with *size* bytes of a file that is closed afterwards."""
    headers: Mapping[str, str] = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
    }
    return StreamingResponse(_read(file, size), media_type=media_type, headers=headers)


async def _read(file: IO[bytes], size: int) -> AsyncIterator[bytes]:
    with file:
        while size > 0 and (piece := await asyncio.to_thread(file.read, min(size, PIECE_BYTES))):
            size -= len(piece)
            yield piece
