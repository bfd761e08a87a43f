"""A worker's life played once in the zygote, to an empty house, before anything is forked.

What the interpreter learns from running code (how names are found, which types an instruction
meets) it writes into the code and its own tables. Learnt here it lies in pages that all workers
share; learnt in each worker it would be 0.2 MB of its own.
"""

from __future__ import annotations

import linecache
import socket
import sys
from dataclasses import replace

from cellblock.inside.boot import Furniture, serve
from cellblock.inside.deadline import Deadline
from cellblock.inside.link import Link
from cellblock.inside.worker import Compile, Worker
from cellblock.wire import messages as m
from cellblock.wire.codec import encode
from cellblock.wire.frames import frame

_TICKS = 20
"""An instruction settles after 8 runs, or after some that met what it did not expect."""
_FILENAME = "rehearsal.py"
_SOURCE = """\
def tick(ctx):
    for n in range(2):
        value = f"{n} {ctx}"
        if value in {"a": [n]}: return value
    count = ctx.state.get("count", 0) + ctx.tick.n
    ctx.state.set("count", count)
    ctx.log.info(f"counted to {count}")
"""
_SAID_BYTES = 65_536


def rehearse(deadline: Deadline, compile_: Compile, furniture: Furniture) -> bytes:
    """Load a source, run its ticks, and tidy up; gives the frames that it sent."""
    streams = sys.stdout, sys.stderr
    reading, orders = socket.socketpair()
    writing, said = socket.socketpair()
    with reading, orders, writing, said:
        orders.sendall(_orders(next(iter(furniture.languages))))
        orders.shutdown(socket.SHUT_WR)
        link = Link((reading.fileno(), writing.fileno()), deadline)
        worker = Worker(link, deadline, compile_)
        serve({}, replace(furniture, link=link, worker=worker, seal=lambda: None))
        sys.stdout, sys.stderr = streams
        sys.modules.pop("worker", None)
        linecache.cache.pop(_FILENAME, None)
        return said.recv(_SAID_BYTES)


def _orders(language: str) -> bytes:
    facts = m.TickFacts(1, 1.5, 1.5, 0.5, 0, 1.0)
    load = m.Load(_SOURCE, _FILENAME, False, language, b"{}", {}, (), facts)
    orders: list[m.Down] = [m.Seal(), load]
    for serial in range(1, 2 * _TICKS, 2):
        orders += [m.Run("tick", facts, None), m.Answer(serial, b"1", None)]
        orders.append(m.Answer(serial + 1, None, None))
    return b"".join(frame(encode(order)) for order in orders)
