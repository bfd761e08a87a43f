# expect: error ImportError
# idea: signal the threads of other processes by the calls for threads
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
    attempt(f"tkill the {name}", 200, number, 23)
    attempt(f"tgkill the {name}", 234, number, number, 23)
    attempt(f"tgkill the {name} as a part of this process", 234, libc.getpid(), number, 23)
