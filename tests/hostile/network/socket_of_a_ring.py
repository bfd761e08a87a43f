# expect: error ImportError
# idea: make a socket by a ring, which no filter of calls sees
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
ring = attempt("io_uring_setup", 425, 4, bytes(120))
attempt("io_uring_enter", 426, ring, 1, 0, 0, None, 0)
