# expect: error ImportError
# idea: make two sockets that are joined already and need no address
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
ends = (ctypes.c_int * 2)()
for family in (1, 2, 16, 30):
    for kind in (1, 2, 5, 0o2000001):
        attempt(f"socketpair of family {family}, kind {kind}", 53, family, kind, 0, ends)
