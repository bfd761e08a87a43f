# expect: error ImportError
# idea: have the kernel hash and cipher for us over a socket
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
found = attempt("AF_ALG", 41, 38, 5, 0)
attempt("bind to a cipher", 49, found, b"\x26\x00skcipher" + bytes(6 + 8) + b"cbc(aes)" + bytes(56), 88)
