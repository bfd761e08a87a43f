# expect: error ImportError
# idea: set and read socket options on everything that is open
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
value = ctypes.create_string_buffer(64)
size = ctypes.c_int(64)
for number in range(32):
    for level, option in ((1, 3), (1, 17), (1, 25), (6, 1), (41, 26), (0, 64)):
        attempt(f"setsockopt {level}/{option} on {number}", 54, number, level, option, value, 4)
        attempt(f"getsockopt {level}/{option} on {number}", 55, number, level, option, value, ctypes.byref(size))
