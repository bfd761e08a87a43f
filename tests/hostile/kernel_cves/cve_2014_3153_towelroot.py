# expect: error ImportError
# idea: the door is a lock with priority inheritance that is taken and given up
# full: done
# source: CVE-2014-3153
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
words = (ctypes.c_uint32 * 4)()
for order in (6, 7, 8, 13):
    attempt(f"futex {order}", 202, words, order | 128, 0, (ctypes.c_int64 * 2)(0, 1), None, 0)
