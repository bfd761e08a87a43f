# expect: error ImportError
# idea: move into the session and the process group of another
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
for name in ("host", "zygote", "sibling", "victim"):
    attempt(f"setpgid to the group of the {name}", 109, 0, ctx.config[name])
attempt("setsid", 112)
attempt("tcsetpgrp by ioctl", 16, 4, 0x5410, bytes(4))
