# expect: error ImportError
# idea: the door is a pair of UNIX sockets that carries an urgent byte
# full: done
# source: CVE-2025-38236
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
ends = (ctypes.c_int * 2)()
attempt("socketpair", 53, 1, 1, 0, ends)
attempt("sendto with MSG_OOB", 44, 3, b"x", 1, 1, None, 0)
