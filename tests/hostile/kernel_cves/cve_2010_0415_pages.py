# expect: error ImportError
# idea: the door is a node number that is not checked before it is used
# full: security
# source: CVE-2010-0415
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("move_pages", 279, 0, 1, (ctypes.c_uint64 * 1)(4096), (ctypes.c_int * 1)(-100_000), (ctypes.c_int * 1)(), 2)
