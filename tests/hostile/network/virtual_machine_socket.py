# expect: error ImportError
# idea: talk to the machine that hosts this one
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
found = attempt("vsock", 41, 40, 1, 0)
attempt("connect to the host of the machine", 42, found, b"\x28\x00\x00\x00\xff\xff\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00", 16)
