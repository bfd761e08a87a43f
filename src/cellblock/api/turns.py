"""What requests take turns at, so that many at once do not use up the machine."""

from __future__ import annotations

import asyncio

from fastapi import Request

CHECKS_AT_ONCE = 2
"""Sources that are read at a time, each in a process of its own."""
UPLOADS_AT_ONCE = 2
"""Files that a workspace is sent at a time; each may be as large as its quota."""


class Turns:
    """One for each application."""

    def __init__(self) -> None:
        self.checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._uploads: dict[str, asyncio.Semaphore] = {}

    def uploads(self, workspace: str) -> asyncio.Semaphore:
        """Give what uploads to a workspace wait for."""
        return self._uploads.setdefault(workspace, asyncio.Semaphore(UPLOADS_AT_ONCE))


def turns(request: Request) -> Turns:
    """Give those of the application."""
    found: Turns = request.app.state.turns
    return found
