# expect: timeout
# full: timeout
# idea: spend an hour in one call of numpy, where no signal handler runs
import numpy as np


def tick(ctx):
    print(np.convolve(np.ones(2_000_000), np.ones(2_000_000))[0])
