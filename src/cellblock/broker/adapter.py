"""What an adapter is, and the two ways in which it can say no."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, runtime_checkable

import msgspec

from cellblock.wire.messages import Call, RefusalKind

Method = Callable[..., Awaitable[Any]]
"""A method of an embedder's own adapter: takes and gives JSON values."""


class Adapter(Protocol):
    """Answers the calls of one ctx namespace for one worker."""

    async def answer(self, call: Call) -> bytes | None:
        """Give the JSON text of the answer, or None for nothing.

        Raises: CallRefused for what the call must raise in the worker; HostError for what is to be
        answered, and failed by the host.
        """

    async def close(self) -> None:
        """Let go of what belongs to this worker."""


@runtime_checkable
class PromptAdapter(Adapter, Protocol):
    """An adapter that knows some answers without waiting for anything."""

    def begin(self, call: Call) -> bytes | asyncio.Future[None] | None:
        """Give what `answer` would, or a future for a change that is under way.

        The change goes on if the future is given up by all, so nobody cancels it.
        Raises: WouldWait, if the call is to be made by `answer`, and then nothing was done; what
        `answer` raises; StoreFault, also by the future.
        """


class CallRefused(Exception):
    """The call raises an exception of class *kind* in the worker, with this message.

    With *by_host* what failed is the host's own: its store or its disk.
    """

    def __init__(
        self, message: str, kind: RefusalKind = "RuntimeError", *, by_host: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.by_host = by_host


class AdapterError(Exception):
    """Raised by an adapter's method to answer ``{"error": message, "code": code}``.

    Any other exception is answered with its class alone, for its text may hold what a worker must
    not read.
    """

    def __init__(self, message: str, code: str = "adapter") -> None:
        super().__init__(message)
        self.code = code


class HostError(AdapterError):
    """An `AdapterError` for what is the host's own: its store or its disk failed."""


def json_bytes(value: Any) -> bytes:
    """Encode an answer."""
    return msgspec.json.encode(value)


def error_answer(message: str, code: str) -> bytes:
    """Encode the answer of a call that failed at the far side or at a limit."""
    return json_bytes({"error": message, "code": code})
