# expect: error ImportError
# idea: the door is the registration of buffers with a ring that may be there already
# full: security
# source: CVE-2023-2598
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("io_uring_register", 427, 3, 0, (ctypes.c_uint64 * 2)(0, 4096), 1)
