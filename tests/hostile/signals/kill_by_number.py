# expect: error ImportError
# idea: signal each process that is known, and ask whether the first hundred are there
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
    for signal in (0, 18, 23):
        attempt(f"kill the {name} with {signal}", 62, ctx.config[name], signal)
attempt("kill the victim for good", 62, ctx.config["victim"], 12)
for number in range(1, 100):
    attempt(f"kill {number} with 0", 62, number, 0)
