# expect: error ImportError
# idea: make the interpreter's heap executable, where strings of ours lie already
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
libc.sbrk.restype = ctypes.c_void_p
top = libc.sbrk(0)
attempt("mprotect of the end of the heap", 10, (top & ~4095) - 4096, 4096, 7)
attempt("mprotect of an object", 10, id(attempt) & ~4095, 4096, 7)
