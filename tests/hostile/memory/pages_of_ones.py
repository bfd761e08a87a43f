# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: touch pages through numpy, array after array
import numpy as np


def tick(ctx):
    held = []
    while True:
        held.append(np.ones(100_000))
