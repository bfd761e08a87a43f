# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: let broadcasting make a table of terabytes of two short rows
import numpy as np


def tick(ctx):
    row = np.broadcast_to(np.float64(1), (1_000_000,))
    print(np.add.outer(row, row).sum())
