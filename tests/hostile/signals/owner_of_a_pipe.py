# expect: error ImportError
# idea: make another process the owner of a pipe, so that the kernel signals it when bytes come
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
for number in (3, 4):
    attempt(f"F_SETOWN of {number}", 72, number, 8, ctx.config["victim"])
    attempt(f"F_SETOWN_EX of {number}", 72, number, 15, (ctypes.c_int * 2)(1, ctx.config["victim"]))
    attempt(f"F_SETSIG of {number}", 72, number, 10, 12)
    attempt(f"F_SETFL O_ASYNC of {number}", 72, number, 4, 0o20000)
    attempt(f"FIOASYNC of {number}", 16, number, 0x5452, (ctypes.c_int * 1)(1))
    attempt(f"FIOSETOWN of {number}", 16, number, 0x8901, (ctypes.c_int * 1)(ctx.config["victim"]))
