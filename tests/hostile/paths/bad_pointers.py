# expect: error ImportError
# idea: a pointer to nowhere is EFAULT only if the kernel reads the path at all
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return libc.syscall(ctypes.c_long(number), *wide), ctypes.get_errno()
known = call(2, b"/", 0)
for address in (0, 1, 0x1000, -1, -4096, 1 << 46, 1 << 63):
    got = call(2, ctypes.c_ulong(address & 0xFFFFFFFFFFFFFFFF), 0)
    print("ESCAPED: the path is looked at" if got != known else "alike", hex(address), got)
