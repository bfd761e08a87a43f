# expect: error ImportError
# idea: the door is a datagram that is sent in two parts of different kinds
# full: done
# source: CVE-2017-1000112
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("a UDP socket", 41, 2, 2, 0)
attempt("UDP_CORK", 54, made, 17, 1, (ctypes.c_int * 1)(1), 4)
