# expect: done | crash | error RecursionError
# idea: advance tees, groups, maps and enumerations from within themselves
import functools
import itertools


def tick(ctx):
    class Again:
        def __iter__(self):
            return self

        def __next__(self):
            if self.depth > 5:
                raise StopIteration
            self.depth += 1
            return next(self.outer)

    for make in (
        lambda inner: itertools.tee(inner)[1],
        lambda inner: itertools.groupby(inner),
        lambda inner: itertools.cycle(inner),
        lambda inner: itertools.accumulate(inner, lambda a, b: next(inner.outer)),
        lambda inner: itertools.chain.from_iterable(inner),
        lambda inner: itertools.zip_longest(inner, inner),
        lambda inner: enumerate(inner),
        lambda inner: filter(lambda item: next(inner.outer, 0), inner),
        lambda inner: itertools.pairwise(inner),
        lambda inner: itertools.islice(inner, 100),
    ):
        inner = Again()
        inner.depth, inner.outer = 0, None
        inner.outer = make(inner)
        try:
            print(str(next(inner.outer))[:20])
        except Exception as error:
            print(type(error).__name__)
    cached = functools.lru_cache(2)(lambda key: cached(key + 1) if key < 50 else cached.cache_clear())
    print(cached(0))
