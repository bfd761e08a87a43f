# expect: error ImportError
# idea: raise the capabilities that were given up
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
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
everything = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
attempt("capset", 126, header, everything)
