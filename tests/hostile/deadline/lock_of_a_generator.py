# expect: timeout
# full: timeout
# idea: wait for a lock twice, the one that numpy's random generators carry
import numpy as np


def tick(ctx):
    lock = np.random.default_rng().bit_generator.lock
    while True:
        try:
            lock.acquire()
            lock.acquire()
        except:
            pass
