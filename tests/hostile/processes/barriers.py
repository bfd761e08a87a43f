# expect: error ImportError
# idea: interrupt every processor that runs the same memory
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
for order in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
    attempt(f"membarrier {order}", 324, order, 0, 0)
