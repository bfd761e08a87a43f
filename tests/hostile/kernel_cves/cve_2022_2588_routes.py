# expect: error ImportError
# idea: the door is a message about traffic control to the kernel's routing
# full: done
# source: CVE-2022-2588
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("a routing socket", 41, 16, 3, 0)
attempt("send", 44, made, b"\x24\x00\x00\x00\x2c\x00\x05\x06" + bytes(28), 36, 0, None, 0)
