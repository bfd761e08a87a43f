# expect: error ImportError
# idea: have handlers run on a stack of one's own choosing
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
room = ctypes.create_string_buffer(65536)
attempt("sigaltstack", 131, (ctypes.c_uint64 * 3)(ctypes.addressof(room), 0, 65536), None)
attempt("sigaltstack, asking only", 131, None, (ctypes.c_uint64 * 3)())
attempt("rt_sigaction of SIGSYS", 13, 31, (ctypes.c_uint64 * 4)(), None, 8)
attempt("rt_sigsuspend", 130, (ctypes.c_uint64 * 1)(0), 4)
