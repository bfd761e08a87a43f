"""Who may come in, a token or a user: what it is made with, and words for where it may."""

from __future__ import annotations

from typing import Any, get_args

from cellblock.cli import values
from cellblock.errors import OperatorFault
from cellblock.names import connection_name
from cellblock.store.records import Role


def holder(
    kind: str, name: str, role: str, workspace: str | None, *, everywhere: bool
) -> dict[str, Any]:
    """Judge what was written of a new one, and give what is sent. Raises: OperatorFault."""
    values.word(role, "--role", get_args(Role))
    connection_name(name, kind)
    if everywhere == (workspace is not None):
        raise OperatorFault(
            "bad-option",
            f"a {kind} is of one workspace or of all of them",
            "write -w NAME or --all-workspaces",
        )
    return {"name": name, "role": role, "workspace": workspace}


def room(workspace: str | None) -> str:
    """Name where it may come in."""
    return f"workspace {workspace}" if workspace else "all workspaces"
