"""The dicts that calls of ctx answer, by key, as worker code holds them.

They are types alone, for type checkers and for the stubs of `ctx`: nothing is checked against them
at run time. A call that fails answers ``{"error", "code"}`` instead.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict

Lamp: TypeAlias = Literal["ok", "warn", "error", "idle", "busy"]
"""States of a status widget, which `ctx.monitor` takes and the host judges."""
Stop: TypeAlias = Literal["end", "length", "filtered", "other"]
"""Why a model's answer ended."""


class FileContent(TypedDict):
    """What `ctx.files.read` gives."""

    path: str
    content: str
    size: int
    eof: bool


class FileWritten(TypedDict):
    """What `ctx.files.write` gives: the size that the file has now."""

    path: str
    size: int


class FileEntry(TypedDict):
    """A file in a list; *modified* is in seconds since 1970 (UTC)."""

    path: str
    size: int
    modified: float


class FileList(TypedDict):
    """What `ctx.files.list` gives; *used* and *limit* are bytes of the whole workspace."""

    files: list[FileEntry]
    used: int
    limit: int


class FileDeleted(TypedDict):
    """What `ctx.files.delete` gives."""

    path: str


class HttpAnswer(TypedDict):
    """What `ctx.http` gives for an answer of any status."""

    status: int
    ok: bool
    headers: dict[str, str]
    text: str
    json: Any
    url: str


class TickEvent(TypedDict):
    """An event from outside: the hook's name, when it came, and the JSON value that came."""

    hook: str
    received_at: float
    body: Any


class Rendered(TypedDict):
    """What `ctx.monitor` gives: how many widgets are shown now."""

    widgets: int


class LlmUsage(TypedDict):
    """Tokens of one call; *estimated* at the worst if the server told none."""

    input_tokens: int
    output_tokens: int
    estimated: bool


class LlmAnswer(TypedDict):
    """What `ctx.llm.ask` gives: what the model said, and why it ended there."""

    text: str
    usage: LlmUsage
    model: str
    stop: Stop
