# expect: error ImportError
# idea: make a descriptor of each kind that needs no path
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
room = (ctypes.c_int * 2)()
attempt("pipe", 22, room)
attempt("pipe2", 293, room, 0o40000)
attempt("pipe2 of notifications", 293, room, 0o200)
attempt("eventfd", 284, 0)
attempt("eventfd2", 290, 0, 0)
attempt("epoll_create", 213, 1)
attempt("epoll_create1", 291, 0)
attempt("timerfd_create", 283, 1, 0)
attempt("signalfd", 282, -1, bytes(8), 8)
attempt("inotify_init", 253)
attempt("inotify_init1", 294, 0)
attempt("io_setup", 206, 1, bytes(8))
