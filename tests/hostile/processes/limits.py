# expect: error ImportError
# idea: raise the limits of one's own, and lower those of the host
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
unlimited = (ctypes.c_uint64 * 2)(0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
nothing = (ctypes.c_uint64 * 2)(0, 0)
for which in range(16):
    attempt(f"setrlimit {which}", 160, which, unlimited)
    attempt(f"prlimit {which} of its own", 302, 0, which, unlimited, None)
    for name in ("host", "zygote", "sibling"):
        attempt(f"prlimit {which} of the {name}", 302, ctx.config[name], which, None, nothing)
