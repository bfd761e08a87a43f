# expect: error ImportError
# idea: the door is a socket option that replaces a table of the packet filter
# full: done
# source: CVE-2021-22555
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("socket", 41, 2, 3, 255)
for number in (made, 3, 4):
    attempt(f"IPT_SO_SET_REPLACE on {number}", 54, number, 0, 64, bytes(64), 64)
