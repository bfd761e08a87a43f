# expect: error ImportError
# idea: put a filter of one's own over the one that is there, and be asked for each call
# full: security
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
code = (ctypes.c_uint64 * 1)(0x7FC0000000000006)
program = (ctypes.c_uint64 * 2)(1, ctypes.addressof(code))
attempt("seccomp with a listener", 317, 1, 8, program)
