# expect: error ImportError
# idea: the door is a request to be traced by a parent that is about to become root
# full: security
# source: CVE-2019-13272
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("prctl PDEATHSIG", 157, 1, 9, 0, 0, 0)
attempt("PTRACE_TRACEME", 101, 0, 0, 0, 0)
