# expect: error ImportError
# idea: make the pipe to the host a megabyte large, and ask how full it is
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
for number in (3, 4):
    attempt(f"F_SETPIPE_SZ of {number}", 72, number, 1031, 1 << 20)
    attempt(f"F_GETPIPE_SZ of {number}", 72, number, 1032)
    attempt(f"FIONREAD of {number}", 16, number, 0x541B, bytes(8))
