# expect: error ImportError
# idea: slow the host and the sibling down
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
    number = ctx.config[name]
    attempt(f"setpriority of the {name}", 141, 0, number, 19)
    attempt(f"sched_setaffinity of the {name}", 203, number, 8, b"\x01" + bytes(7))
    attempt(f"ioprio_set of the {name}", 251, 1, number, 3 << 13)
    attempt(f"process_mrelease of the {name}", 448, number, 0)
