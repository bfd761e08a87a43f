# expect: error ImportError
# idea: be told of every file that anyone opens on the machine
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
group = attempt("fanotify_init", 300, 0, 0)
attempt("fanotify_mark of the root", 301, group, 0x11, 0x20, -100, b"/")
