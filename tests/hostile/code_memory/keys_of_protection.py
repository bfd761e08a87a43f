# expect: error ImportError
# idea: change protection by the call that also takes a key
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
page = libc.syscall(*[ctypes.c_long(n) for n in (9, 0, 4096, 3, 0x22, -1, 0)])
attempt("pkey_alloc", 330, 0, 0)
attempt("pkey_mprotect", 329, page, 4096, 7, -1)
