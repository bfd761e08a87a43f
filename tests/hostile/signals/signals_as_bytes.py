# expect: error ImportError
# idea: take the deadline's signal off as bytes of a descriptor before the handler sees it
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
mask = (ctypes.c_uint64 * 1)(0xFFFFFFFFFFFFFFFF)
attempt("signalfd4", 289, -1, mask, 8, 0)
attempt("rt_sigtimedwait", 128, mask, None, (ctypes.c_int64 * 2)(0, 0), 8)
attempt("rt_sigpending", 127, mask, 8)
