"""Calls of libc made one after the other, with nothing of the interpreter between them.

In: functions and their arguments. What changes the interpreter's own memory underneath it cannot be
done from Python line by line: each line writes into that memory. Each call gets a context of its
own, which goes on in the next one when the call returns. What they give is not seen.

Source: makecontext(3), swapcontext(3); fields of ucontext_t are those of glibc on x86_64 and
aarch64.
"""

from __future__ import annotations

import ctypes
import mmap
import signal
import struct
from collections.abc import Sequence

Call = tuple[str, tuple[int, ...]]
"""Name of a function of libc, and up to six arguments."""

_CONTEXT_BYTES = 8_192
"""More than a ucontext_t takes, on either architecture."""
_STACK_BYTES = 16_384
_HEAD = struct.Struct("=QQQiiQ")
"""Flags, the context to go on in, and the stack: address, flags, padding, size."""


def offered() -> bool:
    """Tell whether this libc has what `Chain` needs."""
    libc = ctypes.PyDLL(None)
    return all(hasattr(libc, name) for name in ("getcontext", "makecontext", "swapcontext"))


class Chain:
    """Calls that are ready to be made."""

    def __init__(self, calls: Sequence[Call]) -> None:
        """Make them ready. Raises: OSError, AttributeError for a name that libc does not have."""
        self._libc = libc = ctypes.PyDLL(None, use_errno=True)
        each = _CONTEXT_BYTES + _STACK_BYTES
        self._memory = memory = mmap.mmap(-1, _CONTEXT_BYTES + len(calls) * each)
        base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        held = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            for number, (name, arguments) in enumerate(calls):
                offset = _CONTEXT_BYTES + number * each
                if libc.getcontext(ctypes.c_void_p(base + offset)):
                    raise OSError(ctypes.get_errno(), "getcontext")
                flags = struct.unpack_from("=Q", memory, offset)[0]
                after = base + (offset + each if number + 1 < len(calls) else 0)
                stack = base + offset + _CONTEXT_BYTES, 0, 0, _STACK_BYTES
                _HEAD.pack_into(memory, offset, flags, after, *stack)
                function = ctypes.cast(getattr(libc, name), ctypes.c_void_p)
                words = map(ctypes.c_long, arguments)
                count = ctypes.c_int(len(arguments))
                libc.makecontext(ctypes.c_void_p(base + offset), function, count, *words)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
        self._ends = ctypes.c_void_p(base), ctypes.c_void_p(base + _CONTEXT_BYTES)

    def run(self) -> None:
        """Make them in their order, once, with signals held back."""
        self._libc.swapcontext(*self._ends)
        self._memory.close()
