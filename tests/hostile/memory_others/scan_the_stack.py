# expect: error ImportError
# idea: look through the stack, from here up to the arguments and the environment of the zygote's start
# full: done
import ctypes
import re

libc = ctypes.CDLL(None, use_errno=True)
start = ctypes.c_ulong.in_dll(libc, "environ").value & ~4095
end = ctypes.c_ulong.in_dll(libc, "__libc_stack_end").value if hasattr(libc, "__libc_stack_end") else start
secret = re.compile(rb"(?:environment|host-memory|neighbour|state|listing|file)-[0-9a-f]{24}|CELLBLOCK_TEST[A-Z_]+=")
looked = 0
for origin, step in ((start, 4096), (end & ~4095, 4096), (end & ~4095, -4096)):
    place = origin
    for _ in range(3000):
        ctypes.set_errno(0)
        libc.syscall(ctypes.c_long(14), ctypes.c_long(99), ctypes.c_long(place), ctypes.c_long(0), ctypes.c_long(8))
        if ctypes.get_errno() == 14:
            break
        looked += 1
        for found in secret.findall(ctypes.string_at(place, 4096)):
            print("ESCAPED: found", found)
        place += step
print("looked at", looked > 0)
