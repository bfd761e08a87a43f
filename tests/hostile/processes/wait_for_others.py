# expect: error ImportError
# idea: collect the death of a process that is the zygote's or the host's child
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
status = ctypes.c_int()
attempt("wait4 for any", 61, -1, ctypes.byref(status), 1, None)
for name in ("sibling", "victim"):
    attempt(f"wait4 for the {name}", 61, ctx.config[name], ctypes.byref(status), 1, None)
    attempt(f"waitid for the {name}", 247, 1, ctx.config[name], bytes(128), 5, None)
