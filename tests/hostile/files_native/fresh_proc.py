# expect: error ImportError
# idea: make a file system of processes of one's own, with no path at all
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
made = attempt("fsopen", 430, b"proc", 0)
attempt("fsconfig", 431, made, 6, None, None, 0)
attempt("fsmount", 432, made, 0, 0)
