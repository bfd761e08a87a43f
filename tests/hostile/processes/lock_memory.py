# expect: error ImportError
# idea: pin memory that cannot be swapped out
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
page = ctypes.create_string_buffer(1 << 20)
attempt("mlock", 149, ctypes.addressof(page), 1 << 20)
attempt("mlock2", 325, ctypes.addressof(page), 1 << 20, 1)
attempt("mlockall", 151, 3)
