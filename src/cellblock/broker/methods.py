"""A ctx namespace that is a table of async functions: those of a connected adapter, or of the
program that embeds the sandbox.

Arguments are JSON, bound to the function's signature and held to its annotations; answers are JSON.
A function that raises `AdapterError` answers its text, `CallRefused` raises in the worker; any
other exception answers its class alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import logging
import traceback
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from cellblock.broker.adapter import (
    AdapterError,
    CallRefused,
    HostError,
    Method,
    error_answer,
    json_bytes,
)
from cellblock.broker.secret import Scrubber
from cellblock.limits import (
    ADAPTER_ARGUMENTS_BYTES,
    ADAPTER_CLOSE_S,
    ADAPTER_ERROR_CHARACTERS,
    ADAPTER_VALUE_BYTES,
)
from cellblock.wire.messages import AdapterCall, Call, RefusalKind
from cellblock.wire.text import cut

_logger = logging.getLogger("cellblock.broker")
_OURS = frozenset({"close", "check"})
"""Methods that the host calls, and no worker."""
_SEARCHED = 100 * ADAPTER_ERROR_CHARACTERS
"""So much of an error is searched for secrets; what lies beyond is cut in any case."""
_ECHOED = 200
"""Most characters of a worker's own text that an error of its call says again."""
_arguments = msgspec.json.Decoder(tuple[list[msgspec.Raw], dict[str, msgspec.Raw]])


class Methods:
    """The methods of one namespace; an `Adapter`.

    *scrub* takes every secret of the host out of what is logged. What the worker reads loses those
    of its *own* connection alone, for a far side knows no others: to strike out more would tell a
    worker, whose own words come back in many an error, which of its guesses is a secret.
    """

    def __init__(
        self,
        name: str,
        methods: Mapping[str, Method],
        scrub: Scrubber | None = None,
        own: Scrubber | None = None,
        owner: Any = None,
    ) -> None:
        self._name = name
        self._methods = methods
        self._takers = {method: Taker(function) for method, function in methods.items()}
        self._scrub = scrub or Scrubber()
        self._own = own or Scrubber()
        self._owner = owner

    @property
    def names(self) -> tuple[str, ...]:
        """What a worker may call."""
        return tuple(self._methods)

    async def answer(self, call: Call) -> bytes | None:
        """Call the function; see `Adapter`."""
        assert isinstance(call, AdapterCall)
        where = f"ctx.{self._name}.{call.method}"
        if len(call.arguments) > ADAPTER_ARGUMENTS_BYTES:
            raise CallRefused(
                f"{where} takes at most {ADAPTER_ARGUMENTS_BYTES:,} bytes", "ValueError"
            )
        positional, named = self._taken(call, where)
        try:
            value = await self._methods[call.method](*positional, **named)
        except HostError as error:
            raise HostError(self._shown(error), error.code) from None
        except AdapterError as error:
            return error_answer(self._shown(error), error.code)
        except CallRefused as refusal:
            raise CallRefused(self._shown(refusal), refusal.kind) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to the operator
            # Formatted here: a logger would print the far side's words as they came.
            _logger.error("%s failed\n%s", where, self._scrub.text(traceback.format_exc()))  # noqa: TRY400
            return error_answer(f"{where} failed: {type(error).__name__}", "adapter")
        return self._encoded(value, where)

    def _taken(self, call: AdapterCall, where: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Read the arguments of a call. Raises: CallRefused."""
        try:
            with uncollected():
                positional, named = _arguments.decode(call.arguments)
                return self._takers[call.method].take(positional, named)
        except _Unfit as error:
            raise CallRefused(f"{where}: {error}", error.kind) from None
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise CallRefused(f"{where} got arguments that are not JSON", "TypeError") from error

    def _shown(self, error: Exception) -> str:
        """Give an error's text: cut once it was searched, for half of a secret is not found."""
        return cut(self._own.text(str(error)[:_SEARCHED]), ADAPTER_ERROR_CHARACTERS)

    def _encoded(self, value: Any, where: str) -> bytes:
        try:
            text = self._own.data(json_bytes(value))
        except (TypeError, ValueError, RecursionError) as error:
            told = self._scrub.text(str(error))
            _logger.error("%s answered what is not JSON: %s", where, told)  # noqa: TRY400
            return error_answer(f"{where} answered what is not JSON", "adapter")
        if len(text) > ADAPTER_VALUE_BYTES:
            return error_answer(f"{where} answered {len(text):,} bytes of JSON", "too_large")
        return text

    async def close(self) -> None:
        """Close what the methods belong to."""
        if self._owner is not None:
            await closed(f"ctx.{self._name}", self._owner, self._scrub)


class Taker:
    """Reads the arguments of one function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._signature = inspect.signature(function)
        hints = _hints(function)
        self._decoders = {
            name: _decoder(hints.get(name, Any)) for name in self._signature.parameters
        }

    def take(
        self, positional: list[msgspec.Raw], named: dict[str, msgspec.Raw]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give what the function is called with. Raises: _Unfit."""
        try:
            bound = self._signature.bind(*positional, **named)
        except TypeError as error:
            raise _Unfit(str(error), "TypeError") from None
        for name, value in bound.arguments.items():
            kind = self._signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                bound.arguments[name] = tuple(self._read(name, item) for item in value)
            elif kind is inspect.Parameter.VAR_KEYWORD:
                bound.arguments[name] = {
                    key: self._read(name, item, key) for key, item in value.items()
                }
            else:
                bound.arguments[name] = self._read(name, value)
        return bound.args, bound.kwargs

    def _read(self, parameter: str, text: msgspec.Raw, shown: str = "") -> Any:
        try:
            return self._decoders[parameter].decode(text)
        except msgspec.ValidationError as error:
            said = str(error)
            # What has the right type and a wrong value is another matter than a wrong type.
            wrong_type = said.startswith("Expected `") and ", got `" in said
            kind: RefusalKind = "TypeError" if wrong_type else "ValueError"
            raise _Unfit(f"{shown[: _ECHOED // 2] or parameter}: {said}", kind) from None


class _Unfit(Exception):
    """The arguments do not fit."""

    def __init__(self, message: str, kind: RefusalKind) -> None:
        super().__init__(message if len(message) <= _ECHOED else message[:_ECHOED] + "…")
        self.kind = kind


async def closed(what: str, owner: Any, scrub: Scrubber) -> None:
    """Close *owner*; an adapter that fails to end, or takes too long, must not keep the rest."""
    try:
        async with asyncio.timeout(ADAPTER_CLOSE_S):
            await owner.close()
    except Exception:  # noqa: BLE001 - whatever it is, it is told to the operator
        _logger.error("%s could not be closed\n%s", what, scrub.text(traceback.format_exc()))  # noqa: TRY400


def method_names(adapter: type) -> tuple[str, ...]:
    """Give the methods that a kind's class offers to workers: its public async functions."""
    return tuple(
        name
        for name, member in inspect.getmembers_static(adapter)
        if inspect.iscoroutinefunction(member) and not name.startswith("_") and name not in _OURS
    )


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001 - an embedder's annotation may be anything at all
        return {}


def _decoder(hint: Any) -> msgspec.json.Decoder[Any]:
    try:
        return msgspec.json.Decoder(hint)
    except TypeError:  # no JSON type: the function takes the value as it comes
        return msgspec.json.Decoder()


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
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
