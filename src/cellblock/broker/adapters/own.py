"""`ctx.<name>` of an embedder: plain async functions of the program that runs the sandbox.

Arguments and answers are JSON. A function that raises `AdapterError` answers its text; any other
exception answers its class alone.
"""

from __future__ import annotations

import contextlib
import gc
import inspect
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cellblock.broker.adapter import AdapterError, CallRefused, Method, error_answer, json_bytes
from cellblock.limits import ADAPTER_ARGUMENTS_BYTES, ADAPTER_VALUE_BYTES
from cellblock.wire.messages import AdapterCall, Call

_logger = logging.getLogger("cellblock.broker")
_arguments = msgspec.json.Decoder(tuple[list[Any], dict[str, Any]])


class OwnAdapter:
    """The methods of one namespace."""

    def __init__(self, name: str, methods: Mapping[str, Method]) -> None:
        self._name = name
        self._methods = methods

    async def answer(self, call: Call) -> bytes | None:
        """Call the function; see `Adapter`."""
        assert isinstance(call, AdapterCall)
        where = f"ctx.{self._name}.{call.method}"
        if len(call.arguments) > ADAPTER_ARGUMENTS_BYTES:
            raise CallRefused(
                f"{where} takes at most {ADAPTER_ARGUMENTS_BYTES:,} bytes", "ValueError"
            )
        try:
            with _uncollected():
                positional, named = _arguments.decode(call.arguments)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise CallRefused(f"{where} got arguments that are not JSON", "TypeError") from error
        try:
            inspect.signature(self._methods[call.method]).bind(*positional, **named)
        except TypeError as error:
            raise CallRefused(f"{where}: {error}"[:1000], "TypeError") from None
        try:
            value = await self._methods[call.method](*positional, **named)
        except AdapterError as error:
            return error_answer(str(error), error.code)
        except Exception as error:
            _logger.exception("%s failed", where)
            return error_answer(f"{where} failed: {type(error).__name__}", "adapter")
        return self._encoded(value, where)

    def _encoded(self, value: Any, where: str) -> bytes:
        try:
            text = json_bytes(value)
        except (TypeError, ValueError, RecursionError) as error:
            _logger.error("%s answered what is not JSON: %s", where, error)  # noqa: TRY400
            return error_answer(f"{where} answered what is not JSON", "adapter")
        if len(text) > ADAPTER_VALUE_BYTES:
            return error_answer(f"{where} answered {len(text):,} bytes of JSON", "too_large")
        return text

    async def close(self) -> None:
        """Hold nothing."""


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking, again and again, at lists that are being built.

    Of a hostile worker's arguments it would make three times the work, and look at all else that
    the host holds as well.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
