# expect: error ImportError
# idea: call what the table does not name, from 335 to 423 and beyond 470, and see that none answers
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
for number in (*range(337, 424), *range(470, 700)):
    attempt(f"call {number}", number, 0, 0, 0, 0, 0, 0)
