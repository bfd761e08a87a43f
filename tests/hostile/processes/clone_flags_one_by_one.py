# expect: error ImportError
# idea: try every single flag of clone, for one of them may be let through
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
for bit in range(64):
    flag = 1 << bit
    if flag in (0x4000, 0x100, 0x10000):
        continue
    if attempt(f"clone with bit {bit}", 56, ctypes.c_ulong(flag), 0, 0, 0, 0) == 0:
        libc._exit(0)
