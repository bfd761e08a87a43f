# expect: error ImportError
# idea: the door is a queue of waiters that outlives what it waits for
# full: done
# source: CVE-2019-2215
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("epoll_create", 213, 1)
attempt("/dev/binder", 2, b"/dev/binder", 0)
attempt("epoll_ctl", 233, made, 1, 3, bytes(12))
