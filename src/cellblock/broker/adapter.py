"""What an adapter is, and the two ways in which it can say no."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from cellblock.wire.messages import Call


class Adapter(Protocol):
    """Answers the calls of one ctx namespace for one worker."""

    async def answer(self, call: Call) -> bytes | None:
        """
        Give the JSON text of the answer, or None for nothing.

        Raises: CallRefused for what the call must raise in the worker.
        """

    async def close(self) -> None:
        """Let go of what belongs to this worker."""


class CallRefused(Exception):  # noqa: N818 - a refusal is no error of the host
    """The call raises an exception of *type* in the worker, with this message."""

    def __init__(
        self, message: str, type: Literal["TypeError", "ValueError", "RuntimeError"] = "RuntimeError"
    ) -> None:
        super().__init__(message)
        self.type = type


class AdapterError(Exception):
    """
    Raised by an embedder's adapter to answer ``{"error": message, "code": code}``.

    Any other exception is answered with its class alone, for its text may hold what a worker must
    not read.
    """

    def __init__(self, message: str, code: str = "adapter") -> None:
        super().__init__(message)
        self.code = code


def json_bytes(value: Any) -> bytes:
    """Encode an answer."""
    return msgspec.json.encode(value)


def error_answer(message: str, code: str) -> bytes:
    """Encode the answer of a call that failed at the far side or at a limit."""
    return json_bytes({"error": message, "code": code})
