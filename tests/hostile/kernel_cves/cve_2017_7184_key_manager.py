# expect: error ImportError
# idea: the door is a message to the key manager with a window that is too large
# full: done
# source: CVE-2017-7184
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("an XFRM socket", 41, 16, 0o2000003, 6)
attempt("bind", 49, made, b"\x10\x00" + bytes(10), 12)
