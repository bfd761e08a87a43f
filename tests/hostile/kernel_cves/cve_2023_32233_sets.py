# expect: error ImportError
# idea: the door is a child in a namespace of its own that may change netfilter's sets
# full: done
# source: CVE-2023-32233
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
if attempt("clone", 56, 0x50000011, 0, 0, 0, 0) == 0:
    libc._exit(0)
