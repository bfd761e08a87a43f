# expect: error ImportError
# idea: the door is an encrypted tunnel that a socket of the key manager sets up
# full: done
# source: CVE-2022-27666
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("a PF_KEY socket", 41, 15, 3, 2)
attempt("an XFRM socket", 41, 16, 3, 6)
attempt("an ESP socket", 41, 10, 3, 50)
