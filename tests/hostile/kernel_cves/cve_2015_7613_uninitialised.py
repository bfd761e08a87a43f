# expect: error ImportError
# idea: the door is a segment of shared memory that is visible before it is ready
# full: done
# source: CVE-2015-7613
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("shmget", 29, 0, 4096, 0o1600)
attempt("msgget", 68, 0, 0o1600)
attempt("semget", 64, 0, 1, 0o1600)
