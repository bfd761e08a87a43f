# expect: error ImportError
# idea: the door is a message of keys in a cluster's protocol
# full: done
# source: CVE-2021-43267
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
for kind in (1, 2, 4, 5):
    attempt(f"TIPC {kind}", 41, 30, kind, 0)
