# expect: crash
# full: crash
# idea: write zeros over hundreds of megabytes behind an array
import numpy as np


def tick(ctx):
    view = np.lib.stride_tricks.as_strided(np.zeros(8), shape=(1 << 40,), strides=(8,), writeable=True)
    view[:] = 0
