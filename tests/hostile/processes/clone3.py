# expect: error ImportError
# idea: make a child by the call whose arguments a filter cannot see
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for flags in (0, 0x1000, 0x10000000, 0x200000000, 0x100000000):
    order = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, 17)
    for size in (64, 80, 88):
        if attempt(f"clone3 with {flags:#x}, {size} bytes", 435, order, size) == 0:
            libc._exit(0)
