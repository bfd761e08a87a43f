# expect: error ImportError
# idea: make a third descriptor out of the two, by every call for it
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
    attempt(f"dup {number}", 32, number)
    attempt(f"dup2 {number} to 9", 33, number, 5)
    attempt(f"dup3 {number} to 9", 292, number, 5, 0)
    for order in (0, 1030, 1031):
        attempt(f"fcntl {order} of {number}", 72, number, order, 5)
