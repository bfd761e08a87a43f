# expect: error ImportError
# idea: the door is a ring with registered files
# full: security
# source: CVE-2022-2602
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
made = attempt("io_uring_setup", 425, 8, bytes(120))
attempt("io_uring_register", 427, made, 2, (ctypes.c_int * 1)(3), 1)
