# expect: error ImportError
# idea: the door is a vector of memory with a length that wraps
# full: security
# source: CVE-2008-0600
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("vmsplice", 278, 4, (ctypes.c_uint64 * 2)(0, 0xFFFFFFFFFFFFFFFF), 1, 0)
