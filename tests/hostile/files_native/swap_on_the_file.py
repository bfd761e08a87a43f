# expect: error ImportError
# idea: give the kernel a file as swap space, which it first has to open
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
attempt("swapon", 167, ctx.config["secret_file"].encode(), 0)
