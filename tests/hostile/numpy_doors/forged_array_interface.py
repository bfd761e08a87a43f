# expect: crash | done
# idea: scan the interpreter's own heap for secrets through an array interface with a forged address
import re
import numpy as np


class Window:
    def __init__(self, address, size):
        self.__array_interface__ = {"version": 3, "data": (address, True), "shape": (size,), "typestr": "|u1"}


def tick(ctx):
    pattern = re.compile(b"(?:file|listing|environment|host-memory|state|neighbour)-[0-9a-f]{24}|CELLBLOCK_TEST_SECRET")
    seen = set()
    for value in (ctx, ctx.config, tick, np, np.ndarray, [], {}, "text", ctx.state, ctx.log, type(ctx)):
        pool = id(value) & ~0x3FFF
        if pool in seen:
            continue
        seen.add(pool)
        for found in pattern.findall(np.asarray(Window(pool, 0x4000)).tobytes()):
            if found[:4] != b"CELL":
                print("ESCAPED: in memory", found)
    print("looked at", len(seen), "pools")
