"""Which connections a worker gets, of those that are there. Pure.

In: what was asked for, as ``kind`` or ``kind=name``. Out: one name for each kind; or a fault that
says what there is, in the same words wherever it is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cellblock.broker.kind import MAIN, Kind
from cellblock.errors import OperatorFault
from cellblock.names import connection_name

There = Collection[tuple[str, str]]
"""Kind and name of each connection."""


def choose(
    wanted: Iterable[str], there: There, kinds: Mapping[str, Kind], workspace: str | None = None
) -> dict[str, str]:
    """Give the connection's name for each kind that is *wanted*.

    Without a name the connection named main is meant, or the only one. *workspace* is told with
    what is not there.

    Raises: OperatorFault("no-kind", "no-connection", "two-connections", "bad-name").
    """
    chosen: dict[str, str] = {}
    for text in wanted:
        kind, separator, written = text.partition("=")
        if kinds.get(kind) is None:
            raise no_kind(kind, kinds)
        if kind in chosen:
            raise OperatorFault(
                "two-connections", f"{kind} is wanted twice", "a worker has one of each kind"
            )
        names = _names(kind, there)
        name = connection_name(written) if separator else usual(kind, there)
        if name is None and names:
            raise OperatorFault(
                "no-connection",
                f"there are the {kind} connections {', '.join(names)}{_where(workspace)}",
                f"name one, as in {kind}={names[0]}",
            )
        if name is None or name not in names:
            raise missing(kind, name or MAIN, there, workspace)
        chosen[kind] = name
    return chosen


def usual(kind: str, there: There) -> str | None:
    """Give the name that is meant where none is written; None if there are none, or several."""
    names = _names(kind, there)
    return MAIN if MAIN in names else names[0] if len(names) == 1 else None


def missing(
    kind: str, name: str, there: There, workspace: str | None = None, server: str | None = None
) -> OperatorFault:
    """Say that a connection is not there, and which are, or the command that makes it."""
    names = _names(kind, there)
    command = f"cellblock connect {kind}{'' if name == MAIN else f' --name {name}'}"
    if workspace not in {None, "default"}:
        command += f" --workspace {workspace}"
    if server:
        command += f" --server {server}"
    return OperatorFault(
        "no-connection",
        f"there is no {kind} connection {name}{_where(workspace, server)}",
        f"there are {', '.join(names)}" if names else f"make it: `{command}`",
    )


def _where(workspace: str | None, server: str | None = None) -> str:
    text = "" if workspace is None else f" in workspace {workspace}"
    return f"{text} of {server}" if server else text


def no_kind(name: str, kinds: Iterable[str]) -> OperatorFault:
    """Say that there is no such kind, and which there are."""
    return OperatorFault(
        "no-kind",
        f"there is no kind of connection {name[:80]!r}",
        f"the kinds here are {', '.join(sorted(kinds)) or 'none'}",
    )


def _names(kind: str, there: There) -> list[str]:
    return sorted(name for known, name in there if known == kind)
