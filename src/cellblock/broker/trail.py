"""Which calls of ctx a tick made last, for whoever asks why it failed.

In: each call as it ends, a fifth of a µs. Out: names of methods, times and codes; no argument
and no answer is kept, and of a name no more than is told.
"""

from __future__ import annotations

from collections import deque

import msgspec

from cellblock.broker.grants import METHODS, namespace
from cellblock.limits import RUN_CALLS
from cellblock.outcome import CtxCall
from cellblock.wire import messages as m

_NAME_CHARACTERS = 80
_ERROR_BYTES = 10_000
"""More has no error that an adapter answers."""
_Made = tuple[str | type[m.Call], str, float, str]


class _Error(msgspec.Struct):
    code: str = "error"


class Trail:
    """The calls of one tick at a time, the last `RUN_CALLS`."""

    def __init__(self) -> None:
        self._made: deque[_Made] = deque(maxlen=RUN_CALLS)
        self._open: tuple[m.Call, float] | None = None
        """The call that is under way, and when it began; a worker makes one at a time."""

    def clear(self) -> None:
        """Begin anew, for another tick."""
        self._made.clear()
        self._open = None

    def begin(self, call: m.Call, begun_s: float) -> None:
        """Hear of a call that takes a while."""
        self._open = (call, begun_s)

    def end(self, call: m.Call, name: str, took_s: float, result: str) -> None:
        """Hear of a call that ended, and how."""
        if self._open is not None and self._open[0] is call:
            self._open = None
        self._made.append((_label(call), name[:_NAME_CHARACTERS], took_s, result))

    def told(self, now_s: float) -> tuple[CtxCall, ...]:
        """Tell of them, the oldest first."""
        made = list(self._made)
        if self._open is not None:
            call, begun_s = self._open
            name = namespace(call)[:_NAME_CHARACTERS]
            made.append((_label(call), name, now_s - begun_s, "unfinished"))
        return tuple(map(_told, made[-RUN_CALLS:]))


def code(answer: m.Answer | None) -> str:
    """Say in a word why an answer is not what was asked for."""
    if answer is None:
        return "given_up"
    if answer.refusal is not None:
        return answer.refusal.type
    value = answer.value or b""
    if len(value) <= _ERROR_BYTES:
        try:
            return msgspec.json.decode(value, type=_Error).code[:_NAME_CHARACTERS]
        except msgspec.MsgspecError:
            pass
    return "error"


def _label(call: m.Call) -> str | type[m.Call]:
    """Give what a call is told by, cut before it is kept: a worker may name it as it likes."""
    return call.method[:_NAME_CHARACTERS] if type(call) is m.AdapterCall else type(call)


def _told(made: _Made) -> CtxCall:
    label, name, took_s, result = made
    method = label if isinstance(label, str) else METHODS[label]
    return CtxCall(f"{name}.{method}", round(took_s * 1000, 3), result)
