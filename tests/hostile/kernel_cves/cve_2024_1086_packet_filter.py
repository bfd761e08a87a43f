# expect: error ImportError
# idea: the door is a namespace in which netfilter's tables may be changed
# full: security
# source: CVE-2024-1086
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("a netfilter socket", 41, 16, 3, 12)
attempt("unshare", 272, 0x50000000)
