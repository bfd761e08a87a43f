"""The routes, one file for each thing that has an address.

A router writes its whole prefix, and names each route by thing and verb, such as
``worker.deploy``: the name is the operation's id and the action in the audit log.
"""

from __future__ import annotations

from fastapi import APIRouter

from cellblock.api.routes import (
    alerts,
    audit,
    connections,
    examples,
    files,
    health,
    hooks,
    kinds,
    live,
    logs,
    looks,
    runs,
    sessions,
    states,
    tokens,
    users,
    versions,
    wishes,
    workers,
    workspaces,
)

ROUTERS: tuple[APIRouter, ...] = (
    workspaces.router,
    workers.router,
    wishes.router,
    versions.router,
    runs.router,
    logs.router,
    looks.router,
    examples.router,
    live.router,
    states.router,
    files.router,
    connections.router,
    kinds.router,
    tokens.router,
    users.router,
    sessions.router,
    audit.router,
    alerts.router,
    hooks.router,
    hooks.arriving,
    health.router,
)
