# expect: error ImportError
# idea: turn a descriptor that is held into a listener and accept from it
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
for number in range(16):
    attempt(f"listen on {number}", 50, number, 1)
    attempt(f"accept4 from {number}", 288, number, None, None, 0o4000)
    attempt(f"accept from {number}", 43, number, None, None)
