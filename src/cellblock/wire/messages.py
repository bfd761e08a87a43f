"""Everything that can cross the wall, and nothing else.

A worker says `Up` messages, the host `Down` messages. Structs are tagged by class name, unknown
fields are refused, and values of worker code travel as JSON text, so that the host need not build
an object to pass one on. To add a ctx method: a call here, a method in ``inside/ctx.py``, an
adapter in ``broker/adapters/``, a line in the contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from cellblock.limits import (
    DIAGNOSTICS,
    FAILURE_TEXT_CHARACTERS,
    HTTP_REQUEST_HEADERS,
    LOG_BATCH_MESSAGES,
    LOG_MESSAGE_CHARACTERS,
)

Level = Literal["debug", "info", "warn", "error"]
Encoding = Literal["utf-8", "base64"]
FailureKind = Literal["error", "timeout", "memory"]
Phase = Literal["setup", "tick", "on_error"]
RefusalKind = Literal["TypeError", "ValueError", "RuntimeError"]
"""Exceptions that a ctx call can raise."""

Short = Annotated[str, msgspec.Meta(max_length=300)]
"""A word or a sentence of ours; longer is a breach, for our own code never sends it."""
GIVEN_CHARACTERS = 20_000
Given = Annotated[str, msgspec.Meta(max_length=GIVEN_CHARACTERS)]
"""A key, a path, a URL, a header, as worker code gave it. No call takes one nearly so long, so our
own code cuts it there, and the call is refused for its length; longer is a breach."""
Text = Annotated[str, msgspec.Meta(max_length=LOG_MESSAGE_CHARACTERS)]
LongText = Annotated[str, msgspec.Meta(max_length=FAILURE_TEXT_CHARACTERS)]
if TYPE_CHECKING:
    Body = bytes | memoryview
else:  # whoever reads a message gets a view of its frame, which saves a copy
    Body = memoryview

REFUSE = "__refuse__"
"""The builtin that the use of a blocked name is compiled to."""


class Message(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """The shape that all messages share."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a message, never sent alone."""


# Pieces


class Line(Part, frozen=True):
    """One log line; *at* is in seconds since 1970 by the worker's clock."""

    level: Level
    message: Text
    at: float


class FailureReport(Part, frozen=True):
    """Why code did not end well, in bounded plain text."""

    kind: FailureKind
    type: Short
    message: Text
    traceback: LongText


class PastFailure(Part, frozen=True):
    """A failure that the process of before died of, told to `on_error` in the process of now."""

    kind: Literal["exception", "timeout", "memory", "crash"]
    message: str
    traceback: str


class Diagnostic(Part, frozen=True):
    """One finding of a check. *line* counts from 1, *column* from 1."""

    severity: Literal["error", "warning"]
    line: int
    column: int
    code: Short
    message: Text
    hint: Text


class Refusal(Part, frozen=True):
    """An exception that the ctx call raises in the worker."""

    type: RefusalKind
    message: str


class Language(Part, frozen=True):
    """The builtins and modules that a worker sees; the zygote holds it under its *name*.

    *hints* maps a blocked builtin to the sentence its use raises. *full* lifts both lists: all
    builtins, and *modules* handed out as they are instead of as facades.
    """

    name: str
    full: bool
    builtins: tuple[str, ...]
    modules: tuple[str, ...]
    hints: dict[str, str]


class TickFacts(Part, frozen=True):
    """What `ctx.tick` tells; times in seconds since 1970 by the host's clock."""

    n: int
    planned_at: float
    started_at: float
    late_s: float
    skipped: int
    deadline_s: float
    events: bytes = b""
    """JSON text of a list of `answers.TickEvent`, see `events_json`; empty for none."""


# Calls: one per ctx method


class StateGet(Message, frozen=True):
    """`ctx.state.get`: answers the value's JSON text, or nothing."""

    key: Given


class StateSet(Message, frozen=True):
    """`ctx.state.set`: *value* is JSON text."""

    key: Given
    value: bytes


class StateDelete(Message, frozen=True):
    """`ctx.state.delete`: answers nothing, whether or not there was one."""

    key: Given


class StateKeys(Message, frozen=True):
    """`ctx.state.keys`, in pages: a JSON list of keys that sort after *after*."""

    after: Given


class StatePage(Message, frozen=True):
    """`ctx.state.get_all`, in pages: keys that sort after *after*."""

    after: Given


class FilesRead(Message, frozen=True):
    """`ctx.files.read`; *offset* and *limit* in bytes, *whole* if the code named neither."""

    path: Given
    offset: int
    limit: int
    whole: bool
    encoding: Encoding


class FilesWrite(Message, frozen=True):
    """`ctx.files.write`."""

    path: Given
    content: bytes
    append: bool


class FilesList(Message, frozen=True):
    """`ctx.files.list`, in pages: files whose path begins with *prefix* and sorts after *after*."""

    prefix: Given
    after: Given


class FilesDelete(Message, frozen=True):
    """`ctx.files.delete`."""

    path: Given


class HttpRequest(Message, frozen=True):
    """`ctx.http.request`: answers JSON of ``{"error", "code"}``, or of ``{"status", "headers",
    "url"}`` and behind it a line feed and the body's bytes.
    """

    method: Short
    url: Given
    headers: Annotated[
        tuple[tuple[Given, Given], ...], msgspec.Meta(max_length=HTTP_REQUEST_HEADERS)
    ]
    body: bytes
    timeout_s: float


class AdapterCall(Message, frozen=True):
    """A method of an embedder's own adapter; *arguments* is JSON ``[[…], {…}]``.

    Both names are the host's own words, from `Load`; it keeps them for as long as the tick.
    """

    adapter: Short
    method: Short
    arguments: Body


Call = (
    StateGet
    | StateSet
    | StateDelete
    | StateKeys
    | StatePage
    | FilesRead
    | FilesWrite
    | FilesList
    | FilesDelete
    | HttpRequest
    | AdapterCall
)


# Worker to host


class Jailed(Message, frozen=True):
    """The steps are done. *canaries* maps each forbidden call tried to the error it got."""

    canaries: Annotated[dict[Short, Short], msgspec.Meta(max_length=50)]


class Unjailed(Message, frozen=True):
    """A step failed, and the process ends; the reason is for the operator."""

    reason: Text


class Sealed(Message, frozen=True):
    """The process is no longer dumpable and waits for its source."""


class Loaded(Message, frozen=True):
    """The module's body ran; which of the optional functions it has."""

    has_setup: bool
    has_on_error: bool


class Log(Message, frozen=True):
    """A batch of log lines; needs no answer."""

    lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=LOG_BATCH_MESSAGES)]


class Ask(Message, frozen=True):
    """One ctx call; the worker waits for the `Answer` of the same *serial*."""

    serial: int
    call: Call


class Finished(Message, frozen=True):
    """The order was carried out."""


class Failed(Message, frozen=True):
    """The order ended in an exception of the worker's code."""

    failure: FailureReport


class Diagnosed(Message, frozen=True):
    """The end of a check."""

    findings: Annotated[tuple[Diagnostic, ...], msgspec.Meta(max_length=DIAGNOSTICS)]


Up = Jailed | Unjailed | Sealed | Loaded | Log | Ask | Finished | Failed | Diagnosed


# Host to worker


class Seal(Message, frozen=True):
    """The host has seen the descriptors: become undumpable."""

    waits: bool = False
    """Whether the source will be long in coming, so that the cell may make itself ready for it."""


class Load(Message, frozen=True):
    """The first byte of worker code. *script* runs it as a whole, with no `tick` asked for."""

    source: str
    filename: str
    script: bool
    language: str
    config: bytes
    adapters: dict[str, tuple[str, ...]]
    """Own adapters and their methods."""
    connected: tuple[str, ...]
    """The value of `ctx.connected`."""
    tick: TickFacts
    """What `ctx.tick` tells while the source is loaded."""


class Check(Message, frozen=True):
    """Read a source without running it."""

    source: str
    language: str


class Run(Message, frozen=True):
    """Call one of the worker's functions; *failure* belongs to `on_error` in a fresh process."""

    phase: Phase
    tick: TickFacts | None
    failure: PastFailure | None


class Answer(Message, frozen=True):
    """The end of an `Ask`: JSON text, nothing, or a refusal that the call raises."""

    serial: int
    value: bytes | None
    refusal: Refusal | None


Down = Seal | Load | Check | Run | Answer
