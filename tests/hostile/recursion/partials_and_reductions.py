# expect: done | crash
# idea: nest partials, caches, key functions and reductions until C calls C calls C
import functools


def tick(ctx):
    add = lambda a, b: a + b
    call = abs
    for _ in range(50_000):
        call = functools.partial(lambda inner, value: inner(value), call)
    cached = functools.lru_cache(None)(lambda number: number and cached(number - 1))
    for act in (
        lambda: call(-1),
        lambda: cached(50_000),
        lambda: functools.reduce(lambda inner, _: lambda value: inner(value), range(50_000), abs)(-1),
        lambda: sorted([1, 2], key=functools.cmp_to_key(lambda a, b: act_again())),
        lambda: repr(call),
        lambda: functools.reduce(add, [[]] * 10),
    ):
        act_again = lambda: sorted([1, 2], key=functools.cmp_to_key(lambda a, b: act_again()))
        try:
            print("gave", str(act())[:20])
        except Exception as error:
            print(type(error).__name__)
