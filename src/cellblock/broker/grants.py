"""What a worker may ask for. Pure: a table of call types, and the names that were granted."""

from __future__ import annotations

from cellblock.wire import messages as m

NAMESPACES: dict[type[m.Message], str] = {
    m.StateGet: "state",
    m.StateSet: "state",
    m.StateDelete: "state",
    m.StateKeys: "state",
    m.StatePage: "state",
    m.FilesRead: "files",
    m.FilesWrite: "files",
    m.FilesList: "files",
    m.FilesDelete: "files",
    m.HttpRequest: "http",
}
"""Call to the ctx namespace that it belongs to; an `AdapterCall` names its own."""

METHODS: dict[type[m.Message], str] = {
    m.StateGet: "get",
    m.StateSet: "set",
    m.StateDelete: "delete",
    m.StateKeys: "keys",
    m.StatePage: "get_all",
    m.FilesRead: "read",
    m.FilesWrite: "write",
    m.FilesList: "list",
    m.FilesDelete: "delete",
    m.HttpRequest: "request",
}
"""Call to the method of ctx that it is of; an `AdapterCall` names its own."""


def namespace(call: m.Call) -> str:
    """Tell which adapter a call is for."""
    return call.adapter if isinstance(call, m.AdapterCall) else NAMESPACES[type(call)]


def judge(call: m.Call, granted: dict[str, tuple[str, ...]]) -> str | None:
    """Give the reason why *call* may not be made, or None if it may.

    *granted* maps each adapter to the methods of an own adapter, or to () for a built-in one.
    """
    name = namespace(call)
    if name not in granted:
        return f"ctx.{name[:80]} is not connected to this worker"
    if isinstance(call, m.AdapterCall) and call.method not in granted[name]:
        return f"ctx.{name} has no method {call.method[:80]!r}"
    return None
