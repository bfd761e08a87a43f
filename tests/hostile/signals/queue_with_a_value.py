# expect: error ImportError
# idea: queue a signal with a forged sender
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
facts = (ctypes.c_int32 * 32)(23, 0, -60, 0, 1)
for name in ("host", "zygote", "sibling", "victim"):
    number = ctx.config[name]
    attempt(f"rt_sigqueueinfo to the {name}", 129, number, 23, facts)
    attempt(f"rt_tgsigqueueinfo to the {name}", 297, number, number, 23, facts)
