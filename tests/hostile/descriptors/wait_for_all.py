# expect: error ImportError
# idea: wait on every descriptor by every call that can wait
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
items = (ctypes.c_int64 * 64)(*range(64))
attempt("poll", 7, items, 64, 0)
attempt("ppoll", 271, items, 64, (ctypes.c_int64 * 2)(), None, 8)
sets = ctypes.create_string_buffer(b"\xff" * 128, 128)
attempt("select", 23, 1024, sets, None, None, (ctypes.c_int64 * 2)())
attempt("pselect6", 270, 1024, sets, None, None, (ctypes.c_int64 * 2)(), None)
attempt("epoll_ctl", 233, 4, 1, 3, bytes(12))
attempt("epoll_wait", 232, 3, bytes(12), 1, 0)
attempt("epoll_pwait2", 441, 3, bytes(12), 1, None, None, 8)
