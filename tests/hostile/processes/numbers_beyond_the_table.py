# expect: error ImportError
# idea: try call numbers at the edges: negative, huge, and with bits that a 32-bit comparison drops
# full: security
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for number in (1 << 20, 0x3FFFFFFF, (1 << 32) + 57, (1 << 63) + 57, -1):
    if attempt(f"call {number:#x}", number, 0, 0, 0) == 0:
        libc._exit(0)
