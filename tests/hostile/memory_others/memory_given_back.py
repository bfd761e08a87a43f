# expect: error ImportError
# idea: take much memory without having it cleared, and look what was in it
# full: done
import ctypes
import re

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
secret = re.compile(rb"(?:environment|host-memory|neighbour|state|listing|file)-[0-9a-f]{24}")
blocks = 0
for size in (24, 64, 200, 500, 1000, 4000, 16_000, 64_000, 130_000, 1_000_000):
    for _ in range(200 if size < 100_000 else 10):
        place = libc.malloc(size)
        if not place:
            break
        blocks += 1
        for found in secret.findall(ctypes.string_at(place, size)):
            print("ESCAPED: found", found)
print("took", blocks)
