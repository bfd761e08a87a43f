# expect: error ImportError
# idea: tell the kernel that code, data and the program file of this process are elsewhere
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
text = ctypes.cast(libc.getpid, ctypes.c_void_p).value
for field in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15):
    attempt(f"PR_SET_MM {field}", 157, 35, field, text & ~4095, 0, 0)
