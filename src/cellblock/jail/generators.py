"""Random numbers of a child's own, where forks of one zygote would draw the same.

`random` is seeded anew. `numpy.random`'s old global generator is a Mersenne Twister whose 624 words
are filled from the kernel directly: asking numpy to seed itself costs ten times the pages. Whether
its memory looks as expected is found out once, in the zygote; if not, numpy is asked after all.
"""

from __future__ import annotations

import ctypes
import os
import random
import struct
import sys
from collections.abc import Callable
from typing import Any

_WORDS = 624
_KEY_BYTES = 4 * _WORDS


def prepare() -> Callable[[], None]:
    """Look at the generators of this process; gives what a child calls to make them its own."""
    address = _twister_address()
    numpy: Any = sys.modules.get("numpy")

    def renew() -> None:
        random.seed(int.from_bytes(os.urandom(64), "little"))
        if address is not None:
            # The position behind the words, at its end, makes the next draw mix them first.
            ctypes.memmove(
                address, os.urandom(_KEY_BYTES) + struct.pack("i", _WORDS), _KEY_BYTES + 4
            )
        elif numpy is not None:
            numpy.random.seed()

    return renew


def _twister_address() -> int | None:
    """Find where the global generator keeps its words, if its memory is as we know it."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return None
    state = numpy.random.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":
        return None
    try:
        address = int(numpy.random.mtrand._rand._bit_generator.ctypes.state_address)  # noqa: SLF001
    except AttributeError:
        return None
    numpy.random.seed(1)  # forgets a second normal number that may be held back
    state = numpy.random.get_state(legacy=False)["state"]
    known = state["key"].tobytes() + struct.pack("i", state["pos"])
    return address if ctypes.string_at(address, len(known)) == known else None
