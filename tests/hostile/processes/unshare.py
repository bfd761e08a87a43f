# expect: error ImportError
# idea: leave the namespaces of the host one by one
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
for flag in (0x10000000, 0x40000000, 0x20000, 0x400, 0x200):
    attempt(f"unshare {flag:#x}", 272, flag)
