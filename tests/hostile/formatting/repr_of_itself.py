# expect: done | error RecursionError | crash
# idea: print containers that hold themselves and objects whose repr asks for their own repr, in C all the way down
import collections
import functools


def tick(ctx):
    ring = collections.deque()
    call = functools.partial(print)
    call.__setstate__((call, (call, ring), {"k": call}, {}))
    ring.append({"ring": ring, "call": call, "view": {}.keys()})
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for value in (ring, call, deep):
        try:
            print(len(repr(value)))
        except Exception as error:
            print(type(error).__name__)
    call.__setstate__((print, (), {}, {}))
