# expect: error ImportError
# idea: take the host's listening socket out of its table of descriptors
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
handle = attempt("pidfd_open of the host", 434, ctx.config["host"], 0)
for number in range(3, 64):
    attempt(f"pidfd_getfd {number}", 438, handle, number, 0)
