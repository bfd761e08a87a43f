# expect: error ImportError
# idea: ask for a socket of every family and kind that a kernel may know
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
for family in range(64):
    for kind in (1, 2, 3, 4, 5, 0o4000001):
        attempt(f"family {family}, kind {kind}", 41, family, kind, 0)
