# expect: error ImportError
# idea: wake or wait for another process by a lock in memory that both of us have from the zygote
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
word = ctypes.c_int.in_dll(ctypes.pythonapi, "Py_OptimizeFlag")
for order in (0, 1, 3, 4, 5, 9, 10):
    attempt(f"futex {order}", 202, ctypes.addressof(word), order, 1, (ctypes.c_int64 * 2)(0, 1000), 0, -1)
