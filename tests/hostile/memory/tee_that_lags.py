# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: split one iterator in two and let one of them run ahead for ever
import itertools


def tick(ctx):
    ahead, behind = itertools.tee(itertools.count(10**20))
    for _ in ahead:
        pass
    print(next(behind))
