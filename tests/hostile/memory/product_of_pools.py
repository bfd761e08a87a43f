# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: have itertools copy its pools before the first item is asked for
import itertools


def tick(ctx):
    print(next(itertools.product(*[range(100_000)] * 1_000))[:3])
