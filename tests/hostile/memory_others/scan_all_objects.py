# expect: error ImportError
# idea: look through every page on which an object lies, and their neighbours, for secrets of the host
# full: done
import ctypes
import gc
import re

libc = ctypes.CDLL(None, use_errno=True)
secret = re.compile(rb"(?:environment|host-memory|neighbour|state|listing|file)-[0-9a-f]{24}")


def readable(page):
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(14), ctypes.c_long(99), ctypes.c_long(page), ctypes.c_long(0), ctypes.c_long(8))
    return ctypes.get_errno() != 14


gc.unfreeze()  # what the zygote made is kept apart from what is counted
pages = {id(item) >> 12 for item in gc.get_objects()}
for item in gc.get_objects():
    pages.update(id(part) >> 12 for part in gc.get_referents(item))
pages |= {page + step for page in tuple(pages) for step in (-2, -1, 1, 2)}
looked = 0
for page in sorted(pages):
    if page > 0 and readable(page << 12):
        looked += 1
        for found in secret.findall(ctypes.string_at(page << 12, 4096)):
            print("ESCAPED: found", found)
print("looked at", looked > 1000)
