# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: join one shared text with itself until the sum of it does not fit
import itertools


def tick(ctx):
    piece = "x" * 1_000_000
    print(len(b"".join(itertools.repeat(piece.encode(), 1_000))))
